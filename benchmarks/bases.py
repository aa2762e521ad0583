"""What a release keeps of its base: every field of configuration and generation settings, kind by kind.

    python -m benchmarks.bases [FOLDER …]

Each kind of base (tests/models/kinds.py: tiny random models in the words of their makers) goes the whole way through
the command line, with new pieces, from eleven languages to a release; then the files of both are compared field by
field. `emma check` is timed on each, and on the model folders that are named.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from tests.models.kinds import CONFIGS, write_base, write_tokenizer
from tests.whole import RECIPE, write_corpus

from benchmarks.machine import machine, result_path

FILES = ("config.json", "generation_config.json", "tokenizer_config.json")


def main() -> None:
    """Measure and write the dated result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="model folders to check")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_corpus(folder / "data", documents=15)
        kinds = [whole_way(kind, folder) for kind in CONFIGS]
    checks = [check(each) for each in arguments.folders]
    path = result_path("bases")
    path.write_text("\n".join(lines(kinds, checks)), encoding="utf-8")
    print(path.read_text(encoding="utf-8"))


def whole_way(kind: str, folder: Path) -> str:
    """One kind of base to its release; a row of the table."""
    base = folder / kind
    write_base(kind, base)
    write_tokenizer(base)
    text = RECIPE.format(
        name=kind, data=folder / "data", base=f'base = "{base}"', path="all.jsonl", pieces=60, tokens=6000
    )
    (folder / f"{kind}.toml").write_text(text, encoding="utf-8")
    try:
        seconds = check(base)[2]
        run("run", folder / f"{kind}.toml", "--home", folder / "home", "--quiet")
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode().strip().splitlines()[-1].replace(str(folder), "…").replace("|", " ")
        return f"| {kind} | {said} | | | |"
    release = folder / "home" / kind / "release" / "model"
    cells = [compared(base / name, release / name) for name in FILES]
    return f"| {kind} | {' | '.join(cells)} | {seconds:.1f} |"


def compared(before: Path, after: Path) -> str:
    """How many fields are as they were, and which are not."""
    one, other = read(before), read(after)
    if not one and not other:
        return "none, none"
    changed = sorted(name for name in one.keys() | other.keys() if one.get(name, ...) != other.get(name, ...))
    listed = f"; changed: {', '.join(changed)}" if changed else ""
    return f"{len(one.keys() - set(changed))} of {len(one)} kept{listed}"


def read(path: Path) -> dict[str, Any]:
    """The fields of a JSON file; none where there is no such file."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def run(*arguments: object) -> tuple[float, float]:
    """Run a command to its end; wall and CPU seconds."""
    before, start = psutil.Process().cpu_times(), time.perf_counter()
    subprocess.run([sys.executable, "-m", "emma", *(str(each) for each in arguments)], check=True, capture_output=True)
    after = psutil.Process().cpu_times()
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return time.perf_counter() - start, cpu


def check(folder: Path) -> tuple[str, float, float, float]:
    """Check a model folder twice; its name, size in MB, and wall and CPU seconds of the faster."""
    size = sum(each.stat().st_size for each in folder.iterdir() if each.is_file()) / 1e6
    wall, cpu = min(run("check", folder) for _ in range(2))
    return folder.name, size, wall, cpu


def lines(kinds: list[str], checks: list[tuple[str, float, float, float]]) -> list[str]:
    """The result file."""
    return [
        "# What a release keeps of its base",
        "",
        "`python -m benchmarks.bases FOLDER …`",
        "",
        machine(),
        "",
        (__doc__ or "").split("\n\n", 2)[2].strip(),
        "",
        f"| kind | {' | '.join(FILES)} | check, s |",
        "|---|---|---|---|--:|",
        *kinds,
        "",
        *(["| `emma check` of | MB | wall s | CPU s |", "|---|--:|--:|--:|"] if checks else []),
        *(f"| {name} | {size:,.1f} | {wall:.1f} | {cpu:.1f} |" for name, size, wall, cpu in checks),
        "",
    ]


if __name__ == "__main__":
    main()
