"""The methods that people compare with: a second vocabulary learnt from nothing, appended to the base's.

Where the new pieces stand among the base's merges is what the methods differ in. They are joined however they split,
in the order of their scores, as SentencePiece does and as transformers converts it.
"""

import math
from collections.abc import Sequence

from emma.models.sentencepiece import pairs_by_score
from emma.vocab.bpe import Bpe
from emma.vocab.config import VocabConfig
from emma.vocab.grow import Grown, New, Sample, Wanted, grow
from emma.vocab.llama import LlamaTokenizer

_HAIR = 2.0**-20


def append(base: Bpe, sample: Sample, section: VocabConfig, wanted: Wanted) -> Grown:
    """Learn until `wanted.budget` pieces are found that the base has not, and append these.

    The second vocabulary's pieces that the base has already are the base's, at its ids and ranks.
    """
    known = set(base.pieces)
    refused = set(wanted.refused) - known
    second = grow(base.emptied(), sample, section, Wanted(wanted.budget, known, refused))
    own = {each.piece: rank for rank, each in enumerate(sorted(second.new, key=_merges_first))}
    new = [each for each in second.new if each.piece not in known]
    scores = [score(base, section.method, own[each.piece], place) for place, each in enumerate(new)]
    return Grown(scored(base, new, scores), new, second.refused)


def _merges_first(new: New) -> bool:
    """SentencePiece ranks single characters last. A stable sort keeps the order of learning otherwise."""
    return new.kind == "char" and len(new.piece) == 1


def score(base: Bpe, method: str, rank: int, place: int) -> float:
    """The score of the new piece that is number `place`, and number `rank` of its own vocabulary, from 0.

    `append_scores` is half a rank below the base's piece of the same rank, and `append_zero` falls by a hair from
    piece to piece, since a list of merges cannot leave two pieces equal; both forms of the tokenizer then agree.
    """
    best, last = bounds(base)
    if method == "append_scores":
        return -rank - 0.5
    return math.floor(best) + 1.0 - place * _HAIR if method == "append_zero" else math.floor(last) - 1.0 - place


def bounds(base: Bpe) -> tuple[float, float]:
    """The scores of the base's first and last merges."""
    if isinstance(base, LlamaTokenizer) and base.scores is not None:
        return base.limits
    return -1.0, min(ranks(base), default=-1.0)


def scored(base: Bpe, new: Sequence[New], scores: Sequence[float]) -> Bpe:
    """The base with these pieces at these scores; its own merges keep their order."""
    pieces = [each.piece for each in new]
    if isinstance(base, LlamaTokenizer) and base.scores is not None:
        return base.scored(pieces, scores)
    longer, made = base.extended(pieces), dict(zip(pieces, scores, strict=True))
    usual = {piece: 0.0 for piece, text in zip(longer.pieces, longer.texts, strict=True) if text}
    more = [pair for pair in pairs_by_score(usual | made) if "".join(pair) in made]
    own = base.table["model"]["merges"]
    keyed = [*zip(ranks(base), own, strict=True), *((made["".join(pair)], pair) for pair in more)]
    merges = [pair for _, pair in sorted(keyed, key=lambda each: -each[0])]
    return longer.with_model(longer.table["model"]["vocab"], merges)


def ranks(base: Bpe) -> list[float]:
    """For each merge of the base the score that SentencePiece would give its piece: less one for each piece so far."""
    met: set[str] = set()
    found = []
    for pair in base.table["model"]["merges"]:
        met.add("".join(pair))
        found.append(-float(len(met)))
    return found
