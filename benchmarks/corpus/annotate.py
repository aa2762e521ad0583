"""What annotating costs, kernel by kernel and as a whole, and what contamination it finds.

    python -m benchmarks.corpus.annotate [--data ../shared/data] [--work DIR] [--print]

Speed is that of the bench set (`benchmarks.corpus.made`) on one core, each the best of three. For contamination, FLORES
stands in the corpus and SIB-200, whose sentences come from FLORES, is the benchmark; Bibles and treebanks, which have
nothing of either, are the control. MB are 10^6 bytes of UTF-8 text, seconds are CPU time, kernels compiled.
"""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.corpus import made
from benchmarks.machine import machine, publish
from emma.annotate.contamination import find_contamination
from emma.annotate.features import annotate_batch
from emma.annotate.run import annotate_shard
from emma.annotate.scripts import SCRIPTS, ScriptUse, cells
from emma.annotate.texts import Sides, read_batches
from emma.kernels import grams, measure, normal
from emma.kernels.fingerprint import fingerprint, shingles
from emma.kernels.tables import fold, widths
from emma.lang.scripts import is_spaced
from emma.lang.units import unit_kinds
from emma.pipeline.home import Home, Run
from emma.schemas import DOCUMENTS, PERMUTATIONS
from emma.store import shards
from emma.store.artifact import Artifact, load

COLUMNS = ["text", "text2", "lang", "lang2"]
LONG_BYTES = 16_000_000
"""Of the documents whose memory is measured."""


SOURCES = r"""
[[collect.sources]]
name = "flores"
reader = "text"
path = "{data}/bench/flores200_devtest/*.devtest.zst"
lang_from = '([a-z]{{3}}(?:_[A-Z][a-z]{{3}})?)\.devtest'
scheme = "flores"
options = {{ unit = "line" }}
licence = "CC-BY-SA-4.0"

[[collect.sources]]
name = "bible"
reader = "ces"
path = "{data}/mono/bible_cesxml/*.xml.zst"
licence = "CC0-1.0"
group_bytes = 600

[[collect.sources]]
name = "treebanks"
reader = "conllu"
path = "{data}/mono/ud_conllu/*.conllu.zst"
licence = "various"
codes = {{ qfn = "fry_Latn" }}
group_bytes = 600

[[collect.sources]]
name = "made"
reader = "jsonl"
path = "{made}/*.jsonl"
licence = "various"

[[collect.benchmarks]]
name = "sib200"
reader = "csv"
path = "{data}/bench/sib200/*/*.tsv.gz"
lang_from = '([a-z]{{3}}_[A-Z][a-z]{{3}})/[a-z]+\.tsv'
scheme = "flores"
licence = "CC-BY-SA-4.0"
"""


def annotated(data: Path, documents: Path, home: Path) -> Run:
    """All sources through collect and annotate."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / "annotate-bench.toml"
    data, documents = (folder.resolve().relative_to("/") for folder in (data, documents))
    path.write_text(f'data = "/"\n{SOURCES.format(data=data, made=documents)}', encoding="utf-8")
    subprocess.run([sys.executable, "-m", "emma", "annotate", str(path), "--home", str(home)], check=True)
    return Home(home).run("annotate-bench")


def seconds(run: Callable[[], object]) -> float:
    """CPU seconds, the best of three."""
    times = []
    for _ in range(3):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)


def kernels(batches: Sequence[pa.RecordBatch]) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is measured of the text in memory, by name."""
    sides = [Sides.of(batch) for batch in batches]
    tables, scale = grams.PointTables(fold(), unit_kinds()), grams.make_scale(13, 50)
    measured = [measure.measure_documents(each.data, each.offsets, cells(), fold(), SCRIPTS) for each in sides]
    spaced = [ScriptUse(each, tallies).spaced[each.rows] for each, (_, tallies) in zip(sides, measured, strict=True)]
    pairs = list(zip(sides, spaced, strict=True))
    yield (
        "`measure`: classes, scripts, repeats",
        lambda: [measure.measure_documents(each.data, each.offsets, cells(), fold(), SCRIPTS) for each in sides],
    )
    yield (
        "`fingerprint`: exact hash, MinHash",
        lambda: [fingerprint(each.data, each.offsets, fold(), flags, PERMUTATIONS) for each, flags in pairs],
    )
    yield "`shingles`: sorted sets", lambda: [shingles(each.data, each.offsets, fold(), flags) for each, flags in pairs]
    yield "`hash_lines`", lambda: [normal.hash_lines(each.data, each.offsets, fold(), widths(), 20) for each in sides]
    yield (
        "`hash_item_grams`: 13-grams",
        lambda: [grams.hash_item_grams(each.data, each.offsets, tables, scale) for each in sides],
    )
    yield "all columns, in memory", lambda: [annotate_batch(batch) for batch in batches]


def speeds(made_parts: Sequence[Artifact], index: Artifact, out: Path) -> Iterator[str]:
    """The rows of the table of speeds."""
    paths = [part.file("documents.parquet") for part in made_parts]
    batches = [batch for path in paths for batch in read_batches(path, COLUMNS)]
    megabytes = sum(int(np.diff(Sides.of(batch).offsets).sum()) for batch in batches) / 1e6
    jobs = [
        *kernels(batches),
        ("reading Parquet", lambda: [list(read_batches(path, COLUMNS)) for path in paths]),
        ("**the task: read, annotate, write**", lambda: [annotate_shard(out, part) for part in made_parts]),
        ("the contamination task", lambda: [find_contamination(out, part, index, 13, 50) for part in made_parts]),
    ]
    for name, job in jobs:
        spent = seconds(job)
        yield f"| {name} | {spent:.2f} | {megabytes / spent:,.1f} |"


