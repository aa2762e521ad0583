"""EMMA beside its peers on one core, on the same documents, in one run: CPU seconds, MB/s, peak memory.

    python -m benchmarks.corpus.compare [--data ../shared/data] [--work DIR]

Makes the bench set (`benchmarks.corpus.made`) and one environment for each peer, in which it installs the versions in
`peers/*.txt`. Every job is pinned to one core, and so is everything it starts. Jobs of well under a megabyte a second
run on a part of the set; EMMA runs on both. MB are 10^6 bytes of UTF-8 text, seconds are CPU time of the process and
its children, imports included. What a job must read in another form is prepared before the clock starts.
"""

import argparse
import gzip
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from benchmarks.corpus import made
from benchmarks.machine import machine, result_path

PEERS = Path(__file__).parent / "peers"
PART = 4
"""Slow jobs read one line in this many, by the hash of the original document, so that copies stay together."""


@dataclass(frozen=True)
class Job:
    """One thing to measure."""

    name: str
    command: Callable[[Path, Path], Sequence[str]]
    """From the input folder and an empty output folder."""
    sets: tuple[str, ...] = ("part", "whole")
    environment: str = ""
    """The peer whose environment it needs; empty for EMMA's own."""


@dataclass(frozen=True)
class Cost:
    """What a job took."""

    cpu_s: float
    peak_mb: float


def script(environment: str, name: str, where: Path) -> Callable[[Path, Path], Sequence[str]]:
    """A job that is one of the scripts beside this file."""
    python = where / environment / "bin" / "python"
    return lambda source, out: [str(python), str(PEERS / f"{name}.py"), str(source), str(out)]


def dolma(kind: str, where: Path) -> Callable[[Path, Path], Sequence[str]]:
    """A job of dolma's command line, which wants compressed files and writes beside them."""

    def command(source: Path, out: Path) -> Sequence[str]:
        (out / "documents").mkdir()
        for path in sorted(source.glob("*.jsonl")):
            with gzip.open(out / "documents" / f"{path.name}.gz", "wb", compresslevel=1) as writer:
                for line in path.open("rb"):
                    row = orjson.loads(line)
                    writer.write(orjson.dumps({"id": row["id"], "text": row["text"], "source": "made"}) + b"\n")
        how = {"documents": {"key": "$.text"}, "paragraphs": {}}[kind]
        settings = {
            "documents": [str(out / "documents" / "*.gz")],
            "dedupe": {"name": kind, kind: {**how, "attribute_name": "duplicate"}, "skip_empty": True},
            "bloom_filter": {
                "file": str(out / "bloom"),
                "read_only": False,
                "size_in_bytes": 0,
                "estimated_doc_count": 400_000,
                "desired_false_positive_rate": 1e-6,
            },
            "processes": 1,
        }
        (out / "dolma.yaml").write_bytes(orjson.dumps(settings))  # JSON is YAML
        return [str(where / "dolma" / "bin" / "dolma"), "-c", str(out / "dolma.yaml"), "dedupe"]

    return command


def emma(stage: str) -> Callable[[Path, Path], Sequence[str]]:
    """A job of EMMA's: the corpus stages up to this one, in one process."""

    def command(source: Path, out: Path) -> Sequence[str]:
        recipe = out / "bench.toml"
        recipe.write_text(made.recipe(source))
        place = ["--home", str(out / "home"), "--workers", "1", "--quiet"]
        return [sys.executable, "-m", "emma", stage, str(recipe), *place]

    return command


def jobs(where: Path) -> list[Job]:
    """Everything that is measured."""
    return [
        Job("EMMA collect (JSONL to documents)", emma("collect")),
        Job("EMMA collect, annotate", emma("annotate")),
        Job("EMMA collect, annotate, curate: JSONL to selected documents", emma("curate")),
        Job(
            "datatrove: three quality filters", script("datatrove", "datatrove_filters", where), ("part",), "datatrove"
        ),
        Job("datatrove: MinHash, four stages", script("datatrove", "datatrove_minhash", where), ("part",), "datatrove"),
        Job("datatrove: exact deduplication", script("datatrove", "datatrove_exact", where), environment="datatrove"),
        Job("rensa: MinHash and LSH", script("rensa", "rensa_minhash", where), environment="rensa"),
        Job("datasketch: MinHash and LSH", script("datasketch", "datasketch_minhash", where), ("part",), "datasketch"),
        Job("dolma: Bloom deduplication of documents", dolma("documents", where), environment="dolma"),
        Job("dolma: Bloom deduplication of paragraphs", dolma("paragraphs", where), environment="dolma"),
    ]


