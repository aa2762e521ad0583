"""Packing: its speed beside the tokenizer alone, and what best-fit packing saves and costs, on real text.

    python -m benchmarks.train.pack recipes/world.toml ../shared/data/model/llama2_tokenizer --home HOME

Compiles the recipe's corpus (kept in HOME), then packs it with the tokenizer in the folder, several times in turn with
the tokenizer's own `encode_batch_fast` on the same texts, in one process and one thread, which is what a worker has.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from tokenizers import Tokenizer
from transformers import AutoTokenizer

from benchmarks.machine import machine, result_path
from emma.home import Home
from emma.pack.config import PackConfig
from emma.pack.rows import TEXTS, scatter_texts
from emma.pack.tokenise import tokenise
from emma.run import run
from emma.store import packing, shards
from emma.store.artifact import Artifact
from emma.store.tokens import TokenFile
from emma.work.local import Local
from emma.work.progress import Reporter

TURNS = 5
"""On the large sources; on all of them, one."""
BATCH = 1000
"""Texts a call of the tokenizer alone."""
LARGE, ENOUGH = 1_000_000, 16_000_000
"""Bytes from which a source counts as large, and of how much of such text is packed, about."""
LENGTHS = (256, 2048, 4096)


def corpus(recipe: Path, home: Home, workers: int) -> list[tuple[Artifact, Artifact]]:
    """The recipe's documents and what curate made of them, shard by shard."""
    with Local(workers) as executor:
        name = run(recipe, (), "curate", home=home, executor=executor, reporter=Reporter()).name
    made = home.run(name)
    collect, curate = made.artifact("collect"), made.artifact("curate")
    return list(zip(collect.parts["documents"], curate.parts["selection"], strict=True))


def timed(work: Callable[[], object]) -> float:
    """CPU seconds."""
    start = time.process_time()
    work()
    return time.process_time() - start


