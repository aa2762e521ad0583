"""The facts that cards state, gathered from artifacts. Nothing here is typed by hand."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from emma.lang import coverage
from emma.release.config import ReleaseConfig
from emma.schemas import CODE, SPLITS
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.files import read_json

Row = Mapping[str, Any]

# fmt: off
SPELLED = frozenset({
    "afl-3.0", "agpl-3.0", "apache-2.0", "artistic-2.0", "bsd-2-clause", "bsd-3-clause", "bsl-1.0", "cc-by-2.0",
    "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nc-nd-4.0", "cc-by-nc-sa-3.0",
    "cc-by-nc-sa-4.0", "cc-by-nd-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "cc0-1.0", "gfdl", "gpl-2.0", "gpl-3.0", "isc",
    "lgpl-2.1", "lgpl-3.0", "mit", "mpl-2.0", "odbl", "odc-by", "unlicense",
})
# fmt: on
"""Licence identifiers that the Hub's metadata knows; anything else is `other`."""


@dataclass(frozen=True)
class Facts:
    """What both cards draw on."""

    section: ReleaseConfig
    headline: Mapping[str, Any]  # report.json
    languages: Sequence[Row]  # languages.json
    sources: Sequence[Row]  # sources.parquet, in the recipe's order
    drops: Sequence[tuple[str, int]]  # reason and documents, most frequent first
    sizes: Sequence[Row]  # lang, name, documents, bitext and bytes of the released corpus, and documents a split
    model: Mapping[str, Any]  # config.json, and `parameters`
    changed: Mapping[str, str]
    """Fields of the base's configuration that changed, and why."""
    counts: Mapping[str, int]
    """Languages that are kept, and that are released."""
    differences: Sequence[str]
    """Why these numbers differ."""
    unknown_to_llama_cpp: bool
    """Whether its vocabulary is byte-level and grown: llama.cpp's converter knows such ones by a hash of their ids."""


def gather(
    section: ReleaseConfig,
    *,
    collect: Artifact,
    curate: Artifact,
    vocab: Artifact,
    report: Artifact,
    sizes: pa.Table,
    model: Path,
    languages: Mapping[str, coverage.Labels],
) -> Facts:
    """Read what the cards need."""
    rows = read_json(report.file("languages.json"))
    names = {row["lang"]: row["name"] for row in rows}
    return Facts(
        section=section,
        headline=read_json(report.file("report.json")),
        languages=rows,
        counts=coverage.count_coverage(languages),
        differences=coverage.explain_differences(languages),
        sources=shards.read(collect.file("sources.parquet")).to_pylist(),
        drops=drops(shards.read(curate.file("languages.parquet")).to_pylist()),
        sizes=[{**row, "name": names.get(row["lang"], row["lang"])} for row in by_split(sizes.to_pylist())],
        model={**read_json(model / "config.json"), "parameters": parameters(model)},
        changed=changed_from_base(model),
        unknown_to_llama_cpp=is_byte_level(model) and has_grown(vocab),
    )


def changed_from_base(model: Path) -> Mapping[str, str]:
    """What training noted of the base's configuration; nothing where there was no base."""
    path = model / "training.json"
    found: Mapping[str, str] = read_json(path).get("changed_from_base", {}) if path.exists() else {}
    return found


def is_byte_level(model: Path) -> bool:
    """Whether the vocabulary in a model folder writes bytes, as GPT-2's does."""
    decoder = read_json(model / "tokenizer.json").get("decoder")
    return b"ByteLevel" in orjson.dumps(decoder)


def has_grown(vocab: Artifact) -> bool:
    """Whether the vocabulary has pieces that the base's lacks."""
    path = vocab.find("vocab.json")
    found = read_json(path) if path is not None else {}
    return bool(found.get("size", 0) > found.get("pieces_base", 0))


def drops(curated: Sequence[Row]) -> list[tuple[str, int]]:
    """Documents by drop reason, the most frequent first."""
    counts: dict[str, int] = {}
    for row in curated:
        if row["outcome"] not in SPLITS:
            counts[row["outcome"]] = counts.get(row["outcome"], 0) + row["documents"]
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


def by_split(sizes: Sequence[Row]) -> list[dict[str, Any]]:
    """One row a language: totals, and documents of each split."""
    rows: dict[str, dict[str, Any]] = {}
    for each in sizes:
        empty = {"lang": each["lang"], "documents": 0, "bitext": 0, "bytes": 0, **dict.fromkeys(SPLITS, 0)}
        row = rows.setdefault(each["lang"], empty)
        for name in ("documents", "bitext", "bytes"):
            row[name] += each[name]
        row[each["split"]] += each["documents"]
    return list(rows.values())


def parameters(model: Path) -> int:
    """Numbers in the safetensors files, from their headers; tied weights are stored, and counted, once."""
    total = 0
    for path in sorted(model.glob("*.safetensors")):
        with path.open("rb") as stream:
            header = orjson.loads(stream.read(int.from_bytes(stream.read(8), "little")))
        for name, each in header.items():
            if name != "__metadata__":
                total += product(each["shape"])
    return total


def product(shape: Sequence[int]) -> int:
    """Number of elements; 1 for a scalar."""
    count = 1
    for side in shape:
        count *= side
    return count


def hub_languages(labels: Sequence[str]) -> list[str]:
    """Labels as the Hub's metadata wants them: ISO 639-1 where there is a code, else ISO 639-3; `code` for code."""
    import iso639

    def one(label: str) -> str:
        part3 = label.partition("_")[0]
        try:
            return iso639.Language.from_part3(part3).part1 or part3
        except iso639.LanguageNotFoundError:
            return part3

    return sorted({"code" if label == CODE else one(label) for label in labels})


def hub_licence(licence: str) -> str:
    """An SPDX identifier as the Hub's metadata spells it, or `other`."""
    plain = re.sub(r"-(only|or-later)$", "", licence.strip().lower())
    return plain if plain in SPELLED else "other"
