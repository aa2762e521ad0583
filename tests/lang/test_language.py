"""Labels are written and read in one place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emma.errors import LanguageError
from emma.lang.language import CODE, ENGLISH, Lang, Pair, parse_label, sort_sides

LANGS = st.builds(
    Lang,
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=3),
    st.sampled_from(["Latn", "Arab", "Deva", "Thai", "Khmr", "Hans", "Nkoo", "Tfng", "Ethi"]),
)


@given(LANGS, LANGS)
def test_labels_read_back(first: Lang, second: Lang) -> None:
    assert parse_label(first.label) == first
    assert parse_label(Pair(first, second).label) == Pair(first, second) == Pair(second, first)


@pytest.mark.parametrize(
    "label", ["", "swh", "sw_Latn", "swh-Latn", "swh_latn", "SWH_Latn", "swh_Latn_x", "swh_Latn\n"]
)
def test_anything_else_is_refused(label: str) -> None:
    with pytest.raises(LanguageError, match="is not a language label"):
        parse_label(label)


@pytest.mark.parametrize(
    ("label", "name"),
    [("npi_Deva", "Nepali"), ("ell_Grek", "Modern Greek"), ("zxx_Zyyy", "Program code"), ("qaa_Latn", "qaa")],
)
def test_names(label: str, name: str) -> None:
    assert Lang.parse(label).name == name


def test_what_counts_as_a_language() -> None:
    assert ENGLISH.is_language and not CODE.is_language and not Lang("und", "Latn").is_language


def test_scripts_of_a_pair() -> None:
    assert Pair.parse("hin_Deva-eng_Latn").script == "Deva-Latn"
    assert Pair.parse("hin_Deva-eng_Latn").label == "eng_Latn-hin_Deva"


@given(LANGS, LANGS)
def test_either_order_of_a_pair_is_the_label_s(first: Lang, second: Lang) -> None:
    pair = Pair(first, second)
    assert sort_sides(f"{second.label}-{first.label}") == pair.label
    assert sort_sides(f"{second.script}-{first.script}") == pair.script
    assert sort_sides(first.label) == first.label


@pytest.mark.parametrize(
    ("label", "tag"),
    [("ara_Arab", "ar-Arab"), ("swh_Latn", "swh-Latn"), ("zxx_Zyyy", "zxx-Zyyy"), ("qaa_Latn", "qaa-Latn")],
)
def test_tags_have_the_shortest_code(label: str, tag: str) -> None:
    assert Lang.parse(label).tag == tag
