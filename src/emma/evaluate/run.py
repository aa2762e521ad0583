"""Evaluate: what the test split costs under the base and under the adapted model, in bits per UTF-8 byte.

Bits per byte can be compared across vocabularies, perplexity per token cannot. English and program code are scored
like any language, and show what was forgotten.
"""

# ruff: noqa: E402 - a missing extra is to be named before the modules that need it are imported

from emma.config.extras import need

need("torch", "train")
need("transformers", "train")

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import accumulate, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa

from emma.errors import SourceError
from emma.evaluate.config import EvaluateConfig
from emma.evaluate.documents import choose_documents, shard_documents
from emma.evaluate.positions import by_position
from emma.evaluate.score import Scorer
from emma.evaluate.tables import gains, scores
from emma.lang.coverage import count_languages, measured_languages
from emma.models.device import choose_device, choose_precision
from emma.schemas import ITEMS
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.files import replace_file, write_json
from emma.work.work import StageOutput, Work

CHUNK_BYTES = 100_000
"""Text that a kill can cost; what was scored before is kept."""
PARTS = ITEMS.append(pa.field("altered", pa.bool_()))

Row = Mapping[str, Any]


def evaluate(
    section: EvaluateConfig,
    *,
    collect: Artifact,
    curate: Artifact,
    train: Artifact,
    base: Artifact | None,
    work: Work,
) -> StageOutput:
    """Write `items.parquet`, `scores.parquet`, `gains.parquet` (empty without a base), `altered.parquet` and
    `positions.parquet` (schemas.POSITIONS)."""
    parts = work.each(shard_documents, _pairs(collect, curate), section.max_bytes_per_lang, label="test documents")
    chosen = work.gather(choose_documents, parts, section.max_bytes_per_lang)
    documents = shards.read(chosen.file("documents.parquet")).to_pylist()
    check_any(documents)
    section = settle(section, work)
    folders = {"adapted": train.file("model")} if base is None else {"base": base.path, "adapted": train.file("model")}
    items = [row for model, folder in folders.items() for row in score_model(model, folder, documents, section, work)]
    write_tables(items, section, work.out)
    shards.write(work.out / "positions.parquet", by_position(folders, documents, section))
    return StageOutput(_counts(parts, documents, items))


def settle(section: EvaluateConfig, work: Work) -> EvaluateConfig:
    """The section with the precision that this machine is to compute in, which is said and noted."""
    choice = choose_precision(section.precision, choose_device(section.device, "evaluate"))
    work.record_choice("precision", choice)
    write_json(work.out / "settings.json", {"precision": choice.value})
    return section.model_copy(update={"precision": choice.value})


def _pairs(collect: Artifact, curate: Artifact) -> list[tuple[Artifact, Artifact]]:
    return list(zip(collect.parts["documents"], curate.parts["selection"], strict=True))


def check_any(documents: Sequence[Row]) -> None:
    """SourceError when there is nothing to score."""
    if not documents:
        raise SourceError(
            "No document is in the test split, so nothing can be evaluated. Give the [curate] section a larger test "
            "share, or collect more text."
        )


def score_model(
    model: str, folder: Path, documents: Sequence[Row], section: EvaluateConfig, work: Work
) -> Iterator[Row]:
    """Score every document; chunks that an earlier run finished are read back."""
    load = cache(lambda: Scorer(folder, section))
    groups = list(chunks(documents))
    with work.reporter.track(f"evaluate: {model}", len(documents)) as track:
        for number, group in enumerate(groups):
            path = work.scratch / f"{model}-{section.precision}-{number:06}.parquet"
            if not path.exists():
                with replace_file(path) as temporary:
                    shards.write(temporary, _items(model, group, load()))
            yield from shards.read(path).to_pylist()
            track.advance(len(group))


def _items(model: str, group: Sequence[Row], scorer: Scorer) -> pa.Table:
    found = zip(group, scorer.score([row["text"] for row in group]), strict=True)
    rows = [{**row, **vars(score), "model": model} for row, score in found]
    return pa.Table.from_pylist(rows, schema=PARTS)


def chunks(documents: Sequence[Row]) -> Iterator[list[Row]]:
    """The documents in order, cut wherever another CHUNK_BYTES are full."""
    ends = accumulate(row["bytes"] for row in documents)
    numbered = zip((end // CHUNK_BYTES for end in ends), documents, strict=True)
    for _, group in groupby(numbered, key=itemgetter(0)):
        yield [row for _, row in group]


def write_tables(items: Sequence[Row], section: EvaluateConfig, out: Path) -> None:
    """Write what was measured, and which documents a tokenizer did not give back as they were."""
    table = pa.Table.from_pylist(list(items), schema=PARTS)
    shards.write(out / "items.parquet", table.select(ITEMS.names))
    shards.write(out / "scores.parquet", scores(items, section))
    shards.write(out / "gains.parquet", gains(items, section))
    shards.write(out / "altered.parquet", table.filter(table["altered"]).select(["model", "lang", "domain", "id"]))


def _counts(parts: Sequence[Artifact], documents: Sequence[Row], items: Sequence[Row]) -> dict[str, int]:
    found = sum(part.counts["test"] for part in parts)
    empty = sum(part.counts["empty"] for part in parts)
    models = dict.fromkeys(row["model"] for row in items)
    return {
        "rows_in": found,
        "rows_out": len(documents),
        "dropped: empty": empty,
        "dropped: beyond max_bytes_per_lang": found - empty - len(documents),
        "languages_measured": count_languages(measured_languages(items)),
        **{f"altered by the {model} tokenizer": _altered(items, model) for model in models},
        **{f"tokens, {model}": sum(row["tokens"] for row in items if row["model"] == model) for model in models},
    }


def _altered(items: Sequence[Row], model: str) -> int:
    return sum(row["altered"] for row in items if row["model"] == model)
