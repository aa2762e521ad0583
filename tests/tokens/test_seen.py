"""Tokens seen of each document against all samples read one by one."""

from collections import Counter

import pytest

from emma.tokens import seen as seen_tokens
from emma.tokens.samples import Samples
from emma.tokens.seen import count_drawn, count_seen_tokens
from tests.tokens.test_samples import DOCUMENTS, PACKINGS, samples

__all__ = ["samples"]


@pytest.mark.parametrize("samples", PACKINGS, indirect=True)
@pytest.mark.parametrize("number", [0, 1, 7, 33, 49, 60, 10**6])
def test_tokens_seen_are_those_of_all_samples(samples: Samples, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen_tokens, "SLICE", 3)
    slow: Counter[tuple[str, str, str]] = Counter()
    for sample in range(min(number, len(samples))):
        for part in samples.documents(sample):
            slow[part.lang, part.domain, part.id] += part.tokens
    drawn = count_drawn(samples, number)
    assert drawn.sum() == min(number, len(samples))
    for at, source in enumerate(samples.sources):
        seen = count_seen_tokens(samples, at, int(drawn[at])).tolist()
        assert len(seen) == len(DOCUMENTS[source.lang, source.domain])
        assert seen == [slow[source.lang, source.domain, name] for name in source.ids]
