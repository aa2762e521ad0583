"""The language of answers, by a small model that knows three languages."""

import numpy as np
import pytest

from emma.evaluate.metrics.output_language import identify_answers, language_metrics
from emma.evaluate.tasks.task import Asking, Item
from emma.lang.language import Lang
from emma.lid.training import train_classifier
from tests.evaluate.metrics.conftest import write
from tests.lid.conftest import EVERYDAY, SMALL, lines

ENGLISH, SWAHILI = "the river runs by the house every day", "nyumba iko juu ya kilima na mto unapita"


@pytest.fixture(scope="module")
def lid(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("lid") / "small.bin"
    train_classifier(path, lines(EVERYDAY), SMALL)
    return str(path)


def test_an_answer_in_english_is_told_from_a_bad_one(lid: str) -> None:
    items = [Item(str(at), "") for at in range(5)]
    outputs = [write(SWAHILI), write(ENGLISH, SWAHILI), write("42 !"), write(""), write("ልጁ ዛሬ")]
    (metric,) = language_metrics(Lang.parse("swh_Latn"), Asking(lid=lid))
    statistics = metric.statistics(items, outputs)
    assert statistics.tolist() == [[1, 1], [0.5, 1], [0, 0], [0, 0], [0, 1]]
    assert metric.total(statistics.sum(0)) == pytest.approx(0.5)
    assert identify_answers(outputs, lid) == ["swh_Latn", "eng_Latn", None, None, None]
    assert metric.signature == "lid:small.bin|expected:swh_Latn|empty:counted"


def test_a_macrolanguage_is_its_member_and_an_unknown_language_has_no_score(lid: str) -> None:
    for label, expected in (("swa_Latn", 1.0), ("kin_Latn", np.nan)):
        (metric,) = language_metrics(Lang.parse(label), Asking(lid=lid))
        value = metric.total(metric.statistics([Item("a", "")], [write(SWAHILI)]).sum(0))
        assert np.array_equal(value, expected, equal_nan=True)


def test_no_model_no_metric() -> None:
    assert language_metrics(Lang.parse("swh_Latn"), Asking()) == ()
    assert language_metrics(Lang.parse("swh_Latn"), Asking(lid="x.bin"))[0].name == "right_language"
