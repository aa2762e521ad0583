"""The facts that cards state, gathered from artifacts. Nothing here is typed by hand."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from emma.lang import coverage
from emma.models.folder import CONFIG, TRAINING, Json, read_model_json
from emma.models.pre_tokenizers import llama_cpp_name
from emma.models.tokenizer_file import read_tokenizer_table
from emma.release.base import BaseFacts, read_base
from emma.release.config import ReleaseConfig
from emma.release.corpus import ReleasedSplit
from emma.release.ledger import LEDGER_FILE
from emma.schemas import SPLITS, Row
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.files import read_json


@dataclass(frozen=True)
class ReleasedLanguage:
    """A language of the released corpus."""

    lang: str
    name: str
    documents: int
    bitext: int
    """Documents with a second side."""
    bytes: int
    """UTF-8 bytes of both sides."""
    splits: Mapping[str, int]
    """Documents of each split."""


@dataclass(frozen=True)
class CardFacts:
    """Everything that the two cards state."""

    section: ReleaseConfig
    headline: Json
    """The contents of report.json."""
    languages: Sequence[Row]
    """The rows of languages.json."""
    sources: Sequence[Row]
    """The rows of sources.parquet, in the recipe's order, but for sources that were removed."""
    drops: Sequence[tuple[str, int]]
    """Drop reasons and their documents, the most frequent first."""
    sizes: Sequence[ReleasedLanguage]
    """The languages of the released corpus."""
    model: Json
    """The model's config.json, and `parameters`."""
    base: BaseFacts
    """The model that was adapted, by what it says of itself."""
    changed: Mapping[str, str]
    """Fields of the base's configuration that changed, and why."""
    choices: Sequence[tuple[str, str]]
    """Why the weights are not those after the last step, as rows of a table."""
    starts: Sequence[Json]
    """The trainings that this one went on from, the last first: `run`, `step` and `tokens`."""
    has_ledger: bool
    """Whether a ledger of the documents that were seen lies beside the model."""
    training: Json
    """What the model was trained with, by its `training.json`."""
    contamination: Sequence[Row]
    """A row for each benchmark that the corpus was searched for: documents that share text with it, those dropped for
    that, its items and those found in the corpus."""
    addresses: Mapping[str, str]
    """Address of the artifact of each stage that this was made from."""
    counts: Mapping[str, int]
    """Languages that are kept, and that are released."""
    differences: Sequence[str]
    """Why these numbers differ."""
    unknown_to_llama_cpp: bool
    """Whether its vocabulary is byte-level and grown: llama.cpp's converter knows such ones by a hash of their ids."""
    llama_cpp_name: str | None
    """llama.cpp's name for the way a byte-level vocabulary cuts text, if it has one."""


def gather_facts(
    section: ReleaseConfig,
    *,
    sources: Sequence[Row],
    curate: Artifact,
    vocab: Artifact,
    report: Artifact,
    sizes: pa.Table,
    model: Path,
    base: Artifact | None,
    addresses: Mapping[str, str],
    languages: Mapping[str, coverage.Labels],
) -> CardFacts:
    """Read what the cards need."""
    rows = read_json(report.file("languages.json"))
    names = {row["lang"]: row["name"] for row in rows}
    return CardFacts(
        section=section,
        headline=read_json(report.file("report.json")),
        languages=rows,
        counts=coverage.count_coverage(languages),
        differences=coverage.explain_differences(languages),
        sources=sources,
        drops=rank_drops(shards.read(curate.file("languages.parquet")).to_pylist()),
        sizes=list_released_languages(sizes.to_pylist(), names),
        base=read_base(None if base is None else base.path, section.base_model),
        model={**read_model_json(model / CONFIG), "parameters": count_parameters(model)},
        changed=read_changes(model),
        choices=list(list_choices(read_model_json(model / TRAINING))),
        starts=list(list_starts(read_model_json(model / TRAINING))),
        has_ledger=(model / LEDGER_FILE).exists(),
        training=read_model_json(model / TRAINING),
        contamination=list_contamination(curate),
        addresses=addresses,
        unknown_to_llama_cpp=writes_bytes(model) and has_grown(vocab),
        llama_cpp_name=llama_cpp_name(read_tokenizer_table(model)),
    )


