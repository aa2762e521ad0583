"""Corrupted copies of benchmark items in the corpus: how many are found by grams of several sizes, and at what price.

The last rows are what EMMA does: runs of short grams of one item count too (`kernels.overlap.find_loose_overlap`).

    python -m benchmarks.corpus.corrupted [--data ../shared/data] [--work DIR]

Items of five benchmarks, whole or without every sixth word (character where words are not spaced), stand between
sentences of the control: documents of the bench set (`benchmarks.corpus.made`), which has nothing of these benchmarks.
Seconds are CPU time, kernels compiled.
"""

import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.corpus import made
from benchmarks.machine import machine, publish
from emma.annotate.contamination import SHORT_GRAM, find_contamination, index_benchmarks, write_index
from emma.lang.scripts import is_spaced
from emma.pipeline.home import Home
from emma.store import shards
from emma.store.artifact import Artifact

SIZES = ((13, 50), (8, 30), (6, 24), (5, 20))
"""Words, and characters where they are not spaced, of a gram."""
MIN_AGREEING = (1, 2, 3, 5)
"""Grams that a document must share."""
PLANTED, LONG = 20, 12
"""Items of a benchmark and language that are planted, and words of the shortest."""
BENCHMARKS = r"""
[[collect.benchmarks]]
name = "xcopa"
reader = "jsonl"
path = "bench/xcopa/*/*.jsonl"
fields = { text = ["premise", "choice1", "choice2"] }
lang_from = "\\.([a-z]+)\\.jsonl"
licence = "CC-BY-4.0"

[[collect.benchmarks]]
name = "mgsm"
reader = "csv"
path = "bench/mgsm/*.tsv"
fields = { text = "1" }
options = { header = false, quotes = false }
lang_from = "mgsm_([a-z]+)\\.tsv"
licence = "CC-BY-4.0"

[[collect.benchmarks]]
name = "xquad"
reader = "json"
path = "bench/xquad/*.json.zst"
fields = { text = "context" }
options = { records = "data.paragraphs" }
lang_from = "xquad\\.([a-z]+)\\.json"
licence = "CC-BY-SA-4.0"

[[collect.benchmarks]]
name = "americasnli"
reader = "csv"
path = "bench/americasnli/**/*.tsv"
fields = { text = ["premise", "hypothesis"], lang = "language" }
options = { quotes = false }
licence = "CC-BY-SA-4.0"

[[collect.benchmarks]]
name = "nusax"
reader = "csv"
path = "bench/nusax/sentiment/*/*.csv.gz"
lang_from = "sentiment/(\\w+)/"
scheme = "name"
licence = "CC-BY-SA-4.0"
"""


def collected(data: Path, folder: Path, home: Path, name: str, benchmarks: str) -> Artifact:
    """The JSON lines of a folder, and benchmarks beside them."""
    path = home / f"{name}.toml"
    source = f'[[collect.sources]]\nname = "{name}"\nreader = "jsonl"\npath = "{name}/*.jsonl"\nlicence = "various"\n'
    root = home / "data"
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    for link, target in ((root / name, folder), (root / "bench", data / "bench")):
        link.unlink(missing_ok=True)
        link.symlink_to(target.absolute())
    path.write_text(f'data = "{root.absolute()}"\n{source}{benchmarks}', encoding="utf-8")
    subprocess.run([sys.executable, "-m", "emma", "collect", str(path), "--home", str(home)], check=True)
    return Home(home).run(name).artifact("collect")


def corrupted(text: str, lang: str) -> str:
    """The text without every sixth word, or character."""
    units, joiner = (text.split(), " ") if is_spaced(lang[-4:]) else (list(text), "")
    return joiner.join(unit for at, unit in enumerate(units, 1) if at % 6)