def large(texts: pa.Table) -> pa.Table:
    """The texts of some sources with LARGE bytes or more."""
    keys = pc.binary_join_element_wise(texts["lang"], texts["domain"], texts["split"], " ")
    grouped = (
        pa.table({"key": keys, "bytes": pc.binary_length(texts["text"])}).group_by("key").aggregate([("bytes", "sum")])
    )
    sizes = dict(sorted(zip(grouped["key"].to_pylist(), grouped["bytes_sum"].to_pylist(), strict=True)))
    big = [key for key, size in sizes.items() if size >= LARGE]
    kept = big[:: max(1, sum(sizes[key] for key in big) // ENOUGH)]
    return texts.filter(pc.is_in(keys, pa.array(kept)))


def speed(name: str, texts: pa.Table, turns: int, tokenizer: Path, folder: Path) -> tuple[str, Path]:
    """A row of the table of speeds, and where the token files are."""
    bucket = folder / name / "bucket"
    bucket.mkdir(parents=True)
    shards.write(bucket / "0000.parquet", texts)
    alone = Tokenizer.from_file(str(tokenizer / "tokenizer.json"))
    alone.encode_special_tokens = True
    lists = [texts["text"][at : at + BATCH].to_pylist() for at in range(0, texts.num_rows, BATCH)]
    vocab = SimpleNamespace(file=lambda _: tokenizer)
    times: dict[str, list[float]] = {"alone": [], "packed": []}
    for turn in range(turns):
        out = folder / name / str(turn)
        out.mkdir()
        times["alone"].append(
            timed(lambda: [alone.encode_batch_fast(each, add_special_tokens=False) for each in lists])
        )
        item = (0, (Artifact(bucket, "bucket"),))
        times["packed"].append(timed(lambda: tokenise(out, item, PackConfig(), vocab)))  # type: ignore[arg-type]  # noqa: B023
    best = {each: min(found) for each, found in times.items()}
    size = pc.sum(pc.binary_length(texts["text"])).as_py() / 1e6
    files = shards.read(out / "packed.parquet").num_rows
    row = (
        f"| {name} | {size:.0f} | {texts.num_rows:,} | {files:,} | {best['alone']:.2f} | {best['packed']:.2f} | "
        f"{size / best['alone']:.2f} | {size / best['packed']:.2f} | {100 * best['alone'] / best['packed']:.0f} % |"
    )
    return row, out


def fits(out: Path) -> Iterator[str]:
    """Rows of the table of best-fit packing."""
    rows = [row for row in shards.read(out / "packed.parquet").to_pylist() if row["split"] == "train"]
    lengths = [np.array(TokenFile(out / row["path"]).lengths) for row in rows]
    for length in LENGTHS:
        start = time.process_time()
        packed = [packing.pack(each, length) for each in lengths]
        took = time.process_time() - start
        tokens = sum(int(each.sum()) * (len(opened) - 1) for each, (_, _, opened) in zip(lengths, packed, strict=True))
        room = sum(len(ends) for _, ends, _ in packed) * length
        # of one epoch of each source: equal shares of its sequences
        share = padding_an_epoch(lengths, packed, length)
        too_long = sum(int((each > length).sum()) for each in lengths)
        documents = sum(len(each) for each in lengths)
        yield (
            f"| {length:,} | {100 * share:.2f} % | {100 * (1 - tokens / room):.2f} % | {too_long:,} | "
            f"{sum(cuts(each, length) for each in lengths):,} | {documents:,} | {took:.2f} |"
        )


def padding_an_epoch(lengths: Sequence[np.ndarray], packed: Sequence[tuple[np.ndarray, ...]], length: int) -> float:
    """Padding in one epoch of every source, as a share of all tokens trained on."""
    room = sum(len(ends) * length / (len(opened) - 1) for _, ends, opened in packed)
    return float(1 - sum(int(each.sum()) for each in lengths) / room)


def cuts(lengths: np.ndarray, length: int) -> int:
    """Documents that concatenation cuts in its first epoch, if it begins with the first token."""
    ends = np.cumsum(lengths, dtype=np.int64)
    return int(((ends - 1) // length > (ends - lengths) // length).sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("--home", type=Path, default=Path("emma-runs"))
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    pairs = corpus(given.recipe, Home(given.home), given.workers)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        AutoTokenizer.from_pretrained(given.tokenizer).save_pretrained(folder / "tokenizer")
        parts = [folder / "scattered" / str(number) for number in range(len(pairs))]
        for part in parts:
            part.mkdir(parents=True)
        section = PackConfig()
        scatter = timed(
            lambda: [scatter_texts(out, pair, 1, section, {}) for out, pair in zip(parts, pairs, strict=True)]
        )
        texts = shards.read_all(part / "0000.parquet" for part in parts if (part / "0000.parquet").exists())
        texts = texts.select(TEXTS.names)
        speed("compile", texts[:100], 1, folder / "tokenizer", folder)
        few, _ = speed("large sources", large(texts), TURNS, folder / "tokenizer", folder)
        every, out = speed("all sources", texts, 1, folder / "tokenizer", folder)
        lines = [
            "# Packing",
            "",
            f"`python -m benchmarks.train.pack {given.recipe.as_posix()} TOKENIZER`, TOKENIZER being Llama-2's",
            "",
            machine(),
            "",
            f"Least of {TURNS} turns on the large sources, one on all, CPU seconds, one process and one thread each (TOKENIZERS_PARALLELISM=false, as in "
            f"EMMA's workers). Alone: `encode_batch_fast` on lists of {BATCH:,} texts, its results thrown away. Packed: "
            "the whole task, from Parquet to token files, document ids and counts. A large source has "
            f"{LARGE / 1e6:.0f} MB or more of one language, domain and split; of the small ones, creating files is what "
            "costs.",
            "",
            "| text | MB | documents | files | alone, CPU s | packed, CPU s | alone, MB/s | packed, MB/s | packed / alone |",
            "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
            few,
            every,
            "",
            f"Reading the selected documents and sorting them into buckets before that: {scatter:.2f} CPU s for all.",
            "",
            "## Best-fit packing",
            "",
            "Training documents of all sources. Padding: of one epoch of every source. Cut: documents longer than a "
            "sequence, the only ones that best-fit packing cuts, beside those that concatenation cuts.",
            "",
            "| sequence | padding | padding in all passes | cut by best-fit | cut by concatenation | documents | CPU s |",
            "|--:|--:|--:|--:|--:|--:|--:|",
            *fits(out),
            "",
        ]
    path = result_path("pack")
    path.write_text("\n".join(lines), encoding="utf-8")
    print(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
