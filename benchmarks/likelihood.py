"""What a model makes of whole texts."""

from collections import Counter
from collections.abc import Sequence

from emma.evaluate.likelihood.score import EncodedText, Scorer


def sum_nats(scorer: Scorer, texts: Sequence[EncodedText]) -> list[float]:
    """The nats of each text, over all of its windows."""
    nats: Counter[int] = Counter()
    for windows in scorer.plan(texts):
        nats.update(scorer.cost(texts, windows))
    return [nats[number] for number in range(len(texts))]
