"""Pairs of translations, and splits, by the names of files alone."""

import pytest

from emma.pipeline.draft.names import find_language_words, find_pairs, find_split
from emma.pipeline.draft.places import PlaceFile


@pytest.mark.parametrize(
    ("names", "pairs"),
    [
        (["a/news.en", "a/news.sw", "b/news.sw"], [["a/news.en", "a/news.sw"]]),
        (["t.tgt.gz", "t.src.gz"], [["t.src.gz", "t.tgt.gz"]]),
        (["x.amh_Ethi", "x.nqo_Nkoo"], [["x.amh_Ethi", "x.nqo_Nkoo"]]),
        (["one.txt", "one.csv"], []),  # suffixes that are no languages
        (["a.sw", "a.swa"], []),  # one language twice
        (["a.en", "a.sw", "a.ha"], []),
    ],
)
def test_two_files_that_differ_in_their_last_suffix_alone(names: list[str], pairs: list[list[str]]) -> None:
    found, rest = find_pairs([PlaceFile(name, 1) for name in names])
    assert [[file.name for file in pair] for pair in found] == pairs
    assert {file.name for file in rest} == set(names) - {name for pair in pairs for name in pair}


@pytest.mark.parametrize(
    "name, split",
    [
        ("train-00000-of-00002.parquet", "train"),
        ("data/test/0.parquet", "held out"),
        ("sw/validation.tsv.gz", "held out"),
        ("sw/testament.txt", ""),
        ("sme_giella-ud-test.conllu", ""),
    ],
)
def test_splits(name: str, split: str) -> None:
    assert find_split(name) == split


@pytest.mark.parametrize(
    "file, words",
    [
        ("amharic - from Sara/1.txt", {"amharic": "amh"}),
        ("02_Hausa texts/notes.txt", {"Hausa": "hau"}),
        ("textes en wolof/a/b.txt", {"wolof": "wol"}),
        ("ar-EG/x.txt", {"ar-EG": "ara"}),
        ("data/yor_Latn/x.txt", {"yor_Latn": "yor"}),
        ("中文/x.txt", {"中文": "zho"}),
        ("नेपाली कथा/x.txt", {"नेपाली": "nep"}),
        ("አማርኛ/x.txt", {"አማርኛ": "amh"}),
        ("èdè Yorùbá/x.txt", {"èdè Yorùbá": "yor"}),
        ("ខ្មែរ/x.txt", {"ខ្មែរ": "khm"}),
        ("Thai/x.txt", {"Thai": "tha"}),
        ("Hausa and Wolof/x.txt", {"Hausa": "hau", "Wolof": "wol"}),  # several: no answer
        ("Swahili/English notes/x.txt", {"Swahili": "swa", "English": "eng"}),
        ("Swahili/english.txt", {"Swahili": "swa"}),  # folders say more than names of files
        ("even more/mono sound/x.txt", {}),  # of four letters, and languages that few know
        ("a/Swahili-NT.xml", {"Swahili": "swa"}),
        ("Yoruba.txt", {"Yoruba": "yor"}),
        ("cp1251-as-latin.html", {}),  # an encoding
        ("my Ewe notes/x.txt", {}),  # two letters, and a name of three
        ("Twi na Igbo/x.txt", {"Igbo": "ibo"}),
        ("sw.txt", {}),
        ("Mark.txt", {}),
        ("news2024.txt", {}),
        ("swahili.txt.gz", {"swahili": "swa"}),
        ("0257_rangi-za-upinde.md", {}),  # `rangi` is colour in Swahili, and a language
        ("the-swahili-of-the-coast.md", {}),  # a title
    ],
)
def test_languages_among_other_words(file: str, words: dict[str, str]) -> None:
    assert find_language_words(file) == words
