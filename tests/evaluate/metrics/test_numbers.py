"""Numbers as people write them, and in every digit system that Unicode has."""

import sys
import unicodedata
from decimal import Decimal

import pytest

from emma.evaluate.metrics.numbers import number_match, published_number_match, read_number, score_number
from emma.evaluate.tasks.task import Item
from tests.evaluate.metrics.conftest import write

READINGS = {
    "The answer is 18.": ["18"],
    "costs $29.00": ["29"],
    "1.8": ["1.8"],
    "-18": ["-18"],
    "−7 °C": ["-7"],
    "-$18": ["-18"],
    "5-3": ["3"],
    "COVID-19": ["19"],
    "это-19": ["19"],
    "1,234": ["1.234", "1234"],
    "1.234": ["1.234", "1234"],
    "1.234,56": ["1234.56"],
    "1,234.56": ["1234.56"],
    "12,34,567": ["1234567"],  # lakhs
    "12 000": ["0", "12000"],
    "2 3 5": ["5"],
    "-5 10": ["10"],
    "-1 234": ["-1234", "234"],
    "1\u202f234,5": ["1234.5", "234.5"],
    "1'234": ["1234"],
    "0.125": ["0.125"],
    "3, 4, 5": ["5"],
    "3,4,5": ["5"],
    "3.14.15": ["15"],
    "১৮": ["18"],
    "๑๘ บาท": ["18"],
    "১২,৩৪,৫৬৭.৫": ["1234567.5"],
    "١٬٢٣٤٫٥": ["1234.5"],
    "６，０００": ["6", "6000"],
    "1 + 2 #### 42 apples, not 7": ["42"],
    "7 ####": ["7"],
    "no number": [],
    "": [],
}


@pytest.mark.parametrize("text", READINGS)
def test_readings(text: str) -> None:
    assert read_number(text) == {Decimal(value) for value in READINGS[text]}


def test_every_decimal_digit_is_read() -> None:
    nines = [chr(at) for at in range(sys.maxunicode + 1) if unicodedata.decimal(chr(at), None) == 9]
    assert len(nines) > 60
    for nine in nines:
        assert read_number(f"a: {nine}{chr(ord(nine) - 5)}") == {Decimal(94)}


@pytest.mark.parametrize(
    ("text", "gold", "right"),
    [
        ("So it is 18.0", "18", 1),
        ("-18", "18", 0),  # lm-evaluation-harness counts this as 18, and 1.8 too
        ("1.8", "18", 0),
        ("1.000 Euro", "1,000", 1),
        ("1", "1,000", 0),
        ("১০,০০০ টাকা", "10000", 1),
        ("none", "18", 0),
    ],
)
def test_against_the_reference(text: str, gold: str, right: int) -> None:
    assert score_number(text, Item("a", gold)) == right


@pytest.mark.parametrize("text", [*READINGS, "-18", "1.8", "about 18", "$18.", "১৮"])
def test_the_published_one_has_the_faults_of_lm_evaluation_harness(text: str) -> None:
    extraction = pytest.importorskip("lm_eval.filters.extraction", reason="lm-eval is not installed here")
    metrics = pytest.importorskip("lm_eval.api.metrics")
    flexible = extraction.RegexFilter(r"(-?[$0-9.,]{2,})|(-?[0-9]+)", group_select=-1)
    ((found,),) = flexible.apply([[text]], [{}])
    options = {"ignore_case": True, "ignore_punctuation": True}
    for gold in ("18", "1234", "29"):
        expected = metrics.exact_match_hf_evaluate([found], [gold], **options)["exact_match"]
        assert published_number_match().statistics([Item("a", gold)], [write(text)])[0, 0] == expected


def test_share_of_right_ones() -> None:
    metric = number_match()
    items = [Item("a", "18"), Item("b", "5")]
    assert metric.total(metric.statistics(items, [write("๑๘"), write("6")]).sum(0)) == 0.5
