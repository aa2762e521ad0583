"""Odd ones among the languages of a source: each with its reason, and ordinary ones with none."""

import pytest

from emma.lang.language import Lang
from emma.lang.oddities import continent_of, find_oddities, rank_oddities

AFRICA = ["amh", "hau", "ibo", "kin", "pcm", "swa", "tso", "twi", "yor"]


def test_a_code_that_is_meant_as_a_country() -> None:
    (reason,) = find_oddities("dz", Lang("dzo", "Tibt"), [*AFRICA, "dzo"])
    assert reason.startswith("a language of Asia, where 8 of the 8 others are of Africa")
    assert reason.endswith("dz is also the country code of Algeria")


def test_several_odd_ones_do_not_hide_one_another() -> None:
    assert list(find_oddities("tg", Lang("tgk", "Cyrl"), [*AFRICA, "dzo", "tgk"]))


@pytest.mark.parametrize("iso", AFRICA)
def test_the_others_are_not_odd(iso: str) -> None:
    assert not list(find_oddities(iso, Lang(iso, {"amh": "Ethi"}.get(iso, "Latn")), [*AFRICA, "dzo"]))


def test_a_source_of_the_whole_world_has_no_outliers() -> None:
    assert not list(find_oddities("dz", Lang("dzo", "Tibt"), ["deu", "hin", "swa", "que", "yor", "tha", "fra"]))


def test_two_languages_are_no_majority() -> None:
    assert not list(find_oddities("dz", Lang("dzo", "Tibt"), ["swa", "yor"]))


@pytest.mark.parametrize(
    ("iso", "script", "others", "word"),
    [
        ("rus", "Latn", [], "nobody"),
        ("zho", "Hans", ["yue"], "macrolanguage"),
        ("epo", "Latn", [], "constructed"),
        ("cop", "Copt", [], "extinct"),
        ("san", "Deva", [], "historical"),
    ],
)
def test_other_reasons(iso: str, script: str, others: list[str], word: str) -> None:
    assert [reason.split(" ")[0] for reason in find_oddities(iso, Lang(iso, script), others)] == [word]


def test_the_gravest_come_first() -> None:
    reasons = [
        ["written in Khmr in"],
        ["a language of Asia, where"],
        ["nobody is known"],
        ["macrolanguage beside"],
        ["extinct language"],
        [],
    ]
    assert [rank_oddities(each) for each in reasons] == [0, 1, 2, 3, 4, 5]
    assert rank_oddities(["extinct language", "nobody is known"]) == 2


def test_continents() -> None:
    assert [continent_of(each) for each in ("DZ", "BT", "BR", "FR", "", "XX")] == [
        "Africa",
        "Asia",
        "America",
        "Europe",
        "",
        "",
    ]
