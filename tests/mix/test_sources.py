"""Keys: which of several names a text goes by, and names of nothing."""

import pytest

from emma.errors import RecipeError
from emma.mix.sources import match_keys, match_values
from tests.mix.conftest import sources

SOURCES = sources(
    {("amh_Ethi", "news"): 1, ("amh_Ethi", "bible"): 1, ("eng_Latn", "news"): 1, ("nqo_Nkoo", "bible"): 1},
    {"eng_Latn": "high"},
)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["news"], ["news", None, "news", None]),
        (["amh_Ethi", "news"], ["news", "amh_Ethi", "news", None]),
        (["amh_Ethi/news", "news", "amh_Ethi"], ["amh_Ethi/news", "amh_Ethi", "news", None]),
        (["low", "eng_Latn", "bible"], ["low", "bible", "eng_Latn", "bible"]),
        (["high", "medium"], [None, None, "high", None]),  # no language is in `medium`, which is no mistake
        ([], [None] * 4),
    ],
)
def test_the_most_particular_key_counts(keys: list[str], expected: list[str | None]) -> None:
    assert match_keys(SOURCES, keys, "mix.rates") == expected


def test_values_and_what_stands_for_none() -> None:
    assert match_values(SOURCES, {"low": 50.0, "amh_Ethi/bible": 2.0}, 1.0, "mix.rates") == [50.0, 2.0, 1.0, 50.0]


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("amh_Ehti", r"mix\.rates: nothing was packed for 'amh_Ehti'.*Did you mean 'amh_Ethi'\?"),
        ("medium-hihg", r"Did you mean 'medium-high'\?"),
        ("amh_Ethi/nws", r"Did you mean 'amh_Ethi/news'\?"),
        ("ⵜⴰⵎⴰⵣⵉⵖⵜ", "There are: amh_Ethi, amh_Ethi/bible, "),
    ],
)
def test_a_key_that_names_nothing(key: str, said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        match_keys(SOURCES, ["news", key], "mix.rates")
