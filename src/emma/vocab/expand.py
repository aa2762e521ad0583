"""Expanding a vocabulary by one of the methods, and writing what came of it."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from emma.store import shards
from emma.store.artifact import Artifact
from emma.vocab import folder, freeze, llama
from emma.vocab.bpe import Bpe, segment
from emma.vocab.config import VocabConfig
from emma.vocab.folder import load_expandable, load_tokenizer
from emma.vocab.grow import Grown, New, Sample, Wanted, grow, segmented
from emma.vocab.methods import append
from emma.vocab.sample import all_words

PIECES = pa.schema(
    [
        ("id", pa.int32()),
        ("piece", pa.string()),  # as the vocabulary writes it
        ("text", pa.string()),  # as one reads it; bytes that make no character are written <0x..>
        ("kind", pa.string()),  # char (or part of one) or merge
        ("count", pa.int64()),  # in the sample; of a merge, when it was made
        ("base_pieces", pa.list_(pa.int32())),  # the ids with which the base spells the piece
    ]
)
REJECTED = pa.schema([("text", pa.string()), ("count", pa.int64())])
FROZEN = "frozen.json"


def expand(
    out: Path, counted: Sequence[Artifact], section: VocabConfig, base: Artifact | None, noted: Sequence[Artifact]
) -> dict[str, int]:
    """Write `tokenizer/`, `pieces.parquet` (PIECES), one row a new piece, and `vocab.json` (folder.write_facts).

    `noted` is what the frozen text spells; if there is any, `rejected.parquet` (REJECTED) and `frozen.json` tell what
    freezing cost.
    """
    path = base.path if base is not None else None
    before = start_of(path, section)
    found, counts = all_words(counted) if section.new_pieces else ([], [])
    sample = Sample(found, np.array(counts, dtype=np.int64))
    refused = freeze.refused(noted, section.freeze_count) if noted else set()
    grown = by_method(before, sample, section, Wanted(section.new_pieces, refused=refused))
    folder.save(grown.tokenizer, path, out / "tokenizer", grown=bool(section.new_pieces))
    folder.write_facts(grown.tokenizer, before, section, out, path)
    shards.write(out / "pieces.parquet", _table(before, grown))
    if noted:
        free = by_method(before, sample, section, Wanted(section.new_pieces))
        _write_cost(out, {"base": before, "unfrozen": free.tokenizer, "frozen": grown.tokenizer}, sample, grown.refused)
    return {"pieces_base": len(before.pieces), **_counts(grown)}


def start_of(path: Path | None, section: VocabConfig) -> Bpe:
    """The tokenizer to begin with. Raises RecipeError when pieces are asked for and it is of a kind that takes none."""
    if path is None:
        return llama.blank()
    return load_expandable(path) if section.new_pieces else load_tokenizer(path)


def by_method(before: Bpe, sample: Sample, section: VocabConfig, wanted: Wanted) -> Grown:
    """The tokenizer with new pieces."""
    if not section.new_pieces:
        return Grown(before)
    return (grow if section.method == "continue" else append)(before, sample, section, wanted)


def _counts(grown: Grown) -> dict[str, int]:
    kinds_ = Counter(each.kind for each in grown.new)
    spelled = segment(grown.tokenizer.open_bare(), [each.piece for each in grown.new])
    return {
        "pieces_new": len(grown.new),
        "characters": kinds_["char"],
        "merges": kinds_["merge"],
        "unreachable": sum(len(ids) != 1 for ids in spelled),
        "pieces_rejected": len(grown.refused),
    }


def _write_cost(out: Path, tokenizers: Mapping[str, Bpe], sample: Sample, rejected: Mapping[str, int]) -> None:
    ranked = sorted(rejected, key=lambda text: (-rejected[text], text))
    rows = [{"text": readable(text), "count": rejected[text]} for text in ranked]
    shards.write(out / "rejected.parquet", pa.Table.from_pylist(rows, schema=REJECTED))
    tokens = {f"sample_tokens_{name}": tokens_of(each, sample) for name, each in tokenizers.items()}
    (out / FROZEN).write_text(json.dumps({"pieces_rejected": len(rejected), **tokens}, indent=1), encoding="utf-8")


def tokens_of(tokenizer: Bpe, sample: Sample) -> int:
    """How many tokens the sample's words are."""
    _, word_of = segmented(tokenizer, sample.words)
    return int(sample.counts[word_of].sum())


def readable(text: str) -> str:
    """The text with what is no character written as the byte it is."""
    return "".join(f"<0x{ord(char) - 0xDC00:02X}>" if "\udc80" <= char <= "\udcff" else char for char in text)


def _table(base: Bpe, grown: Grown) -> pa.Table:
    new: list[New] = grown.new
    spelled = segment(base.open_bare(), [each.piece for each in new]) if new else []
    rows = [
        {
            "id": len(base.pieces) + number,
            "piece": each.piece,
            "text": readable(grown.tokenizer.text_of(each.piece)),
            "kind": each.kind,
            "count": each.count,
            "base_pieces": ids,
        }
        for number, (each, ids) in enumerate(zip(new, spelled, strict=True))
    ]
    return pa.Table.from_pylist(rows, schema=PIECES)
