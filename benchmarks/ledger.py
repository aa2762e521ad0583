"""What the ledger of a training costs, by documents: time, memory and files, on a made-up corpus of many languages.

    python -m benchmarks.ledger [--documents 770000]

Half of the documents are of one language, the others of 2,400 by Zipf's law, in 300 shards; the text is a word, since
no text is opened. The training drew half of all tokens. One process, whose peak memory is measured beside what it had
before.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from emma.release.ledger import BUCKET_DOCUMENTS, make_ledger, write_ledger
from emma.schemas import DOCUMENTS, PLAN, SELECTION
from emma.store import shards
from emma.store.artifact import Artifact
from emma.tokens.files import TokenFileWriter
from emma.work.local import Local
from emma.work.progress import Reporter
from emma.work.work import Work

HEAD = (
    "| documents | buckets | of these seen | CPU s | wall s | MB before | MB at the peak | files | MB written |\n"
    "|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
)
LANGUAGES, SHARDS, TOKENS, LENGTH = 2400, 300, 200, 2048


def label(number: int) -> str:
    """A made-up language: `qaa_Latn` and so on."""
    return f"q{''.join(chr(97 + number // 26**at % 26) for at in (1, 0))}{number // 676 or ''}_Latn"


def make_corpus(root: Path, number: int) -> dict[str, Artifact]:
    """The inputs of `make_ledger`."""
    weights = np.r_[LANGUAGES, 1 / np.arange(1, LANGUAGES)]
    weights[0] = weights[1:].sum()
    langs = np.random.default_rng(1).choice(LANGUAGES, number, p=weights / weights.sum())
    collected, curated = [], []
    ids = np.array([f"source{at * SHARDS // number}:folder/file-of-a-usual-name.jsonl#{at}" for at in range(number)])
    for shard in range(SHARDS):
        rows = np.flatnonzero(np.arange(number) * SHARDS // number == shard)
        known = {"id": ids[rows], "lang": [label(lang) for lang in langs[rows]], "row": rows}
        url = [f"https://www.example.org/archive/2026/{at}.html" for at in rows]
        same = {"source": f"source{shard}", "text": "word", "domain": "web", "licence": "CC0-1.0", "file": "file"}
        columns = {**known, "url": url, **{name: [value] * len(rows) for name, value in same.items()}}
        table = pa.table(
            {field.name: pa.array(columns.get(field.name, [None] * len(rows)), field.type) for field in DOCUMENTS}
        )
        chosen = {"split": ["train"] * len(rows), "cluster_size": [1] * len(rows)}
        judged = {field.name: pa.array(chosen.get(field.name, [None] * len(rows)), field.type) for field in SELECTION}
        for name, made, file in (("d", table, "documents"), ("s", pa.table(judged), "selection")):
            folder = root / f"{name}{shard}"
            folder.mkdir()
            shards.write(folder / f"{file}.parquet", made)
            (collected if name == "d" else curated).append(Artifact(folder, folder.name))
    plan = [pack_language(root / "packed", label(lang), ids[langs == lang]) for lang in range(LANGUAGES)]
    rows = [row for row in plan if row["tokens"]]
    (root / "mix").mkdir()
    shards.write(root / "mix" / "plan.parquet", pa.Table.from_pylist(rows, schema=PLAN))
    (root / "mix" / "plan.json").write_text(json.dumps({"sequence_length": LENGTH, "seed": 7, "eos": 2}))
    sources = {"source": [f"source{shard}" for shard in range(SHARDS)]}
    declared = {**sources, "redistribution": ["public"] * SHARDS, "origin": [""] * SHARDS}
    (root / "collect").mkdir()
    shards.write(root / "collect" / "sources.parquet", pa.table(declared))
    return {
        "collect": Artifact(root / "collect", "collect", {}, {"documents": tuple(collected)}),
        "curate": Artifact(root / "curate", "curate", {"rows_out": number}, {"selection": tuple(curated)}),
        "pack": Artifact(root / "pack", "pack", {}, {"packed": (Artifact(root / "packed", "packed"),)}),
        "mix": Artifact(root / "mix", "mix"),
        "train": Artifact(root / "train", "train", {"samples": sum(row["samples"] for row in rows)}),
    }


def pack_language(folder: Path, lang: str, ids: np.ndarray) -> dict[str, object]:
    """Write the token files of a language; its row of the plan."""
    folder.mkdir(exist_ok=True)
    if len(ids):
        with TokenFileWriter(folder / f"{lang}.web.train", 60_000) as writer:
            for first in range(0, len(ids), 10_000):
                part = ids[first : first + 10_000]
                lengths = np.full(len(part), TOKENS, np.int32)
                writer.extend(np.ones(len(part) * TOKENS, np.uint16), lengths, pa.array(part))
    tokens = len(ids) * TOKENS
    facts = {"lang": lang, "domain": "web", "tier": "low", "part": 0, "path": f"{lang}.web.train", "stage": "main"}
    return {**facts, "tokens": tokens, "samples": -(-tokens // LENGTH // 2)}


def main() -> None:
    """Measure, and print the row of the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=770_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "store").mkdir()
        inputs = make_corpus(root, arguments.documents)
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        before, cpu, wall = peak_megabytes(), time.process_time(), time.perf_counter()
        work = Work(root / "store", "release", 1, "x", root, Local(1), Reporter(quiet=True), bytes_in=0)
        parts = make_ledger(**inputs, work=work)
        rows = write_ledger(parts, root / "ledger.parquet")
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        files = sum(1 for path in (root / "store").rglob("*.parquet"))
        size = (root / "ledger.parquet").stat().st_size / 1e6
    buckets = -(-arguments.documents // BUCKET_DOCUMENTS)
    line = (
        f"| {arguments.documents:,} | {buckets} | {rows:,} | {cpu:.1f} | {wall:.1f} | {before:.0f} "
        f"| {peak_megabytes():.0f} | {files:,} | {size:.1f} |"
    )
    print("\n".join([HEAD, line]))


def peak_megabytes() -> float:
    """The peak of this process's memory since it was last cleared."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1e3


if __name__ == "__main__":
    main()
