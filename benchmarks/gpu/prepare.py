"""What the steps need on a machine without a network, in folders of the size of a call.

    python -m benchmarks.gpu.prepare [RECIPE] [--home DIR] [--bench DIR] [--wheels DIR] [--set section.key=value …]

The recipe (default: recipes/smollm2.toml) is run here up to `pack`. Carried are its base as it was given (a GGUF file
or a folder), vocabulary and packed text, the benchmarks, and the wheels that the machine lacks: it has torch,
transformers and what comes with them, under Python 3.12 on x86-64. One call carries at most 64 MB with the code.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.gpu.carried import CARRIED, write_archive, write_folders
from benchmarks.gpu.place import ROOT
from emma.pipeline.base import base_place
from emma.pipeline.home import Home
from emma.pipeline.recipe import Recipe
from emma.pipeline.run import run_recipe
from emma.store.artifact import Artifact

LIMIT = 64 << 20
"""Bytes of a call, code included."""
SPARE = 2 << 20
"""Bytes that are left free for what the transfer itself adds."""
WHEELS = (
    "annotated-types", "babel", "gguf", "langcodes", "orjson", "pydantic", "pydantic-core", "python-iso639", "torchao",
    "typing-inspection", "zstandard",
)  # fmt: skip
"""Packages that the machine lacks, of those that the steps import."""
PYTHON = "3.12"
PLATFORMS = ("2_28", "2_27", "2_24", "2_17")
STAGES = ("vocab", "mix", "adapt", "train")
"""Stages whose settings are carried; those before `mix` are done when the machine is reached."""
MADE = ("vocab", "pack")
"""Stages whose results are carried."""
BENCHMARKS = ("flores200_devtest", "sib200", "mbxp")
"""Folders of benchmarks that are carried; the last is the source of program code."""


def main() -> None:
    """Prepare the folders and say how large they are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", nargs="?", type=Path, default=ROOT / "recipes" / "smollm2.toml")
    parser.add_argument("--home", type=Path, default=Path("emma-runs"))
    parser.add_argument("--bench", type=Path, default=Path("../shared/data/bench"))
    parser.add_argument("--wheels", type=Path, help="a folder that has them (default: they are fetched)")
    parser.add_argument("--set", action="append", default=[], help="a setting of the recipe, as section.key=value")
    given = parser.parse_args()
    room = LIMIT - SPARE - code_bytes()
    with tempfile.TemporaryDirectory() as temporary:
        wheels = given.wheels or fetch_wheels(Path(temporary) / "wheels")
        recipe = Recipe.read(given.recipe, given.set)
        sizes = prepare(recipe, Home(given.home), given.bench, sorted(wheels.glob("*.whl")), ROOT / CARRIED, room=room)
    for number, size in enumerate(sizes, 1):
        print(f"{CARRIED}/{number}: {size / 2**20:.1f} MiB, {(size + code_bytes()) / 2**20:.1f} with the code")


def prepare(
    recipe: Recipe, home: Home, bench: Path, wheels: Sequence[Path], into: Path, *, room: int, names: Any = BENCHMARKS
) -> list[int]:
    """Run the recipe up to `pack` and write the folders of the calls below `into`; returns the bytes of each."""
    run_recipe(recipe, "pack", home)
    base = base_place(recipe)
    if base is None:
        raise SystemExit("The recipe's base must be a folder or a GGUF file: what another recipe trains is not there.")
    settings = {stage: recipe.section(stage).model_dump(mode="json") for stage in STAGES}
    facts = {"name": recipe.name, "base": f"base/{base.name}", **settings}
    files = dict(list_base(base)) | dict(list_artifacts(home, recipe.name)) | dict(list_bench(bench, names))
    with tempfile.TemporaryDirectory() as temporary:
        archive = Path(temporary) / "archive"
        write_archive(archive, files, {"recipe.json": json.dumps(facts)})
        return write_folders(archive, wheels, into, room)


def list_base(base: Path) -> Iterator[tuple[str, Path]]:
    """The base's files by their names in the archive."""
    if base.is_file():
        yield f"base/{base.name}", base
    for path in sorted(base.iterdir()) if base.is_dir() else ():
        if path.is_file():
            yield f"base/{base.name}/{path.name}", path


def list_artifacts(home: Home, name: str) -> Iterator[tuple[str, Path]]:
    """The files of the artifacts that are carried, and the run's record, which names them."""
    run = home.run(name)
    yield f"home/{name}/lock.json", run.path / "lock.json"
    made = [run.artifact(stage) for stage in MADE]
    for artifact in [*made, *(part for each in made for parts in each.parts.values() for part in parts)]:
        for path in list_files(artifact):
            yield f"home/store/{path.relative_to(home.store).as_posix()}", path


def list_files(artifact: Artifact) -> list[Path]:
    """All files of an artifact, its manifest too."""
    return sorted(path for path in artifact.folder().rglob("*") if path.is_file())


def list_bench(bench: Path, names: Sequence[str]) -> Iterator[tuple[str, Path]]:
    """The files of the benchmarks; of SIB-200 not those that examples are never taken from."""
    for name in names:
        for path in sorted((bench / name).rglob("*")):
            if path.is_file():
                yield f"bench/{path.relative_to(bench).as_posix()}", path


def fetch_wheels(folder: Path) -> Path:
    """Fetch the wheels of WHEELS, in the versions that EMMA is tested with, for the machine's Python."""
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line)
    pins = {name.lower().replace("_", "-"): version for name, version in pins.items()}
    platforms = [word for each in PLATFORMS for word in ("--platform", f"manylinux_{each}_x86_64")]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--python-version", PYTHON, "--implementation", "cp", *platforms, "--platform", "manylinux2014_x86_64"]
    wanted = [f"{name}=={pins[name]}" if name in pins else name for name in WHEELS]
    subprocess.run([*command, "--dest", str(folder), *wanted], check=True)
    return folder


def code_bytes() -> int:
    """Bytes of the files that git knows, which travel with every call."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return sum(path.stat().st_size for name in listed.split("\0") if name and (path := ROOT / name).is_file())


if __name__ == "__main__":
    main()
