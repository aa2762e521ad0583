"""What the corpus stages cost as the corpus grows: CPU seconds per 100 MB, peak memory, and two processes against one.

    python -m benchmarks.corpus.scale [--data ../shared/data] [--work DIR] [--sizes 50 200 800 2500] [--before SRC]

The unit is a part of the bench set (`benchmarks.corpus.made`) with its planted duplicates. A larger corpus is more
units, each written in another alphabet: the letters of every script and case are exchanged for one another. So lengths,
scripts, spaces and the share of duplicates stay as they are, and no unit repeats another. Every process runs under a
limit of 2 GB of data (RLIMIT_DATA). MB are 10^6 bytes of UTF-8 text; seconds are CPU time of all processes. What a
corpus of a few documents takes (imports, compiled kernels from their cache) is the fixed cost; rates are what comes on
top of it. `--before` measures another checkout's package too, in turn with this one. Memory is the largest sum over the
process tree of proportional set sizes, sampled four times a second.
"""

import argparse
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from fontTools import unicodedata as scripts

from benchmarks.corpus import made
from benchmarks.end_to_end import events, measure
from benchmarks.machine import machine, result_path
from emma.pipeline.home import Home

LIMIT_BYTES = 2_000_000_000
UNIT_BYTES = 50_000_000
STAGES = ("collect", "annotate", "curate")
FILE_BYTES = 16_000_000
FEW = 200
"""Documents of the run that shows the fixed cost."""


@dataclass(frozen=True)
class Run:
    """One size, with so many processes."""

    megabytes: float
    documents: int
    workers: int
    is_before: bool
    """Whether another checkout's package made it."""
    wall_s: float
    cpu_s: float
    peak: Mapping[str, int]
    """Bytes of memory of all processes, by the stage that was under way."""
    stages: Mapping[str, Mapping[str, Any]]
    """The run's own record, by stage."""
    disk: Mapping[str, int]
    """Bytes in the store, by stage."""

    def rate(self, fixed: "Run", stage: str | None = None) -> float:
        """CPU seconds for 10^8 bytes of text, beyond the fixed cost."""
        took = self.cpu_s - fixed.cpu_s
        if stage is not None:
            took = self.stages[stage]["cpu_s"] - fixed.stages[stage]["cpu_s"]
        return took / self.megabytes * 100


def unit(documents: Path) -> list[tuple[str, str]]:
    """Language and text of about UNIT_BYTES of the bench set, originals with all their copies, in its order."""
    rows = [orjson.loads(line) for path in sorted(documents.glob("*.jsonl")) for line in path.open("rb")]
    total = sum(len(row["text"].encode()) for row in rows)
    share = round(total / UNIT_BYTES)
    return [(row["lang"], row["text"]) for row in rows if made.original(row["id"]) % share == 0]


def alphabet(letters: set[str], number: int) -> dict[int, int]:
    """Each letter's stand-in in unit `number`, of its script, kind and bytes, upper case as lower. Unit 0 is as is."""
    if number == 0:
        return {}
    kinds: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for each in sorted(letters | {each.lower() for each in letters if len(each.lower()) == 1}):
        if not (paired(each.lower()) and each != each.lower()):
            sizes = len(each.encode()), len(each.upper().encode())
            kinds[scripts.script(each), unicodedata.category(each), paired(each), sizes].append(each)
    table: dict[int, int] = {}
    for kind, group in kinds.items():
        stand_ins = random.Random(f"{number} {kind}").sample(group, len(group))
        for each, other in zip(group, stand_ins, strict=True):
            table[ord(each)] = ord(other)
            if paired(each):
                table[ord(each.upper())] = ord(other.upper())
    return table


def paired(letter: str) -> bool:
    """Whether it is a lower-case letter with one upper-case letter of its own."""
    upper = letter.upper()
    return len(letter) == 1 and len(upper) == 1 and upper != letter and upper.lower() == letter


def grow(rows: list[tuple[str, str]], folder: Path, units: int) -> tuple[int, int]:
    """Write so many units; returns documents and bytes."""
    letters = {char for _, text in rows for char in set(text) if unicodedata.category(char).startswith("L")}
    folder.mkdir(parents=True)
    size = count = 0
    for name, lines in files(written(rows, letters, units)):
        (folder / name).write_bytes(b"".join(line for line, _ in lines))
        size += sum(each for _, each in lines)
        count += len(lines)
    return count, size


def written(rows: list[tuple[str, str]], letters: set[str], units: int) -> Iterator[tuple[bytes, int]]:
    """All rows of all units as JSON lines, with the bytes of their texts."""
    for number in range(units):
        table = alphabet(letters, number)
        for lang, text in rows:
            other = text.translate(table) if table else text
            yield orjson.dumps({"text": other, "lang": lang}) + b"\n", len(other.encode())


def files(lines: Iterator[tuple[bytes, int]]) -> Iterator[tuple[str, list[tuple[bytes, int]]]]:
    """Lines in files of about FILE_BYTES of text."""
    held: list[tuple[bytes, int]] = []
    number = size = 0
    for line in lines:
        held.append(line)
        size += line[1]
        if size >= FILE_BYTES:
            yield f"{number:05}.jsonl", held
            held, number, size = [], number + 1, 0
    if held:
        yield f"{number:05}.jsonl", held


