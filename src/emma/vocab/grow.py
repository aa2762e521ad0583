"""Growing a vocabulary where the base's stops: characters it lacks first, then merges that continue its segmentation.

Without a piece of its own a character costs two to four byte tokens each time, so characters pay best; merges then go
where the segmentation is longest.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from unicodedata import category

import numpy as np
from tokenizers.pre_tokenizers import Split

from emma.kernels.bpe import Runs
from emma.models.sentencepiece import SPACE
from emma.vocab.bpe import BpeTokenizer, ByteLevelTokenizer
from emma.vocab.config import VocabConfig
from emma.vocab.merges import Ints, MergeLearner, classify_pieces, divide_runs, divide_runs_inside_characters
from emma.vocab.sample import sum_character_counts

_BATCH, _TOGETHER = 10_000, 500
"""Words that are segmented side by side, and those among them that are one text."""
_SEPARATOR = "\uffff"
"""Between words: no character, and none that collected text has."""
_CHARACTER_BYTES = 4
"""The most bytes of a character in UTF-8."""


class WordCounts(NamedTuple):
    """The words to learn from, as the tokenizer's word rules give them, and how often each occurs, int64 (words,)."""

    words: list[str]
    counts: Ints


@dataclass(frozen=True)
class NewPiece:
    """A new piece, as the vocabulary writes it."""

    piece: str
    kind: str
    """`char` for a character or a part of one, else `merge`."""
    count: int


@dataclass(frozen=True)
class PieceLimits:
    """The number of pieces to make, and pieces that are not to be made."""

    budget: int
    """The most pieces to find, those in `known` not counted."""
    known: Collection[str] = ()
    """Pieces that another vocabulary has already."""
    banned: Collection[str] = ()
    """Pieces that are not to be made."""


@dataclass(frozen=True)
class Expansion:
    """A tokenizer with new pieces."""

    tokenizer: BpeTokenizer
    new: list[NewPiece] = field(default_factory=list)
    """The new pieces in the order of their ids."""
    rejected: dict[str, int] = field(default_factory=dict)
    """The texts of banned pieces that would have been made, and their counts."""


def grow_vocabulary(
    tokenizer: BpeTokenizer, sample: WordCounts, section: VocabConfig, limits: PieceLimits
) -> Expansion:
    """Add characters and merges; the characters take `character_share` of the budget at most."""
    share = replace(limits, budget=int(section.character_share * limits.budget))
    if isinstance(tokenizer, ByteLevelTokenizer):
        chars = complete_characters(tokenizer, sample, section, share)
    else:
        chars = add_characters(tokenizer, sample, section, share)
    # Pieces that another vocabulary has already cost no row.
    left = limits.budget - sum(piece.piece not in limits.known for piece in chars.new)
    merged = add_merges(chars.tokenizer, sample, section, replace(limits, budget=left))
    return Expansion(merged.tokenizer, [*chars.new, *merged.new], chars.rejected | merged.rejected)


def add_characters(tokenizer: BpeTokenizer, sample: WordCounts, section: VocabConfig, limits: PieceLimits) -> Expansion:
    """Give pieces to characters, most frequent first: those that cover `character_coverage` of the sample, occur often
    enough, and have none yet. The space is always one."""
    present, rejected, new = set(tokenizer.pieces), {}, list[NewPiece]()
    left = limits.budget
    for char, count in list_covering_characters(sum_character_counts(sample.words, sample.counts.tolist()), section):
        if char in present or (left == 0 and char not in limits.known):
            continue
        if char in limits.banned:
            rejected[char] = count
            continue
        new.append(NewPiece(char, "char", count))
        left -= char not in limits.known
    return Expansion(tokenizer.with_pieces(piece.piece for piece in new), new, rejected)


def list_covering_characters(counts: dict[str, int], section: VocabConfig) -> list[tuple[str, int]]:
    """The characters that cover the sample and occur often enough, and their counts, most frequent first."""
    ranked = sorted(counts, key=lambda char: (char != SPACE, -counts[char], char))
    counted_before = np.cumsum([counts[char] for char in ranked]) - [counts[char] for char in ranked]
    needed = section.character_coverage * sum(counts.values())
    covering = [
        char for char, count in zip(ranked, counted_before, strict=True) if count < needed and not _is_control(char)
    ]
    return [(char, counts[char]) for char in covering if counts[char] >= section.minimum_count]


