"""Self-BLEU in one pass against its definition by sacrebleu, and the published one with its fault."""

import numpy as np
import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st

from emma.evaluate.metrics.diversity import published_self_bleu, score_against_others, self_bleu
from emma.evaluate.tasks.task import Item
from emma.lang.language import Lang
from tests.evaluate.metrics.conftest import SENTENCES, write

TEXTS = st.lists(
    st.lists(st.sampled_from(["a", "b", "c", "d.", "e"]), max_size=12).map(" ".join), min_size=2, max_size=8
)


def score_by_definition(texts: list[str], tokens: str) -> list[float]:
    scorer = sacrebleu.BLEU(tokenize=tokens)
    others = [[[other] for at, other in enumerate(texts) if at != number] for number in range(len(texts))]
    return [scorer.corpus_score([text], rest).score for text, rest in zip(texts, others, strict=True)]


@settings(deadline=None, max_examples=100)
@given(TEXTS)
def test_is_its_definition(texts: list[str]) -> None:
    assert score_against_others(texts, "13a") == pytest.approx(score_by_definition(texts, "13a"))


@pytest.mark.parametrize("label", SENTENCES)
def test_in_every_script(label: str) -> None:
    texts = [*SENTENCES[label], SENTENCES[label][1] + SENTENCES[label][0]]
    metric = self_bleu(Lang.parse(label))
    items = [Item(str(at), "") for at in range(len(texts))]
    tokens = "char" if label[4:] in ("Thai", "Khmr", "Hans") else "13a"
    value = metric.total(metric.statistics(items, [write(text) for text in texts]).sum(0))
    assert value == pytest.approx(np.mean(score_by_definition(texts, tokens)))
    assert value > 10


def test_the_published_one_sees_the_first_text_alone() -> None:
    texts = ["habari ya dunia leo", "mvua kubwa ilinyesha usiku", "habari ya dunia leo", "watu wengi walikuja sokoni"]
    texts[3] = texts[1]  # A B A B: every text has its equal
    items, outputs = [Item(str(at), "") for at in range(4)], [write(text) for text in texts]
    published = published_self_bleu().statistics(items, outputs)[:, 0]
    assert published.tolist() == pytest.approx([0, 0, 100, 0])
    assert self_bleu(Lang.parse("swh_Latn")).statistics(items, outputs)[:, 0].tolist() == pytest.approx([100] * 4)


def test_one_text_alone_has_no_score() -> None:
    metric = self_bleu(Lang.parse("swh_Latn"))
    assert np.isnan(metric.total(metric.statistics([Item("a", "")], [write("habari")]).sum(0)))


def test_samples_of_an_item_are_averaged() -> None:
    metric = self_bleu(Lang.parse("swh_Latn"))
    text = "habari ya dunia leo"
    statistics = metric.statistics([Item("a", ""), Item("b", "")], [write(text, text), write("mvua")])
    assert statistics[0].tolist() == pytest.approx([100, 1])
