"""Expanding a vocabulary: characters it lacks first, then merges that continue its own segmentation.

Without a piece of its own a character costs two to four byte tokens each time, so characters pay best; merges then go
where the base segmentation is longest.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from unicodedata import category

import numpy as np
import pyarrow as pa

from emma.store import shards
from emma.store.artifact import Artifact
from emma.vocab import llama
from emma.vocab.config import VocabConfig
from emma.vocab.llama import LlamaTokenizer
from emma.vocab.merges import Learner, Merge
from emma.vocab.units import Ints, classes_of, divide
from emma.vocab.words import SPACE, all_words

PIECES = pa.schema(
    [
        ("id", pa.int32()),
        ("piece", pa.string()),
        ("kind", pa.string()),  # char or merge
        ("count", pa.int64()),  # in the sample; of a merge, when it was made
        ("base_pieces", pa.list_(pa.int32())),  # the ids with which the base spells the piece
    ]
)
_BATCH = 10_000


@dataclass(frozen=True)
class New:
    """A new piece."""

    piece: str
    kind: str
    count: int


def expand(out: Path, counted: Sequence[Artifact], section: VocabConfig, base: Artifact | None) -> dict[str, int]:
    """Write `tokenizer/`, a Hugging Face folder, and `pieces.parquet` (PIECES), one row a new piece."""
    folder = base.path if base is not None else None
    before = llama.load(folder) if folder is not None else llama.blank()
    words, counts = all_words(counted) if section.new_pieces else ([], [])
    chars = new_characters(before, words, counts, section)
    with_chars = before.extended(each.piece for each in chars)
    merges = learn(with_chars, words, np.array(counts, dtype=np.int64), section, section.new_pieces - len(chars))
    size, names = len(with_chars.pieces), _names(with_chars, merges)
    grown = {each.new: New(each.piece, "merge", each.count) for each in reversed(merges) if each.new >= size}
    new = [*chars, *(grown[number] for number in sorted(grown))]
    pairs = [(names[each.left], names[each.right]) for each in merges]
    llama.save(before.extended((each.piece for each in new), pairs), folder, out / "tokenizer")
    shards.write(out / "pieces.parquet", _table(before, new))
    kinds = Counter(each.kind for each in new)
    return {
        "pieces_base": len(before.pieces),
        "pieces_new": len(new),
        "characters": kinds["char"],
        "merges": kinds["merge"],
    }


def new_characters(
    base: LlamaTokenizer, words: Sequence[str], counts: Sequence[int], section: VocabConfig
) -> list[New]:
    """The characters that get a piece, most frequent first: those that cover `character_coverage` of the sample,
    occur often enough, and are not in the base. The space is always one."""
    found: Counter[str] = Counter()
    for word, count in zip(words, counts, strict=True):
        for char in word:
            found[char] += count
    ranked = sorted(found, key=lambda char: (char != SPACE, -found[char], char))
    covered = np.cumsum([found[char] for char in ranked]) - [found[char] for char in ranked]
    needed = section.character_coverage * sum(found.values())
    have = set(base.pieces)
    wanted = [
        New(char, "char", found[char])
        for char, sofar in zip(ranked, covered, strict=True)
        if sofar < needed and found[char] >= section.minimum_count and char not in have and category(char)[0] != "C"
    ]
    return wanted[: int(section.character_share * section.new_pieces)]


def learn(tokenizer: LlamaTokenizer, words: list[str], counts: Ints, section: VocabConfig, budget: int) -> list[Merge]:
    """The merges that the sample asks for, after those that the tokenizer has."""
    symbols, word_of = _segmented(tokenizer, words)
    classes = classes_of(tokenizer.pieces, tokenizer.closed, tokenizer.splits_digits)
    units = divide(symbols, word_of, counts, classes)
    learner = Learner(units, tokenizer.pieces, minimum=section.minimum_count, max_chars=section.max_piece_chars)
    return list(learner.merges(budget))


def _segmented(tokenizer: LlamaTokenizer, words: list[str]) -> tuple[Ints, Ints]:
    """The ids of all words one after the other, and for each the number of its word."""
    bare = tokenizer.open_bare()
    ids: list[np.ndarray] = [np.zeros(0, np.int64)]
    lengths: list[int] = []
    for start in range(0, len(words), _BATCH):
        batch = llama.segment(bare, words[start : start + _BATCH])
        ids.append(np.array([each for word in batch for each in word], dtype=np.int64))
        lengths.extend(len(word) for word in batch)
    return np.concatenate(ids), np.repeat(np.arange(len(words)), np.array(lengths, dtype=np.int64))


def _names(tokenizer: LlamaTokenizer, merges: Sequence[Merge]) -> dict[int, str]:
    return dict(enumerate(tokenizer.pieces)) | {each.new: each.piece for each in merges}


def _table(base: LlamaTokenizer, new: Sequence[New]) -> pa.Table:
    size = len(base.pieces)
    spelled = llama.segment(base.open_bare(), [each.piece for each in new])
    rows = [
        {"id": size + number, "piece": each.piece, "kind": each.kind, "count": each.count, "base_pieces": ids}
        for number, (each, ids) in enumerate(zip(new, spelled, strict=True))
    ]
    return pa.Table.from_pylist(rows, schema=PIECES)