def _is_control(char: str) -> bool:
    """Whether a character is no text; those that join letters, or keep them apart, are."""
    # ZWJ and ZWNJ are control characters by category, and part of how words are written.
    return category(char)[0] == "C" and char not in "\u200c\u200d"


def complete_characters(
    tokenizer: ByteLevelTokenizer, sample: WordCounts, section: VocabConfig, limits: PieceLimits
) -> Expansion:
    """Merge bytes inside characters, until those of `list_covering_characters` are whole or the budget is spent.

    The merges go on from how the base divides the bytes, so a piece may hold what the base had joined to a part of a
    character.
    """
    symbols, word_of = segment_words(tokenizer, sample.words)
    runs = divide_runs_inside_characters(symbols, word_of, sample.counts, tokenizer.starts_inside_character)
    texts = [tokenizer.text_of(word) for word in sample.words]
    covering = [
        count for _, count in list_covering_characters(sum_character_counts(texts, sample.counts.tolist()), section)
    ]
    if not covering:
        return Expansion(tokenizer)
    # In bytes, which is how the vocabulary writes parts of characters.
    max_bytes = _CHARACTER_BYTES * section.max_piece_chars
    return learn_merges(
        tokenizer, tokenizer.pieces, runs, limits, kind="char", minimum=min(covering), max_chars=max_bytes
    )


def add_merges(tokenizer: BpeTokenizer, sample: WordCounts, section: VocabConfig, limits: PieceLimits) -> Expansion:
    """Merge pieces inside runs of one script, never across letters, digits and punctuation."""
    symbols, word_of = segment_words(tokenizer, sample.words)
    texts = tokenizer.texts
    classes = classify_pieces(texts, tokenizer.closed, tokenizer.splits_digits)
    known, banned = ({tokenizer.text_of(piece) for piece in pieces} for pieces in (limits.known, limits.banned))
    return learn_merges(
        tokenizer,
        texts,
        divide_runs(symbols, word_of, sample.counts, classes),
        PieceLimits(limits.budget, known, banned),
        kind="merge",
        minimum=section.minimum_count,
        max_chars=section.max_piece_chars,
    )


def learn_merges(
    tokenizer: BpeTokenizer,
    texts: Sequence[str],
    runs: Runs,
    limits: PieceLimits,
    *,
    kind: str,
    minimum: int,
    max_chars: int,
) -> Expansion:
    """Learn merges on runs of pieces.

    `texts` and the pieces in `limits` are written in the way in which `max_chars` counts: as text for merges, as the
    vocabulary writes bytes for parts of characters.
    """
    learner = MergeLearner(runs, texts, minimum=minimum, max_chars=max_chars, banned=limits.banned)
    names, new, pairs = list(tokenizer.pieces), list[NewPiece](), list[tuple[str, str]]()
    left = limits.budget
    # Known pieces may be learnt again, and cost nothing.
    for merge in learner.merges(limits.budget + len(limits.known)) if left else ():
        pairs.append((names[merge.left], names[merge.right]))
        if merge.new == len(names):  # otherwise the merge reaches a piece that exists
            names.append(names[merge.left] + names[merge.right])
            new.append(NewPiece(names[-1], kind, merge.count))
            left -= merge.piece not in limits.known
        if not left:
            break
    rejected = {tokenizer.text_of(piece) if kind == "char" else piece: n for piece, n in learner.rejected.items()}
    return Expansion(tokenizer.with_pieces((piece.piece for piece in new), pairs), new, rejected)


def segment_words(tokenizer: BpeTokenizer, words: list[str]) -> tuple[Ints, Ints]:
    """The ids of all words one after the other, and for each the number of its word.

    Many words are given as one text that is cut between them, which takes the library half the time.
    """
    bare = tokenizer.open_bare()
    bare.pre_tokenizer = Split(_SEPARATOR, "removed")
    ids, owners = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for start in range(0, len(words), _BATCH):
        firsts = range(start, min(start + _BATCH, len(words)), _TOGETHER)
        lines = [_SEPARATOR.join(words[first : first + _TOGETHER]) for first in firsts]
        for first, encoding in zip(firsts, bare.encode_batch(lines, add_special_tokens=False), strict=True):
            ids.append(np.array(encoding.ids, np.int64))
            owners.append(np.array(encoding.word_ids, np.int64) + first)
    return np.concatenate(ids), np.concatenate(owners)