def recall(flores: Sequence[Artifact], benchmarks: Sequence[Artifact], hits: Sequence[Artifact]) -> Iterator[str]:
    """The rows of the table of items found, of those that stand in FLORES character for character."""
    there = read(flores, "documents.parquet", ["lang", "text"])
    known = set(zip(there["lang"].to_pylist(), there["text"].to_pylist(), strict=True))
    found = set(read(hits, "items.parquet", ["item"])["item"].to_pylist())
    languages, items, hit = set(), Counter[str](), Counter[str]()
    for row in read(benchmarks, "documents.parquet", ["id", "lang", "text"]).to_pylist():
        if (row["lang"], row["text"]) in known:
            name = "words" if is_spaced(row["lang"][-4:]) else "characters"
            languages.add((name, row["lang"]))
            items[name] += 1
            hit[name] += row["id"] in found
    for name, total in sorted(items.items()):
        count = sum(each == name for each, _ in languages)
        yield f"| {name} | {count} | {total:,} | {hit[name]:,} | {hit[name] / total:.4f} |"


def read(parts: Sequence[Artifact], file: str, columns: Sequence[str]) -> pa.Table:
    """A table of all shards."""
    return shards.read_all([part.file(file) for part in parts], columns)


def dark(hits: Sequence[Artifact]) -> str:
    """How many documents of the control share anything with the benchmark."""
    table = read(hits, "contamination.parquet", ["benchmark_grams"])
    count = int((table["benchmark_grams"].to_numpy() > 0).sum())
    return f"{count:,} of the {table.num_rows:,} documents of the control share a gram with SIB-200."


def peak(texts: Path) -> float:
    """MB of memory of a process that annotates a shard of long documents, of which some MB are the libraries."""
    code = (
        "import sys; from pathlib import Path; from emma.annotate.run import annotate_shard; "
        "from emma.store.artifact import Artifact; out = Path(sys.argv[1]); annotate_shard(out, Artifact(out, 'x')); "
        "print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(texts)], check=True, capture_output=True, text=True)
    return int(done.stdout) * 1024 / 1e6


def long_documents(made: Sequence[Artifact], folder: Path) -> Path:
    """A shard of eight documents of LONG_BYTES: text of the bench set, joined by newlines and by spaces."""
    texts = read(made, "documents.parquet", ["text"])["text"].to_pylist()
    folder.mkdir(parents=True, exist_ok=True)
    with shards.ShardWriter(folder / "documents.parquet", DOCUMENTS) as writer:
        for number, joint in enumerate(["\n", " "] * 4):
            text = joint.join(texts[number::8]).encode()[:LONG_BYTES].decode(errors="ignore")
            row = dict.fromkeys(DOCUMENTS.names) | {"id": str(number), "text": text, "lang": "eng_Latn"}
            writer.add_table(pa.Table.from_pylist([row], schema=DOCUMENTS))
    return folder


def of_sources(
    parts: Sequence[Artifact], contamination: Sequence[Artifact], names: Sequence[str]
) -> tuple[list[Artifact], list[Artifact]]:
    """The shards of some sources, and what was found in them."""
    sources = [shards.read(part.file("documents.parquet"), ["source"])["source"][0].as_py() for part in parts]
    mine = [at for at, source in enumerate(sources) if source in names]
    return [parts[at] for at in mine], [contamination[at] for at in mine]


def report(run: Run, work: Path) -> str:
    """The result file."""
    collected, found = run.artifact("collect"), run.artifact("annotate").parts["contamination"]
    flores, flores_hits = of_sources(collected.parts["documents"], found, ["flores"])
    made_parts, _ = of_sources(collected.parts["documents"], found, ["made"])
    _, control_hits = of_sources(collected.parts["documents"], found, ["bible", "treebanks"])
    out = work / "annotated"
    out.mkdir(exist_ok=True)
    megabytes = peak(long_documents(made_parts, work / "long"))
    return "\n".join([
        "# Annotate: speed, memory, contamination", "",
        f"{machine()}.", "",
        "Run again with `python -m benchmarks.corpus.annotate`.", "",
        "| | CPU s | MB/s |", "|---|--:|--:|", *speeds(made_parts, index_of(run), out), "",
        f"A process that annotates eight documents of {LONG_BYTES / 1e6:.0f} MB each peaks at {megabytes:,.0f} MB.", "",
        "## Contamination", "",
        "SIB-200's sentences that stand in FLORES-200 devtest, which is in the corpus a sentence a document.", "",
        "| grams of | languages | items | found | share |", "|---|--:|--:|--:|--:|",
        *recall(flores, collected.parts["benchmarks"], flores_hits), "",
        dark(control_hits),
    ]) + "\n"  # fmt: skip


def index_of(run: Run) -> Artifact:
    """The index of benchmarks that the run made."""
    (path,) = (run.home.path / "store" / "annotate" / "index_benchmarks").iterdir()
    found = load(path)
    assert found is not None
    return found


def main() -> None:
    arguments = made.arguments(__doc__)
    documents = made.make(arguments.data, arguments.work / "set")
    result = report(annotated(arguments.data, documents, arguments.work / "annotate"), arguments.work / "annotate")
    publish("corpus-annotate", result, only_print=arguments.print)


if __name__ == "__main__":
    main()
