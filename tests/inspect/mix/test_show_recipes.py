"""EMMA-500's own recipes against what was published and computed of them (arXiv 2409.17892 and 2506.00469)."""

from collections import Counter
from pathlib import Path

import pytest

from emma.inspect.mix.show import find_plan, summarise_mix
from emma.pipeline.home import Home
from emma.pipeline.recipe import Recipe

RECIPES = Path(__file__).parents[3] / "recipes"

# Entries and white-space words of each tier, from the authors' statistics.
PUBLISHED = {
    "high": (27, 43_413_231_781),
    "medium-high": (79, 27_515_227_962),
    "medium": (68, 2_747_484_380),
    "medium-low": (162, 481_935_633),
    "low": (210, 97_535_696),
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def words(rows, key) -> Counter:
    """Billions of words that training sees of the monolingual part, by some key."""
    sums: Counter = Counter()
    for row in rows:
        if row["domain"] == "monolingual":
            sums[key(row)] += row["epochs"] * row["words"] / 1e9
    return sums


def test_the_inventory_is_the_published_one(home: Home) -> None:
    path = RECIPES / "emma500.toml"
    rows = [row for row in find_plan(Recipe.read(path), home, []).rows if row["domain"] == "monolingual"]
    found = {tier: [row["words"] for row in rows if row["tier"] == tier] for tier in PUBLISHED}
    assert {tier: (len(each), sum(each)) for tier, each in found.items()} == PUBLISHED
    assert len(rows) == 546 and sum(row["words"] for row in rows) == 74_255_415_452


def test_the_first_generation_sees_76_billion_words_of_text_in_one_language(home: Home) -> None:
    path = RECIPES / "emma500.toml"
    found = words(
        find_plan(Recipe.read(path), home, []).rows,
        lambda row: "English" if row["lang"] == "eng_Latn" else row["tier"],
    )
    expected = {
        "English": 0.30,
        "high": 20.21,
        "medium-high": 27.52,
        "medium": 13.74,
        "medium-low": 9.64,
        "low": 4.88,
    }
    assert found == pytest.approx(expected, abs=0.02)
    assert sum(found.values()) == pytest.approx(76.3, abs=0.05)
    summary = summarise_mix(Recipe.read(path), home, [], None)
    assert (summary.steps, summary.tokens) == (12_000, 12_000 * 4_096 * 4_096)
    monolingual = next(each for each in summary.domains if each.name == "monolingual")
    assert sum(found.values()) / monolingual.share == pytest.approx(136, abs=0.5)


# Per cent of the whole, read from the figures of arXiv 2506.00469, and tokens of Llama 3.
MIXES = {
    "emma500_gen2_bi.toml": (
        671e9,
        {"instructions": 11.4, "code": 15.0, "papers": 13.2, "books": 1.8, "monolingual": 26.3, "bitext": 32.3},
    ),
    "emma500_gen2_mono.toml": (
        419e9,
        {"instructions": 16.8, "code": 22.1, "papers": 19.5, "books": 2.6, "monolingual": 38.9},
    ),
}


@pytest.mark.parametrize("name", MIXES)
def test_the_second_generation(name: str, home: Home) -> None:
    tokens, shares = MIXES[name]
    summary = summarise_mix(Recipe.read(RECIPES / name), home, [], None)
    assert summary.tokens == pytest.approx(tokens, abs=8192)
    assert {each.name: 100 * each.share for each in summary.domains} == pytest.approx(shares, abs=0.15)
    rows = find_plan(Recipe.read(RECIPES / name), home, []).rows
    assert sum(words(rows, lambda row: row["tier"]).values()) == pytest.approx(76.3, abs=0.2)


def test_no_cap_binds_in_any_of_them(home: Home) -> None:
    """Otherwise the rates would not be those of the paper."""
    for name in ("emma500.toml", *MIXES):
        path = RECIPES / name
        rows = find_plan(Recipe.read(path), home, []).rows
        assert 49.9 < max(row["epochs"] for row in rows if row["tier"] == "low") < 50.2