def environment(name: str, where: Path) -> None:
    """Make an environment and install a peer into it, once."""
    folder = where / name
    if (folder / "installed").exists():
        return
    venv.create(folder, with_pip=True, clear=True)
    requirements = PEERS / f"{name}.txt"
    subprocess.run(
        [folder / "bin" / "pip", "install", "--quiet", "--no-deps", "--requirement", requirements], check=True
    )
    (folder / "installed").touch()


def measure(command: Sequence[str], log: Path) -> Cost:
    """Run a command on one core. Raises RuntimeError with the end of its output when it fails."""
    quiet = {**os.environ, "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "RAYON_NUM_THREADS": "1"}
    with log.open("wb") as output, one_core():
        process = subprocess.Popen(command, stdout=output, stderr=output, env=quiet)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{log.read_text(errors='replace')[-2000:]}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6)


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process, and all that it starts meanwhile, on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def part_of(source: Path, target: Path) -> Path:
    """One PART-th of the originals with all their copies, in order."""
    target.mkdir(parents=True, exist_ok=True)
    with (target / "part.jsonl").open("wb") as writer:
        for path in sorted(source.glob("*.jsonl")):
            writer.writelines(line for line in path.open("rb") if made.original(orjson.loads(line)["id"]) % PART == 0)
    return target


def text_mb(source: Path) -> tuple[int, float]:
    """Documents, and MB of their text."""
    sizes = [len(orjson.loads(line)["text"].encode()) for path in source.glob("*.jsonl") for line in path.open("rb")]
    return len(sizes), sum(sizes) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "emma-corpus-bench")
    parser.add_argument("--only", default="", help="jobs whose names hold this text")
    arguments = parser.parse_args()
    where = arguments.work / "environments"
    whole = made.make(arguments.data, arguments.work / "set")
    sets = {"part": part_of(whole, arguments.work / "part"), "whole": whole}
    chosen = [job for job in jobs(where) if arguments.only in job.name]
    for name in dict.fromkeys(job.environment for job in chosen if job.environment):
        environment(name, where)
    warm_up(sets["part"], arguments.work)
    rows = [row(job, name, sets[name], arguments.work) for job in chosen for name in job.sets]
    result = report(sets, rows)
    print(result)
    if not arguments.only:
        result_path("corpus-peers").write_text(result)


def warm_up(source: Path, work: Path) -> None:
    """Compile EMMA's kernels, which happens once on a machine and is no cost of a corpus."""
    with tempfile.TemporaryDirectory(dir=work) as out:
        measure(emma("curate")(source, Path(out)), work / "log")


Row = tuple[str, str, float, Cost]


def row(job: Job, name: str, source: Path, work: Path) -> Row:
    """Measure one job on one set."""
    with tempfile.TemporaryDirectory(dir=work) as out:
        cost = measure(job.command(source, Path(out)), work / "log")
    megabytes = text_mb(source)[1]
    said = f"{job.name} on the {name}: {cost.cpu_s:.1f} s, {megabytes / cost.cpu_s:.2f} MB/s"
    print(said, file=sys.stderr, flush=True)
    return job.name, name, megabytes, cost


def report(sets: dict[str, Path], rows: Sequence[Row]) -> str:
    """The result file."""
    sizes = {name: "{:,} documents, {:.1f} MB of text".format(*text_mb(path)) for name, path in sets.items()}
    lines = [
        "# Corpus stages beside their peers, one core",
        "",
        f"{machine()}.",
        "",
        "Run again with `python -m benchmarks.corpus.compare`. One core; CPU seconds of the process and its children.",
        "",
        *(f"- {name}: {size}" for name, size in sizes.items()),
        "",
        "| job | set | CPU s | MB/s | peak MB |",
        "|---|---|--:|--:|--:|",
        *(
            f"| {name} | {kind} | {cost.cpu_s:.1f} | {megabytes / cost.cpu_s:.2f} | {cost.peak_mb:.0f} |"
            for name, kind, megabytes, cost in rows
        ),
        *ratio(rows),
    ]
    return "\n".join(lines) + "\n"


def ratio(rows: Sequence[Row]) -> list[str]:
    """EMMA's whole corpus path against datatrove's filters and MinHash together, on the part."""
    seconds = {name: cost.cpu_s for name, kind, _, cost in rows if kind == "part"}
    theirs = [value for name, value in seconds.items() if name.startswith(("datatrove: three", "datatrove: MinHash"))]
    ours = [value for name, value in seconds.items() if "curate" in name]
    if len(theirs) < 2 or not ours:
        return []
    return ["", f"datatrove's filters and MinHash take {sum(theirs) / ours[0]:.1f} times EMMA's whole corpus path."]


if __name__ == "__main__":
    main()