def compile_corpus(folder: Path, counts: tuple[int, int], workers: int, source: Path | None = None) -> Run:
    """Compile the corpus of a folder and measure it, by the package in `source` if given. What it made is deleted."""
    recipe, home = folder / "scale.toml", folder / f"home-{workers}"
    recipe.write_text(made.recipe(folder))
    # some labels of the set name a script in which only half of the texts are: not what is measured here
    command = ["curate", str(recipe), "--workers", str(workers), "--quiet", "--set", "curate.max_drop=1.0"]
    took = measure(command, home, source)
    stages = {event["stage"]: event for event in events(Home(home).run("scale"))}
    disk = {stage: in_folder(home / "store" / stage) for stage in STAGES}
    shutil.rmtree(home)
    megabytes = counts[1] / 1e6
    return Run(megabytes, counts[0], workers, source is not None, took.wall_s, took.cpu_s, took.peak, stages, disk)


def in_folder(folder: Path) -> int:
    """Bytes of all files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def table(runs: list[Run], fixed: dict[bool, Run]) -> list[str]:
    """One row a run."""
    head = ["", "MB of text", "documents", "processes", "wall s", "CPU s", "CPU s per 100 MB", *STAGES]
    head += [f"peak MB: {stage}" for stage in STAGES] + [f"MB on disk: {stage}" for stage in STAGES]
    lines = [f"| {' | '.join(head)} |", f"|{'--:|' * len(head)}"]
    for run in [*fixed.values(), *runs]:
        few = fixed[run.is_before]
        rates = [run.rate(few), *(run.rate(few, stage) for stage in STAGES)]
        cells = ["before" if run.is_before else "", f"{run.megabytes:,.1f}", f"{run.documents:,}", str(run.workers)]
        cells += [f"{run.wall_s:.1f}", f"{run.cpu_s:.1f}", *(f"{rate:.1f}" for rate in rates)]
        cells += [f"{sizes.get(stage, 0) / 1e6:,.0f}" for sizes in (run.peak, run.disk) for stage in STAGES]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def findings(both: list[Run], few: dict[bool, Run]) -> list[str]:
    """What the table says about the claims."""
    runs, fixed = [run for run in both if not run.is_before], few[False]
    alone = [run for run in runs if run.workers == 1]
    rates = [run.rate(fixed) for run in alone]
    lines = [
        f"- Fixed cost: {fixed.cpu_s:.1f} CPU s.",
        f"- CPU s per 100 MB beyond it, from {alone[0].megabytes:,.0f} to {alone[-1].megabytes:,.0f} MB: "
        f"{min(rates):.1f} to {max(rates):.1f}, {max(rates) / min(rates) - 1:.0%} apart; "
        f"{100 / rates[-1]:.1f} MB a CPU second at the largest.",
        f"- Most memory, all processes together: {max(max(run.peak.values()) for run in runs) / 1e6:,.0f} MB. "
        "No process asked for more than its limit of 2,000 MB.",
    ]
    for two in (run for run in runs if run.workers == 2):
        one = next(run for run in alone if run.megabytes == two.megabytes)
        lines.append(f"- Two processes at {two.megabytes:,.0f} MB: {one.wall_s / two.wall_s:.2f} times as fast as one.")
    return [*lines, *gains([fixed, *runs], [run for run in (*few.values(), *both) if run.is_before])]


def gains(runs: list[Run], before: list[Run]) -> list[str]:
    """How much more the other package took for the same."""
    lines = []
    for old in before:
        new = next(each for each in runs if (each.documents, each.workers) == (old.documents, old.workers))
        cpu, wall = old.cpu_s / new.cpu_s, old.wall_s / new.wall_s
        lines.append(
            f"- Before, {old.documents:,} documents, {old.workers} processes: {cpu:.2f} times the CPU seconds "
            f"({old.cpu_s:.1f}, now {new.cpu_s:.1f}), {wall:.2f} times the wall seconds."
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "emma-corpus-bench")
    parser.add_argument("--sizes", type=int, nargs="+", default=[50, 200, 800, 2500], help="megabytes of text")
    parser.add_argument("--two", type=int, nargs="*", default=[2500], help="sizes to compile with two processes too")
    parser.add_argument("--before", type=Path, help="src of another checkout, to measure too")
    arguments = parser.parse_args()
    maker = [sys.executable, "-m", "benchmarks.corpus.made", "--data", str(arguments.data)]
    subprocess.run([*maker, "--out", str(arguments.work / "set")], check=True, stdout=subprocess.DEVNULL)
    rows = unit(arguments.work / "set" / "documents")
    resource.setrlimit(resource.RLIMIT_DATA, (LIMIT_BYTES, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    folder = Path(tempfile.mkdtemp(dir=arguments.work))
    sources = [arguments.before, None] if arguments.before else [None]
    few = grow(rows[:FEW], folder / "few", 1)
    fixed = {source is not None: compile_corpus(folder / "few", few, 1, source) for source in sources}
    runs = []
    for size in arguments.sizes:
        counts = grow(rows, folder / str(size), max(1, round(size * 1e6 / UNIT_BYTES)))
        for workers in (1, 2) if size in arguments.two else (1,):
            for source in sources:
                runs.append(compile_corpus(folder / str(size), counts, workers, source))
                print(f"{source or ''} {size} MB, {workers} processes: {runs[-1].cpu_s:.1f} CPU s", flush=True)
        shutil.rmtree(folder / str(size))
    shutil.rmtree(folder)
    lines = ["# The corpus stages as the corpus grows", "", "`python -m benchmarks.corpus.scale`", "", machine(), ""]
    path = result_path("corpus_scale")
    path.write_text("\n".join([*lines, *table(runs, fixed), "", *findings(runs, fixed), ""]), encoding="utf-8")
    print(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
