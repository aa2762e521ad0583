"""The ways to expand a vocabulary: continuing the base's merges, and the methods that people compare with.

These append a second vocabulary, learnt from nothing, to the base's. They differ in where the new pieces stand among
the base's merges. Pieces are joined however they split, in the order of their scores, as SentencePiece does and as
transformers converts it.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from emma.models.sentencepiece import pairs_by_score
from emma.vocab.bpe import BpeTokenizer, ByteLevelTokenizer
from emma.vocab.config import VocabConfig
from emma.vocab.grow import Expansion, NewPiece, PieceLimits, WordCounts, grow_vocabulary
from emma.vocab.llama import LlamaTokenizer
from emma.vocab.sample import sum_character_counts

_SCORE_STEP = 2.0**-20
"""Distance of two scores under `append_zero`: small enough for a million pieces between two whole numbers."""


def expand_vocabulary(base: BpeTokenizer, sample: WordCounts, section: VocabConfig, limits: PieceLimits) -> Expansion:
    """The tokenizer with new pieces, by the recipe's method."""
    if not section.new_pieces:
        return Expansion(base)
    expand = grow_vocabulary if section.method == "continue" else append_vocabulary
    if not (bytes_ := add_missing_bytes(base, sample)).new:
        return expand(base, sample, section, limits)
    left = replace(limits, budget=max(0, limits.budget - len(bytes_.new)))
    grown = expand(bytes_.tokenizer, sample, section, left)
    return replace(grown, new=[*bytes_.new, *grown.new])


def add_missing_bytes(base: BpeTokenizer, sample: WordCounts) -> Expansion:
    """Give pieces to the bytes that a byte-level base leaves out of texts, whether the sample has them or not."""
    letters = base.missing_letters if isinstance(base, ByteLevelTokenizer) else []
    if not letters:
        return Expansion(base)
    counts = sum_character_counts(sample.words, sample.counts.tolist())
    new = [NewPiece(letter, "char", counts.get(letter, 0)) for letter in letters]
    return Expansion(base.with_pieces(letters), new)


def append_vocabulary(base: BpeTokenizer, sample: WordCounts, section: VocabConfig, limits: PieceLimits) -> Expansion:
    """Learn until `limits.budget` pieces are found that the base has not, and append these.

    The second vocabulary's pieces that the base has already are the base's, at its ids and ranks.
    """
    known = set(base.pieces)
    banned = set(limits.banned) - known
    second = grow_vocabulary(base.bytes_only(), sample, section, PieceLimits(limits.budget, known, banned))
    ranks = {piece.piece: rank for rank, piece in enumerate(sorted(second.new, key=_is_single_character))}
    new = [piece for piece in second.new if piece.piece not in known]
    scores = [score_piece(base, section.method, ranks[piece.piece], place) for place, piece in enumerate(new)]
    return Expansion(insert_pieces(base, new, scores), new, second.rejected)


def _is_single_character(new: NewPiece) -> bool:
    """Sorts characters last, where SentencePiece ranks them. A stable sort keeps the order of learning otherwise."""
    return new.kind == "char" and len(new.piece) == 1


def score_piece(base: BpeTokenizer, method: str, rank: int, place: int) -> float:
    """The score of the new piece that is number `place`, and number `rank` of its own vocabulary, from 0."""
    best, worst = find_score_range(base)
    if method == "append_scores":
        return -rank - 0.5  # half a rank below the base's piece of the same rank
    if method == "append_zero":
        # a list of merges cannot leave two pieces equal, so that both forms of the tokenizer agree with this only
        return math.floor(best) + 1.0 - place * _SCORE_STEP
    return math.floor(worst) - 1.0 - place


def find_score_range(base: BpeTokenizer) -> tuple[float, float]:
    """The scores of the base's first and last merges."""
    if isinstance(base, LlamaTokenizer) and base.scores is not None:
        return base.score_range
    return -1.0, min(score_merges(base), default=-1.0)


def insert_pieces(base: BpeTokenizer, new: Sequence[NewPiece], scores: Sequence[float]) -> BpeTokenizer:
    """The base with these pieces at these scores; its own merges keep their order."""
    pieces = [piece.piece for piece in new]
    if isinstance(base, LlamaTokenizer) and base.scores is not None:
        return base.with_scored_pieces(pieces, scores)
    longer, new_scores = base.with_pieces(pieces), dict(zip(pieces, scores, strict=True))
    # A new piece may be joined of any pieces that stand for text, so all of them count as parts.
    usual = {piece: 0.0 for piece, text in zip(longer.pieces, longer.texts, strict=True) if text}
    new_merges = [pair for pair in pairs_by_score(usual | new_scores) if "".join(pair) in new_scores]
    own_merges = base.table["model"]["merges"]
    scored = [
        *zip(score_merges(base), own_merges, strict=True),
        *((new_scores["".join(pair)], pair) for pair in new_merges),
    ]
    merges = [pair for _, pair in sorted(scored, key=lambda entry: -entry[0])]
    return longer.with_model(longer.table["model"]["vocab"], merges)


def score_merges(base: BpeTokenizer) -> list[float]:
    """For each merge of the base the score that SentencePiece would give its piece: less one for each piece so far."""
    pieces: set[str] = set()
    scores = []
    for pair in base.table["model"]["merges"]:
        pieces.add("".join(pair))
        scores.append(-float(len(pieces)))
    return scores
