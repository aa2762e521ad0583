"""Columns of text, language and translation are found by their names and by what is in them."""

import pytest

from emma.pipeline.draft.choices import choose_columns
from emma.pipeline.draft.columns import choose_scheme, find_columns, name_language
from emma.pipeline.draft.rows import Record
from tests.conftest import TEXTS


def rows(**columns: str) -> list[Record]:
    """Twenty rows, with the number of each put for `#`."""
    return [{name: value.replace("#", str(number)) for name, value in columns.items()} for number in range(20)]


@pytest.mark.parametrize(
    "columns, fields",
    [
        ({"text": "Habari za leo #", "lang": "sw"}, {"text": "text", "lang": "lang"}),
        ({"maudhui": "Habari za leo #", "lugha": "swh_Latn"}, {"text": "maudhui", "lang": "lugha"}),
        ({"id": "doc-#", "label": "news", "sentence": "ߡߐ߱ ߓߍ߯ #"}, {"text": "sentence"}),
        ({"text": "人人生而自由#", "url": "https://example.org/#"}, {"text": "text", "url": "url"}),
        (
            {"src": "Good day #", "tgt": "Habari za leo #", "src_lang": "en", "tgt_lang": "sw"},
            {"text": "src", "text2": "tgt", "lang": "src_lang", "lang2": "tgt_lang"},
        ),
        ({"premise": "Habari za leo #", "hypothesis": "Siku # ni njema"}, {"text": ("premise", "hypothesis")}),
        ({"iso639p3": "swh", "text": "Habari za leo #", "id": "no"}, {"text": "text", "lang": "iso639p3"}),
    ],
)
def test_fields(columns: dict[str, str], fields: dict[str, object]) -> None:
    assert choose_columns(find_columns(rows(**columns))).fields == fields


def test_texts_of_every_script_are_texts() -> None:
    for label, text in TEXTS.items():
        assert choose_columns(find_columns(rows(body=f"{text} #"))).fields == {"text": "body"}, label


def test_what_is_no_text() -> None:
    assert "no column" in choose_columns(find_columns(rows(id="a#", score="0.#"))).why_none
    assert "code" in choose_columns(find_columns(rows(text="function f() { return x == #; } // adds"))).why_none


def test_a_name_for_text_under_which_there_is_hardly_any_is_passed_over() -> None:
    columns = find_columns(rows(text="Ndio #", passage="Habari za leo, rafiki yangu mpendwa # " * 4))
    assert choose_columns(columns).fields == {"text": "passage"}


def test_categories_and_lists_are_neither_text_nor_language_nor_address() -> None:
    records: list[Record] = [
        {"text": f"Habari za leo {n}", "tag": "habari za michezo", "langs": ["sw"], "links": [f"https://a.org/{n}"]}
        for n in range(20)
    ]
    choice = choose_columns(find_columns(records))
    assert (choice.fields, choice.doubts) == ({"text": "text"}, [])


def test_a_few_characters_of_han_are_a_text() -> None:
    assert choose_columns(find_columns(rows(neirong="人人生而自由#"))).fields == {"text": "neirong"}


def test_languages_of_columns() -> None:
    choice = choose_columns(find_columns(rows(acehnese="Neumeu #", english="Enjoy #", ngaju="Mengkeme nah #")))
    assert (choice.fields, choice.lang, choice.lang2) == (
        {"text": "acehnese", "text2": "english"}, "ace_Latn", "eng_Latn",
    )  # fmt: skip
    assert choice.more == (("ngaju", "nij_Latn"),)


def test_columns_inside_of_others() -> None:
    records: list[Record] = [{"meta": {"lang": "ha"}, "turns": [{"text": f"Labari mai dadi {n}"}]} for n in range(20)]
    assert choose_columns(find_columns(records)).fields == {"text": "turns.text", "lang": "meta.lang"}


@pytest.mark.parametrize(
    "word, label",
    [("sw", "swa_Latn"), ("swh_Latn", "swh_Latn"), ("Yoruba", "yor_Latn"), ("dev", ""), ("raw", ""), ("text", "")],
)
def test_words_that_are_languages(word: str, label: str) -> None:
    assert name_language(word) == label


def test_schemes() -> None:
    assert choose_scheme(["be-tarask", "roa-tara", "simple"]) == "any"
    assert choose_scheme(["sw", "ha"]) == "any"
