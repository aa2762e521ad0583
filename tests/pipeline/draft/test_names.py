"""Pairs of translations, and splits, by the names of files alone."""

import pytest

from emma.pipeline.draft.names import find_pairs, find_split
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
