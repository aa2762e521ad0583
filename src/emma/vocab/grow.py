"""Going on where a tokenizer stopped: characters it lacks first, then merges that continue its own segmentation.

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
from emma.vocab.bpe import Bpe, ByteLevelTokenizer
from emma.vocab.config import VocabConfig
from emma.vocab.merges import Ints, Learner, classes_of, divide, divide_inside_characters
from emma.vocab.sample import count_characters

_BATCH, _TOGETHER = 10_000, 500
"""Words that are segmented side by side, and those among them that are one text."""
_APART = "\uffff"
"""Between words: no character, and none that collected text has."""
_CHARACTER_BYTES = 4


class Sample(NamedTuple):
    """The words to learn from, as the tokenizer's `cut` gives them, and how often each occurs, int64 (words,)."""

    words: list[str]
    counts: Ints


@dataclass(frozen=True)
class New:
    """A new piece, as the vocabulary writes it."""

    piece: str
    kind: str
    count: int


@dataclass(frozen=True)
class Wanted:
    """What is looked for."""

    budget: int
    """Pieces to find at most, those in `known` not counted."""
    known: Collection[str] = ()
    """Pieces that another vocabulary has already."""
    refused: Collection[str] = ()
    """Pieces that are not to be made."""


@dataclass(frozen=True)
class Grown:
    """What came of it."""

    tokenizer: Bpe
    new: list[New] = field(default_factory=list)
    """In the order of their ids."""
    refused: dict[str, int] = field(default_factory=dict)
    """The texts of pieces that would have been made, and their counts."""


def grow(tokenizer: Bpe, sample: Sample, section: VocabConfig, wanted: Wanted) -> Grown:
    """Characters and merges; the characters take `character_share` of the budget at most."""
    few = replace(wanted, budget=int(section.character_share * wanted.budget))
    if isinstance(tokenizer, ByteLevelTokenizer):
        chars = complete(tokenizer, sample, section, few)
    else:
        chars = add_characters(tokenizer, sample, section, few)
    left = wanted.budget - sum(each.piece not in wanted.known for each in chars.new)
    merged = merge(chars.tokenizer, sample, section, replace(wanted, budget=left))
    return Grown(merged.tokenizer, [*chars.new, *merged.new], chars.refused | merged.refused)


def add_characters(tokenizer: Bpe, sample: Sample, section: VocabConfig, wanted: Wanted) -> Grown:
    """The characters that get a piece, most frequent first: those that cover `character_coverage` of the sample,
    occur often enough, and have none yet. The space is always one."""
    have, refused, new = set(tokenizer.pieces), {}, list[New]()
    left = wanted.budget
    for char, count in covering(count_characters(sample.words, sample.counts.tolist()), section):
        if char in have or (left == 0 and char not in wanted.known):
            continue
        if char in wanted.refused:
            refused[char] = count
            continue
        new.append(New(char, "char", count))
        left -= char not in wanted.known
    return Grown(tokenizer.extended(each.piece for each in new), new, refused)


def covering(found: dict[str, int], section: VocabConfig) -> list[tuple[str, int]]:
    """The characters that cover the sample and occur often enough, and their counts, most frequent first."""
    ranked = sorted(found, key=lambda char: (char != SPACE, -found[char], char))
    before = np.cumsum([found[char] for char in ranked]) - [found[char] for char in ranked]
    needed = section.character_coverage * sum(found.values())
    enough = [char for char, sofar in zip(ranked, before, strict=True) if sofar < needed and not _is_control(char)]
    return [(char, found[char]) for char in enough if found[char] >= section.minimum_count]


def _is_control(char: str) -> bool:
    """Whether a character is no text; those that join letters, or keep them apart, are."""
    return category(char)[0] == "C" and char not in "\u200c\u200d"


def complete(tokenizer: ByteLevelTokenizer, sample: Sample, section: VocabConfig, wanted: Wanted) -> Grown:
    """Merges inside characters, until those that `covering` names are whole or the budget is spent.

    They go on from how the base cuts the bytes, so a piece may hold what the base had joined to a part of it.
    """
    symbols, word_of = segmented(tokenizer, sample.words)
    units = divide_inside_characters(symbols, word_of, sample.counts, tokenizer.continues)
    read = [tokenizer.text_of(word) for word in sample.words]
    enough = [count for _, count in covering(count_characters(read, sample.counts.tolist()), section)]
    if not enough:
        return Grown(tokenizer)
    most = _CHARACTER_BYTES * section.max_piece_chars
    return learn(tokenizer, tokenizer.pieces, units, wanted, kind="char", minimum=min(enough), max_chars=most)


def merge(tokenizer: Bpe, sample: Sample, section: VocabConfig, wanted: Wanted) -> Grown:
    """Merges inside runs of one script, never across letters, digits and punctuation."""
    symbols, word_of = segmented(tokenizer, sample.words)
    texts = tokenizer.texts
    units = divide(symbols, word_of, sample.counts, classes_of(texts, tokenizer.closed, tokenizer.splits_digits))
    in_text = Wanted(
        wanted.budget, *({tokenizer.text_of(each) for each in some} for some in (wanted.known, wanted.refused))
    )
    limits = {"minimum": section.minimum_count, "max_chars": section.max_piece_chars}
    return learn(tokenizer, texts, units, in_text, kind="merge", **limits)


def learn(
    tokenizer: Bpe, texts: Sequence[str], units: Runs, wanted: Wanted, *, kind: str, minimum: int, max_chars: int
) -> Grown:
    """Let the merges be learnt; `texts`, and what is wanted, are pieces in whichever writing limits their length."""
    learner = Learner(units, texts, minimum=minimum, max_chars=max_chars, refused=wanted.refused)
    names, new, pairs = list(tokenizer.pieces), list[New](), list[tuple[str, str]]()
    left = wanted.budget
    for each in learner.merges(wanted.budget + len(wanted.known)) if left else ():
        pairs.append((names[each.left], names[each.right]))
        if each.new == len(names):
            names.append(names[each.left] + names[each.right])
            new.append(New(names[-1], kind, each.count))
            left -= each.piece not in wanted.known
        if not left:
            break
    refused = {tokenizer.text_of(piece) if kind == "char" else piece: n for piece, n in learner.refused.items()}
    return Grown(tokenizer.extended((each.piece for each in new), pairs), new, refused)


def segmented(tokenizer: Bpe, words: list[str]) -> tuple[Ints, Ints]:
    """The ids of all words one after the other, and for each the number of its word.

    Many words are given as one text that is cut between them, which takes the library half the time.
    """
    bare = tokenizer.open_bare()
    bare.pre_tokenizer = Split(_APART, "removed")
    ids, owners = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for start in range(0, len(words), _BATCH):
        firsts = range(start, min(start + _BATCH, len(words)), _TOGETHER)
        lines = [_APART.join(words[first : first + _TOGETHER]) for first in firsts]
        for first, found in zip(firsts, bare.encode_batch(lines, add_special_tokens=False), strict=True):
            ids.append(np.array(found.ids, np.int64))
            owners.append(np.array(found.word_ids, np.int64) + first)
    return np.concatenate(ids), np.concatenate(owners)