def read_changes(model: Path) -> Mapping[str, str]:
    """Changes to the base's configuration that training noted, with their reasons; none without a base."""
    changes: Mapping[str, str] = read_model_json(model / TRAINING).get("changed_from_base", {})
    return changes


def list_choices(record: Json) -> Iterator[tuple[str, str]]:
    """What was done to the weights after the last step of a training, by its record."""
    steps = record.get("steps", 0)
    chosen = record.get("validation", {}).get("result_step", steps)
    if chosen != steps:
        yield "weights taken", f"those after step {chosen:,} of {steps:,}, by held-out text"
    if alpha := record.get("merge"):
        yield "merged with the weights before the first step", f"{100 * alpha:g} % of these"


def list_starts(record: Json) -> Iterator[Json]:
    """The trainings that one went on from, by its record, the last first."""
    while record := record.get("started_from") or {}:
        yield record


def writes_bytes(model: Path) -> bool:
    """Whether the vocabulary in a model folder writes bytes, as GPT-2's does."""
    # The decoder and not the pre-tokenizer, which may only split: what writes bytes must read them back.
    decoder = read_model_json(model / "tokenizer.json").get("decoder")
    return b"ByteLevel" in orjson.dumps(decoder)


def has_grown(vocab: Artifact) -> bool:
    """Whether the vocabulary has pieces that the base's lacks."""
    path = vocab.find("vocab.json")
    facts = read_json(path) if path is not None else {}
    return bool(facts.get("size", 0) > facts.get("pieces_base", 0))


def list_contamination(curate: Artifact) -> list[Row]:
    """A row for each benchmark that the corpus was searched for, summed over languages."""
    path = curate.find("contamination.parquet")
    rows = [] if path is None else shards.read(path).to_pylist()
    counts = ("documents", "dropped", "items", "items_hit")
    totals: dict[str, dict[str, Any]] = {}
    for row in rows:
        total = totals.setdefault(row["benchmark"], {"benchmark": row["benchmark"], **dict.fromkeys(counts, 0)})
        total.update({name: total[name] + row[name] for name in counts})
    return [totals[name] for name in sorted(totals)]


def rank_drops(curated: Sequence[Row]) -> list[tuple[str, int]]:
    """Documents by drop reason, the most frequent first."""
    counts: dict[str, int] = {}
    for row in curated:
        if row["outcome"] not in SPLITS:
            counts[row["outcome"]] = counts.get(row["outcome"], 0) + row["documents"]
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def list_released_languages(sizes: Sequence[ReleasedSplit], names: Mapping[str, str]) -> list[ReleasedLanguage]:
    """The released languages, in the order of the sizes, which are sorted by language."""
    return [_released_language(lang, list(rows), names) for lang, rows in groupby(sizes, itemgetter("lang"))]


def _released_language(lang: str, sizes: Sequence[ReleasedSplit], names: Mapping[str, str]) -> ReleasedLanguage:
    return ReleasedLanguage(
        lang=lang,
        name=names.get(lang, lang),
        documents=sum(size["documents"] for size in sizes),
        bitext=sum(size["bitext"] for size in sizes),
        bytes=sum(size["bytes"] for size in sizes),
        splits=dict.fromkeys(SPLITS, 0) | {size["split"]: size["documents"] for size in sizes},
    )


def count_parameters(model: Path) -> int:
    """Parameters in the safetensors files, from their headers; tied weights are stored, and counted, once."""
    total = 0
    for path in sorted(model.glob("*.safetensors")):
        with path.open("rb") as stream:
            # A safetensors file begins with the length of its JSON header, in 8 bytes.
            header = orjson.loads(stream.read(int.from_bytes(stream.read(8), "little")))
        for name, tensor in header.items():
            if name != "__metadata__":
                total += math.prod(tensor["shape"])
    return total
