"""Names that may have been meant, in any script, and counts with their nouns."""

import re

import pytest

from emma.wording import find_near, is_name, plural, spell_name, suggest

STAGES = ["collect", "annotate", "curate"]
MANY = [f"lang{number:03}" for number in range(2_455)]


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("colect", STAGES, "Did you mean 'collect'?"),
        ("CURATE", STAGES, "Did you mean 'curate'?"),
        ("SWH_latn", {"swh_Latn", "hau_Latn"}, "Did you mean 'swh_Latn'?"),
        ("cur", STAGES, "Did you mean 'curate'?"),
        ("ann", STAGES, "Did you mean 'annotate'?"),  # begins so, and is not spelt alike
        ("ⵜⴰⵎⴰⵣⵉⵖ", ["ⵜⴰⵎⴰⵣⵉⵖⵜ", "हिन्दी"], "Did you mean 'ⵜⴰⵎⴰⵣⵉⵖⵜ'?"),
        ("ខ្មែ", ["ខ្មែរ", "ລາວ"], "Did you mean 'ខ្មែរ'?"),
        ("xyz", STAGES, "There are: collect, annotate, curate."),
        ("xyz", {"b", "a"}, "There are: a, b."),
        ("xyz", ["one"], "There is only 'one'."),
        ("", STAGES, "There are: collect, annotate, curate."),
        ("xyz", [], "`emma all` lists them."),
        ("xyz", MANY, "There are 2,455, such as lang000, lang001, lang002. `emma all` lists them."),
    ],
)
def test_what_may_have_been_meant(word: str, known: list[str], expected: str) -> None:
    assert suggest(word, known, "`emma all` lists them.") == expected


def test_of_many_names_the_nearest_three_and_how_to_list_all() -> None:
    said = suggest("lang0012", MANY, "`emma all` lists them.")
    assert re.fullmatch(r"Did you mean '\w+', '\w+' or '\w+'\? `emma all` lists them\.", said)


def test_the_likest_comes_first_and_nothing_unlike() -> None:
    assert find_near("trian", ["trial", "train"], most=2)[0] in ("trial", "train")
    assert find_near("nowhere.toml", ["wiki.toml", "tiny.toml"], cutoff=0.75) == []


@pytest.mark.parametrize(
    ("count", "words", "expected"),
    [
        (1, ("document",), "1 document"),
        (0, ("document",), "0 documents"),
        (1_204, ("entry", "entries"), "1,204 entries"),
        (1, ("entry", "entries"), "1 entry"),
    ],
)
def test_one_is_no_plural(count: int, words: tuple[str, ...], expected: str) -> None:
    assert plural(count, *words) == expected


@pytest.mark.parametrize(
    "name", ["my-run.2", "संग्रह", "អក្សរ", "ภาษาไทย", "ߒߞߏ", "ⵜⴰⵎⴰⵣⵉⵖⵜ", "አማርኛ", "Ọ̀rọ̀", "العَرَبِيَّة", "_x"]
)
def test_names_of_any_script(name: str) -> None:
    assert is_name(name) and spell_name(name) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [("संग्रह (2)", "संग्रह-2"), (" a - b ", "a-b"), (".git", "git"), ("a/b", "a-b"), ("!?", "")],
)
def test_what_is_no_name_is_spelt_as_one(text: str, name: str) -> None:
    assert not is_name(text) and spell_name(text) == name
