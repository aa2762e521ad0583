"""`emma export` of a run of many languages: what it costs, and whether one that is killed gives the same bytes.

    python -m benchmarks.export HOME RUN [--print]

Each format is written once without a stop. Then one export is killed (SIGKILL) whenever it has finished a few tasks
more, and called again until it is done; its files are compared with those of the first.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.machine import machine, publish
from emma.pipeline.export.folder import HIDDEN
from emma.work.table_files import FORMATS

TASKS_BETWEEN = 4
"""Tasks that are finished between two kills."""
LABELS = 6
"""Languages that `datasets` opens."""


def call(home: str, run: str, to: Path, kind: str) -> list[str]:
    """The command."""
    return [sys.executable, "-m", "emma", "export", run, "--home", home, "--to", str(to), "--format", kind, "--quiet"]


def measure(home: str, run: str, to: Path, kind: str) -> str:
    """Export once; a row of the table."""
    start = time.perf_counter()
    process = subprocess.Popen([*call(home, run, to, kind), "--workers", "1"])
    _, status, used = os.wait4(process.pid, 0)  # what this process used, and not the largest of all so far
    assert status == 0
    wall, cpu = time.perf_counter() - start, used.ru_utime + used.ru_stime
    size = sum(path.stat().st_size for path in to.rglob("*") if path.is_file()) / 1e6
    return f"| {kind} | {cpu:.1f} | {wall:.1f} | {used.ru_maxrss / 1e3:.0f} | {size:.1f} |"


def count_tasks(to: Path) -> int:
    """Tasks that a stopped export has finished."""
    return sum(1 for _ in (to / HIDDEN / "store").glob("*/*/*/manifest.json"))


def kill_and_go_on(home: str, run: str, to: Path) -> int:
    """Export until it is done, killed after every few tasks; returns the kills."""
    kills = 0
    while True:
        process = subprocess.Popen([*call(home, run, to, "parquet"), "--workers", "1"], stdout=subprocess.DEVNULL)
        wanted = count_tasks(to) + TASKS_BETWEEN
        while process.poll() is None and count_tasks(to) < wanted:
            time.sleep(0.002)
        if process.poll() is not None:
            assert process.returncode == 0
            return kills
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1


def is_same(one: Path, two: Path) -> bool:
    """Whether two folders have the same files with the same bytes."""
    names = [{path.relative_to(each) for path in each.rglob("*") if path.is_file()} for each in (one, two)]
    return names[0] == names[1] and all((one / name).read_bytes() == (two / name).read_bytes() for name in names[0])


def open_some(folder: Path) -> int:
    """Open the largest language and others with `datasets`; returns how many have all of their rows."""
    import datasets

    datasets.disable_progress_bars()
    sizes = {path: sum(each.stat().st_size for each in path.iterdir()) for path in (folder / "data").iterdir()}
    ordered = sorted(sizes, key=lambda path: (-sizes[path], path.name))
    right = 0
    for path in ordered[:: max(1, len(ordered) // LABELS)][:LABELS]:
        loaded = datasets.load_dataset(str(folder), path.name, cache_dir=str(folder.parent / "cache"))
        rows = {each.stem: pq.read_metadata(each).num_rows for each in path.glob("*.parquet")}
        right += {split: table.num_rows for split, table in loaded.items()} == rows
    return right


def report(home: str, run: str, folder: Path) -> Iterator[str]:
    """The result."""
    yield f"# Export of a corpus\n\n{machine()}.\n"
    yield "`emma export` with one worker, each format once, no stop:\n"
    yield "| format | CPU s | wall s (beside other work) | peak memory, MB | size, MB |\n|---|--:|--:|--:|--:|"
    for kind in FORMATS:
        yield measure(home, run, folder / kind, kind)
    configs = (folder / "parquet" / "README.md").read_text(encoding="utf-8").count("\n- config_name: ")
    kills = kill_and_go_on(home, run, folder / "killed")
    same = "the same bytes in every file" if is_same(folder / "parquet", folder / "killed") else "OTHER BYTES"
    yield f"\n{configs:,} configurations, one for each language. Killed {kills} times and called again: {same}."
    yield f"`datasets.load_dataset` gives all rows of {open_some(folder / 'parquet')} of {LABELS} languages, from"
    yield "the largest to the smallest."


def main() -> None:
    """Measure and publish."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home")
    parser.add_argument("run")
    parser.add_argument("--print", action="store_true", help="print the result, and write no file")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = "\n".join(report(arguments.home, arguments.run, Path(folder))) + "\n"
    publish("export", result, only_print=arguments.print)


if __name__ == "__main__":
    main()
