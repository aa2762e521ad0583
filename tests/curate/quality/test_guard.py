"""What the guard shows: every rule that took part, its limit, and texts from the middle of what it drops."""

import pytest

from emma.curate.config import CurateConfig
from emma.curate.quality.guard import QualityLoss
from emma.errors import RecipeError
from tests.curate.corpus import Bench, Row, plain, prose


def broken(lang: str, feature: str, values: list[float]) -> list[Row]:
    return [
        {"lang": lang, "text": prose(lang, f"{feature}{at}"), "features": {feature: value}}
        for at, value in enumerate(values)
    ]


def test_every_rule_is_told_the_worst_first_with_its_middle(bench: Bench) -> None:
    rows = [
        *plain(20, ["tha_Thai"]),
        *broken("tha_Thai", "digit_share", [0.60 + at / 100 for at in range(20)]),
        *broken("tha_Thai", "punct_share", [0.9, 0.8, 0.7, 0.6, 0.65]),
    ]
    limits = {"tha_Thai": {"digit_share": {"high": 0.5}, "punct_share": {"high": 0.5}}}
    section = CurateConfig.model_validate({"limits": limits})
    with pytest.raises(RecipeError) as caught:
        bench.run([*rows, *plain(40, ["rus_Cyrl"])], section, sizes=[30, 20, 35])
    lines = str(caught.value).splitlines()
    assert lines[1] == "  tha_Thai: loses 56% of 45 documents"
    assert lines[2] == "    digit_share > 0.5: 20 documents, in the middle of them"
    assert [line.split()[0] for line in lines[3:9:2]] == ["0.680", "0.690", "0.700"]
    assert lines[9] == "    punct_share > 0.5: 5 documents, in the middle of them"
    assert [line.split() for line in lines[10:16:2]] == [
        ["0.650", "test:file#45"], ["0.700", "test:file#43"], ["0.800", "test:file#42"],
    ]  # fmt: skip
    assert prose("tha_Thai", "punct_share2")[:30] in lines[13]


def test_pairs_are_told_with_the_limit_of_their_languages(bench: Bench) -> None:
    rows = [
        row | {"lang2": "hin_Deva", "text2": prose("hin_Deva", at), "features": {"length_ratio": 0.05}}
        for at, row in enumerate(plain(40, ["rus_Cyrl"]))
    ]
    section = CurateConfig.model_validate({"limits": {"rus_Cyrl-hin_Deva": {"length_ratio": {"low": 0.07}}}})
    with pytest.raises(RecipeError, match=r"rus_Cyrl: loses 100% of 40 documents\n +length_ratio < 0.07: 40") as caught:
        bench.run(rows, section)
    lines = str(caught.value).splitlines()
    middle = [number for number in range(40) if any(f"test:file#{number + 1}" == line.split()[-1] for line in lines)]
    assert len(middle) == 3
    for lang in ("rus_Cyrl", "hin_Deva"):
        assert all(prose(lang, number)[:40] in str(caught.value) for number in middle)


def test_many_languages_are_named_without_examples(bench: Bench) -> None:
    section = CurateConfig.model_validate({"limits": {"*": {"letter_share": {"low": 0.9999}}}, "min_documents": 4})
    with pytest.raises(RecipeError) as caught:
        bench.run(plain(4), section)
    assert str(caught.value).count("of 4 documents") == 5
    assert "and of others: " in str(caught.value) and str(caught.value).count("100%") == 8


def test_the_share_is_of_all_documents() -> None:
    assert QualityLoss("hin_Deva", 10, ((1, 4), (2, 1))).share == 0.5