def items(benchmarks: Sequence[Artifact]) -> Iterator[tuple[str, str]]:
    """Some of each benchmark and language: label and text."""
    found: dict[tuple[str, str], list[str]] = {}
    for part in benchmarks:
        for row in shards.read(part.file("documents.parquet"), ["source", "lang", "text"]).to_pylist():
            if len(row["text"].split()) >= LONG or not is_spaced(row["lang"][-4:]):
                found.setdefault((row["source"], row["lang"]), []).append(row["text"])
    for (source, lang), texts in sorted(found.items()):
        for text in random.Random(f"{source} {lang}").sample(sorted(set(texts)), min(PLANTED, len(set(texts)))):
            yield lang, text


def plant(benchmarks: Sequence[Artifact], control: Sequence[Artifact], folder: Path) -> None:
    """Write `0.jsonl`, whole items, and `1.jsonl`, corrupted ones, each between two texts of the control."""
    texts = shards.read(control[0].file("documents.parquet"), ["text"])["text"].to_pylist()
    chance, planted = random.Random(0), [*items(benchmarks)]
    folder.mkdir(parents=True, exist_ok=True)
    for name, change in (("0", lambda text, _: text), ("1", corrupted)):
        rows = [
            f"{chance.choice(texts)[:300]}\n{change(text, lang)}\n{chance.choice(texts)[:300]}"
            for lang, text in planted
        ]
        lines = [json.dumps({"text": row, "lang": lang}) for row, (lang, _) in zip(rows, planted, strict=True)]
        (folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")


def hits(
    parts: Sequence[Artifact], index: Artifact, words: int, characters: int, out: Path
) -> tuple[np.ndarray, list[str]]:
    """Grams that each document shares with the benchmarks, and the file it is of."""
    found, files = [], []
    for number, part in enumerate(parts):
        folder = out / str(number)
        folder.mkdir(parents=True)
        find_contamination(folder, part, index, words, characters)
        found.append(shards.read(folder / "contamination.parquet", ["benchmark_grams"])["benchmark_grams"].to_numpy())
        files += shards.read(part.file("documents.parquet"), ["file"])["file"].to_pylist()
    return np.concatenate(found), files


def main() -> None:
    arguments = made.arguments(__doc__)
    documents, home = made.make(arguments.data, arguments.work / "set"), arguments.work / "corrupted"
    shutil.rmtree(home, ignore_errors=True)
    control = collected(arguments.data, documents, home, "control", BENCHMARKS)
    benchmarks = tuple(control.parts["benchmarks"])
    plant(benchmarks, control.parts["documents"], home / "planted")
    planted = collected(arguments.data, home / "planted", home, "planted", "")
    lines = ["| words, characters | grams needed | whole | every sixth left out | control | CPU s |", "|---" * 6 + "|"]
    for words, characters, alone in (*((*size, True) for size in SIZES), (*SIZES[0], False)):
        out = home / f"{words}{alone}"
        (out / "index").mkdir(parents=True)
        counts = index_benchmarks(out / "index", benchmarks, words, characters)
        if alone:
            write_index(out / "index" / "loose", (), *SHORT_GRAM)
        index = Artifact(out / "index", str(words), counts)
        grams, files = hits(planted.parts["documents"], index, words, characters, out / "planted")
        start = time.process_time()
        dark, _ = hits(control.parts["documents"], index, words, characters, out / "control")
        cost = time.process_time() - start
        is_whole = np.array([name.endswith("0.jsonl") for name in files])
        for needed in MIN_AGREEING:
            groups = (grams[is_whole], grams[~is_whole], dark)
            found = [f"{int((mine >= needed).sum()):,} of {len(mine):,}" for mine in groups]
            size = f"{words}, {characters}{'' if alone else ' and runs of 5, 20'}"
            lines.append(f"| {size} | {needed} | {' | '.join(found)} | {cost:.1f} |")
    result = "\n".join([
        "# Corrupted copies of benchmark items", "", f"{machine()}.", "",
        "Run again with `python -m benchmarks.corpus.corrupted`. Documents that share as many grams with a benchmark; "
        "of the control every one is one too many.", "", *lines,
    ]) + "\n"  # fmt: skip
    publish("corpus-corrupted", result, only_print=arguments.print)


if __name__ == "__main__":
    main()
