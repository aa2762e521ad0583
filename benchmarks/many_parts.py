"""What the store and the graph cost by themselves: many shards that hold next to nothing.

    python -m benchmarks.many_parts [20000]

CPU seconds of one process: made, found done by the next run, committed as the parts of a stage, loaded with it, opened.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.machine import machine, result_path
from emma.store.artifact import commit, load, staging
from emma.work.local import Local
from emma.work.process import peak_memory
from emma.work.progress import Reporter
from emma.work.work import Work

KEY = "0" * 20


def shard(out: Path, item: int) -> Mapping[str, int]:
    """Write three small files."""
    for name in ("documents.parquet", "rejects.parquet", "languages.parquet"):
        (out / name).write_text(str(item))
    return {"rows_in": item, "rows_out": item, "units": item, "bytes": item}


def timed(steps: Mapping[str, Callable[[], Any]]) -> list[str]:
    """Do the steps in order; a table row each."""
    rows = []
    for name, step in steps.items():
        start = time.process_time()
        step()
        rows.append(f"| {name} | {time.process_time() - start:.2f} |")
    return rows


def measure(root: Path, count: int) -> list[str]:
    """Everything that is done with so many shards."""
    work = Work(root, "collect", 1, KEY, root / "out", Local(1), Reporter(quiet=True))
    path = root / "collect" / KEY
    parts = work.each(shard, range(count))

    def finish() -> None:
        with staging(path) as out:
            commit(out, path, root=root, made_by={}, key=KEY, counts={}, parts={"documents": tuple(parts)})

    return timed(
        {
            "made": lambda: work.each(shard, range(count, 2 * count)),
            "found done": lambda: work.each(shard, range(count)),
            "committed as parts": finish,
            "loaded as parts": lambda: load(path),
            "one file of each opened": lambda: [each.file("documents.parquet") for each in parts],
        }
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=20_000)
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder), count)
    head = ["# The store by itself", "", "`python -m benchmarks.many_parts`", "", machine(), ""]
    table = [
        f"| {count:,} shards | CPU s |",
        "|---|--:|",
        *rows,
        "",
        f"Peak memory: {peak_memory() / 1e6:,.0f} MB.",
        "",
    ]
    path = result_path("many_parts")
    path.write_text("\n".join([*head, *table]), encoding="utf-8")
    print(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
