"""The task that expands a vocabulary and writes the new tokenizer, its new pieces, and what freezing cost."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.files import write_json
from emma.vocab import folder, freeze
from emma.vocab.bpe import BpeTokenizer, segment
from emma.vocab.config import VocabConfig
from emma.vocab.grow import Expansion, PieceLimits, WordCounts, segment_words
from emma.vocab.llama import blank_tokenizer
from emma.vocab.methods import expand_vocabulary
from emma.vocab.sample import read_words

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
    """Write `tokenizer/`, `pieces.parquet` (PIECES), one row a new piece, and `vocab.json`.

    `noted` is what the frozen text spells; if there is any, `rejected.parquet` (REJECTED) and `frozen.json` say what
    freezing cost.
    """
    path = base.path if base is not None else None
    before = open_base(path, section)
    words, counts = read_words(counted) if section.new_pieces else ([], [])
    sample = WordCounts(words, np.array(counts, dtype=np.int64))
    banned = freeze.find_banned_pieces(noted, section.freeze_count) if noted else set()
    expansion = expand_vocabulary(before, sample, section, PieceLimits(section.new_pieces, banned=banned))
    folder.write_tokenizer(expansion.tokenizer, path, out / "tokenizer", is_expanded=bool(section.new_pieces))
    folder.write_vocabulary_facts(expansion.tokenizer, before, section, out, path)
    shards.write(out / "pieces.parquet", _list_pieces(before, expansion))
    if noted:
        # a second expansion with nothing banned, to compare with
        free = expand_vocabulary(before, sample, section, PieceLimits(section.new_pieces)).tokenizer
        tokenizers = {"base": before, "unfrozen": free, "frozen": expansion.tokenizer}
        _write_freezing_cost(out, tokenizers, sample, expansion.rejected)
    return {"pieces_base": len(before.pieces), **_count_pieces(expansion)}


def open_base(path: Path | None, section: VocabConfig) -> BpeTokenizer:
    """The tokenizer to begin with. Raises RecipeError when pieces are asked for and it is of a kind that takes none."""
    if path is None:
        return blank_tokenizer()
    return folder.load_expandable(path) if section.new_pieces else folder.load_tokenizer(path)


def _count_pieces(expansion: Expansion) -> dict[str, int]:
    kinds = Counter(piece.kind for piece in expansion.new)
    spelled = segment(expansion.tokenizer.open_bare(), [new.piece for new in expansion.new])
    return {
        "pieces_new": len(expansion.new),
        "characters": kinds["char"],
        "merges": kinds["merge"],
        "unreachable": sum(len(ids) != 1 for ids in spelled),
        "pieces_rejected": len(expansion.rejected),
    }


def _write_freezing_cost(
    out: Path, tokenizers: Mapping[str, BpeTokenizer], sample: WordCounts, rejected: Mapping[str, int]
) -> None:
    ranked = sorted(rejected, key=lambda text: (-rejected[text], text))
    rows = [{"text": show_bytes(text), "count": rejected[text]} for text in ranked]
    shards.write(out / "rejected.parquet", pa.Table.from_pylist(rows, schema=REJECTED))
    tokens = {f"sample_tokens_{name}": count_sample_tokens(tokenizer, sample) for name, tokenizer in tokenizers.items()}
    write_json(out / FROZEN, {"pieces_rejected": len(rejected), **tokens}, end="")


def count_sample_tokens(tokenizer: BpeTokenizer, sample: WordCounts) -> int:
    """Count the tokens of the sample's words."""
    _, word_of = segment_words(tokenizer, sample.words)
    return int(sample.counts[word_of].sum())


def show_bytes(text: str) -> str:
    """The text with what is no character written as the byte it is."""
    return "".join(f"<0x{ord(char) - 0xDC00:02X}>" if "\udc80" <= char <= "\udcff" else char for char in text)


def _list_pieces(base: BpeTokenizer, expansion: Expansion) -> pa.Table:
    """One row a new piece (PIECES)."""
    # With the base's own ids: adapt makes the rows of new pieces from these.
    spelled = segment(base.open_bare(), [new.piece for new in expansion.new]) if expansion.new else []
    rows = [
        {
            "id": len(base.pieces) + number,
            "piece": new.piece,
            "text": show_bytes(expansion.tokenizer.text_of(new.piece)),
            "kind": new.kind,
            "count": new.count,
            "base_pieces": ids,
        }
        for number, (new, ids) in enumerate(zip(expansion.new, spelled, strict=True))
    ]
    return pa.Table.from_pylist(rows, schema=PIECES)
