"""Personal data in a compiled corpus: what the rules find by language, beside what it is found in, and at what speed.

Needs the home of a run of `recipes/world.toml`: `python -m benchmarks.corpus.personal HOME RUN`.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from benchmarks.machine import machine, publish
from emma.kernels.personal import KINDS, count_personal, find_personal, forms
from emma.kernels.text import buffers
from emma.pipeline.home import Home, Run
from emma.store import shards

SHOWN = 12
READ = """
## Read by hand

All that was found on 28 November 2026 was read, each with the words around it: the 108 e-mail addresses are addresses
(most of them examples in interface messages, or of offices), and the 8 phone numbers are phone numbers. One more was a
bit pattern in a paper (`01001 01100`), since when a number must have three different digits. What is missed is not
known for want of a corpus where somebody marked all: one number of eight digits without a prefix was seen beside an
address.
"""


def read_texts(run: Run) -> Iterator[tuple[pa.LargeStringArray, list[str], list[str]]]:
    """Texts of one side, their languages and sources, a batch at a time."""
    for part in run.artifact("collect").parts["documents"]:
        for batch in shards.batches(part.file("documents.parquet"), ["text", "lang", "source"], 4096):
            yield batch["text"].cast(pa.large_string()), batch["lang"].to_pylist(), batch["source"].to_pylist()


def measure(run: Run) -> Iterator[str]:
    """Lines of the result."""
    found: Counter[tuple[str, str]] = Counter()
    by_source: Counter[tuple[str, str]] = Counter()
    documents = size = affected = 0
    langs = set[str]()
    seconds = 0.0
    warm = pa.array(["a@b.com"], pa.large_string())
    find_personal(*buffers(warm), forms())
    for texts, labels, sources in read_texts(run):
        data, offsets = buffers(texts)
        began = time.process_time()
        counts = count_personal(data, offsets, forms())
        seconds += time.process_time() - began
        documents, size = documents + len(texts), size + int(offsets[-1] - offsets[0])
        affected += int(counts.any(axis=1).sum())
        langs.update(labels)
        for kind, row, _, _ in find_personal(data, offsets, forms()).tolist():
            found[labels[row], KINDS[kind]] += 1
            by_source[sources[row], KINDS[kind]] += 1
    kinds = Counter[str]()
    for (_, kind), times in found.items():
        kinds[kind] += times
    yield f"{documents:,} documents in {len(langs):,} labels, {size / 1e6:,.0f} MB of text, from {run.name}.\n"
    yield f"{affected:,} documents have any. Counting takes {size / 1e6 / seconds:,.0f} MB/s of one core.\n"
    yield "| kind | found | in languages | most in |\n|---|--:|--:|---|"
    for kind in KINDS:
        mine = Counter({lang: count for (lang, of), count in found.items() if of == kind})
        most = ", ".join(f"{lang} {count}" for lang, count in mine.most_common(SHOWN))
        yield f"| {kind} | {kinds[kind]:,} | {len(mine):,} | {most} |"
    yield "\n| source | " + " | ".join(KINDS) + " |\n|---|" + "--:|" * len(KINDS)
    for source in sorted({source for source, _ in by_source}):
        yield f"| {source} | " + " | ".join(f"{by_source[source, kind]:,}" for kind in KINDS) + " |"


def main(home: str, name: str) -> None:
    """Measure a run, and keep the result."""
    again = "Run again with `python -m benchmarks.corpus.personal HOME RUN` on a run of `recipes/world.toml`."
    head = ["# Personal data in a corpus\n", f"{machine()}\n", f"{again}\n"]
    publish("corpus-personal", "\n".join([*head, *measure(Home(Path(home)).run(name)), READ]), only_print=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
