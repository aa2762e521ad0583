"""Inventories: planning from sizes that are known before there is text, and what they may not hold."""

import pytest

from emma.errors import RecipeError
from emma.inspect.mix.inventory import read_inventories
from emma.inspect.mix.show import summarise_mix
from emma.pipeline.home import Home
from emma.pipeline.recipe import Recipe

CSV = "# counted by hand\nlang,domain,words,tokens\nkhm_Khmr,news,1000,\nyor_Latn,news,3000,4000\nzxx_Zyyy,code,,\n"


def test_an_inventory_plans_with_what_is_known(path, tmp_path) -> None:
    (tmp_path / "sizes.csv").write_text(CSV, encoding="utf-8")
    changes = [
        "mix.tokens_per_word=2",
        "mix.shares={code = 0.5}",
        "mix.inventory=['sizes.csv']",
        "mix.strategy=natural",
    ]
    found = summarise_mix(Recipe.read(path, [*changes, "mix.stages=[]"]), Home(tmp_path), [], None)
    languages = {each.name: each for each in found.languages}
    assert languages["zxx_Zyyy"].there is languages["zxx_Zyyy"].epochs is None
    assert (languages["khm_Khmr"].there, languages["yor_Latn"].there) == (2000, 4000)
    assert languages["zxx_Zyyy"].drawn == 800
    assert languages["yor_Latn"].words_drawn == pytest.approx(800 * 2 / 3 * 3 / 4, abs=16)
    with pytest.raises(RecipeError, match=r"nobody knows how large zxx_Zyyy/code is"):
        summarise_mix(Recipe.read(path, [*changes, "mix.shares={}"]), Home(tmp_path), [], None)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("lang,domain,wrods\n", r"unknown column 'wrods'\. Did you mean 'words'\?"),
        ("lang,words\nkhm_Khmr,3\n", "needs the columns lang and domain; it has lang, words"),
        ("", "it has none"),
        ("lang,domain,words\n", "there is no language in it"),
        (
            "# x\nlang,domain,words\nkhm_Khmr,news,3\n\nyor_Latn,news,1e9\n",
            r"line 5, words: '1e9' is not a whole number",
        ),
        ("lang,domain,words\nkhm_Khmr,news,3\nkhm_Khmr,news,4\n", r"khm_Khmr \(news\) comes twice"),
    ],
)
def test_inventories_that_make_no_sense(tmp_path, content, said) -> None:
    file = tmp_path / "sizes.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(RecipeError, match=said):
        read_inventories([file], 1.5)


def test_an_inventory_that_is_not_there(tmp_path) -> None:
    with pytest.raises(RecipeError, match="cannot be read"):
        read_inventories([tmp_path / "absent.csv"], 1.5)
