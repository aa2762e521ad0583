"""Packing: its speed beside the tokenizer alone, and what best-fit packing saves and costs, on real text.

    python -m benchmarks.train.pack recipes/world.toml ../shared/data/model/llama2_tokenizer --home HOME

Compiles the recipe's corpus (kept in HOME), then packs it with the tokenizer in the folder, several times in turn with
the tokenizer's own `encode_batch_fast` on the same texts, in one process and one thread, which is what a worker has.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from tokenizers import Tokenizer
from transformers import AutoTokenizer

from benchmarks.machine import machine, result_path
from emma.pack.config import PackConfig
from emma.pack.texts import TEXTS, scatter_texts
from emma.pack.tokenise import Bucket, tokenise
from emma.pipeline.home import Home
from emma.pipeline.recipe import Recipe
from emma.pipeline.run import run_stages
from emma.store import shards
from emma.store.artifact import Artifact
from emma.tokens import packing
from emma.tokens.files import TokenFile
from emma.work.local import Local
from emma.work.progress import Reporter

TURNS = 3
BATCH = 1000
"""Texts a call of the tokenizer alone."""
LARGE, ENOUGH = 1_000_000, 16_000_000
"""Bytes from which a source counts as large, and of how much text is packed for its speed, about."""
LENGTHS = (256, 2048, 4096)


NOTE = f"""Least of {TURNS} turns, CPU seconds, one process and one thread each (TOKENIZERS_PARALLELISM=false, as in
EMMA's workers). Alone: `encode_batch_fast` on lists of {BATCH:,} texts, its results thrown away. Packed: the whole
task, from Parquet to token files, document ids and counts. A source is a language, domain and split; large ones have
{LARGE / 1e6:.0f} MB or more. What the small ones cost more is the making of files, three each."""
FIT_NOTE = """Training documents of all sources, one epoch of each. Best-fit packing cuts the documents that are longer
than a sequence, and no other; concatenation what the ends of sequences fall upon."""
SPEEDS = (
    "| text | MB | documents | sources | alone, CPU s | packed, CPU s | alone, MB/s | packed, MB/s | packed / alone |",
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
)
FITS = (
    "| sequence | padding | cut by best-fit | cut by concatenation | packing, CPU s |",
    "|--:|--:|--:|--:|--:|",
)


def corpus(recipe: Path, home: Home, workers: int) -> list[tuple[Artifact, Artifact]]:
    """The recipe's documents and what curate made of them, shard by shard."""
    with Local(workers) as executor:
        made = run_stages(Recipe.read(recipe), "curate", home=home, executor=executor, reporter=Reporter())
    collect, curate = made.artifact("collect"), made.artifact("curate")
    return list(zip(collect.parts["documents"], curate.parts["selection"], strict=True))


def timed(work: Callable[[], object]) -> float:
    """CPU seconds."""
    start = time.process_time()
    work()
    return time.process_time() - start


def some(texts: pa.Table, least: int) -> pa.Table:
    """All texts of every so many sources with `least` bytes or more, ENOUGH bytes or more in all."""
    keys = pc.binary_join_element_wise(texts["lang"], texts["domain"], texts["split"], " ")
    table = pa.table({"key": keys, "bytes": pc.binary_length(texts["text"])})
    sizes = table.group_by("key").aggregate([("bytes", "sum")]).sort_by("key").to_pylist()
    large = [row for row in sizes if row["bytes_sum"] >= least]
    step = max(1, sum(row["bytes_sum"] for row in large) // ENOUGH)
    return texts.filter(pc.is_in(keys, pa.array([row["key"] for row in large[::step]])))


def speed(name: str, texts: pa.Table, turns: int, tokenizer: Path, folder: Path) -> str:
    """A row of the table of speeds."""
    item, vocab = bucket_of(texts, folder / name), SimpleNamespace(file=lambda _: tokenizer)
    alone = Tokenizer.from_file(str(tokenizer / "tokenizer.json"))
    alone.encode_special_tokens = True
    lists = [texts["text"][at : at + BATCH].to_pylist() for at in range(0, texts.num_rows, BATCH)]
    times: dict[str, list[float]] = {"alone": [], "packed": []}
    for turn in range(turns):
        out = folder / name / str(turn)
        out.mkdir()
        times["alone"].append(
            timed(lambda: [alone.encode_batch_fast(each, add_special_tokens=False) for each in lists])
        )
        times["packed"].append(timed(lambda: tokenise(out, item, PackConfig(), vocab)))  # type: ignore[arg-type]  # noqa: B023
    best = {each: min(found) for each, found in times.items()}
    size = pc.sum(pc.binary_length(texts["text"])).as_py() / 1e6
    files = shards.read(out / "packed.parquet").num_rows
    return (
        f"| {name} | {size:.0f} | {texts.num_rows:,} | {files:,} | {best['alone']:.2f} | {best['packed']:.2f} | "
        f"{size / best['alone']:.2f} | {size / best['packed']:.2f} | {100 * best['alone'] / best['packed']:.0f} % |"
    )


def bucket_of(texts: pa.Table, folder: Path) -> Bucket:
    """The texts as the task finds them."""
    folder.mkdir()
    shards.write(folder / "0000.parquet", texts)
    return 0, (Artifact(folder, "bucket"),)


def fits(out: Path) -> Iterator[str]:
    """Rows of the table of best-fit packing."""
    rows = [row for row in shards.read(out / "packed.parquet").to_pylist() if row["split"] == "train"]
    lengths = [np.array(TokenFile(out / row["path"]).lengths) for row in rows]
    tokens, documents = (sum(row[name] for row in rows) for name in ("tokens", "documents"))
    for length in LENGTHS:
        start = time.process_time()
        packed = [packing.pack_documents(each, length) for each in lengths]
        took = time.process_time() - start
        room = sum(len(ends) * length / (len(opened) - 1) for _, ends, opened in packed)
        too_long = sum(int((each > length).sum()) for each in lengths)
        cut = sum(cuts(each, length) for each in lengths)
        yield (
            f"| {length:,} | {100 * (1 - tokens / room):.1f} % | {share(too_long, documents)} | "
            f"{share(cut, documents)} | {took:.2f} |"
        )


def share(some: int, of: int) -> str:
    """A count and its percentage."""
    return f"{some:,} ({100 * some / of:.0f} %)"


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
        speeds = [
            speed("large sources", some(texts, LARGE), TURNS, folder / "tokenizer", folder),
            speed("sources of every size", some(texts, 0), TURNS, folder / "tokenizer", folder),
        ]
        out, vocab = folder / "out", SimpleNamespace(file=lambda _: folder / "tokenizer")
        out.mkdir()
        tokenise(out, bucket_of(texts, folder / "all"), section, vocab)  # type: ignore[arg-type]
        table = list(fits(out))
    head = f"`python -m benchmarks.train.pack {given.recipe.as_posix()} TOKENIZER`, TOKENIZER being Llama-2's"
    load = f"Load of the machine by others and this at the end: {os.getloadavg()[1]:.1f}."
    lines = ["# Packing", "", head, "", machine(), "", f"{NOTE}\n{load}", "", *SPEEDS, *speeds, ""]
    lines += [f"Reading all selected documents and sorting them into buckets before that: {scatter:.2f} CPU s.", ""]
    lines += ["## Best-fit packing", "", FIT_NOTE, "", *FITS, *table, ""]
    path = result_path("pack")
    path.write_text("\n".join(lines), encoding="utf-8")
    print(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
