"""The script of short texts against counting all of them, and texts that are long enough to differ."""

from collections import Counter

import pytest

from emma.collect.config import SourceConfig
from emma.collect.documents import make_documents
from emma.collect.records import RawDocument
from emma.collect.text.naming import Naming
from emma.collect.text.short_texts import LONG_LETTERS, MAX_TEXTS, CodeScripts, combine_evidence
from emma.lang.codes import MIN_LETTERS


def labels(units: list[RawDocument], **changes: object) -> list[str]:
    values = {"name": "s", "reader": "jsonl", "path": "f", "licence": "CC0-1.0", **changes}
    source = SourceConfig.model_validate(values)
    return [each.lang.label for each in make_documents(units, Naming(source, {}), 0, lambda bad: None)]


LATIN = ["Sačuvaj", "Otkaži", "Izmeni stranicu", "Pregled izmena", "OK", "12", "{{GENDER:$1|Korisnik|Korisnica}}"]
CYRILLIC = ["Сачувај", "Откажи", "Измени страницу", "Преглед измена", "OK", "12", "{{GENDER:$1|Корисник|Корисница}}"]


@pytest.mark.parametrize(("texts", "script"), [(LATIN, "Latn"), (CYRILLIC, "Cyrl")])
def test_short_texts_are_in_the_script_of_most(texts: list[str], script: str) -> None:
    assert set(labels([RawDocument(row, text, "sr") for row, text in enumerate(texts, 1)])) == {f"srp_{script}"}
    pairs = [RawDocument(row, "text", "en", text, "sr") for row, text in enumerate(texts, 1)]
    assert set(labels(pairs)) == {f"srp_{script}"}


def test_a_long_text_is_in_its_own_script() -> None:
    long = "Ово је дугачак текст на ћирилици. " * (LONG_LETTERS // 20)
    texts = [*LATIN, long, *LATIN * 14, "Кратак"]
    found = labels([RawDocument(row, text, "sr") for row, text in enumerate(texts, 1)])
    assert [at for at, label in enumerate(found) if label == "srp_Cyrl"] == [len(LATIN)]


def test_a_long_file_may_have_one_script_after_the_other() -> None:
    """As many texts as decide together, then others; a last one that is too short goes with those before it."""
    texts = [*["Сачувај"] * MAX_TEXTS, *["Sačuvaj"] * MAX_TEXTS, "Откажи"]
    found = labels([RawDocument(row, text, "sr") for row, text in enumerate(texts, 1)])
    assert Counter(found) == {"srp_Cyrl": MAX_TEXTS, "srp_Latn": MAX_TEXTS + 1} and found[-1] == "srp_Latn"


def test_every_code_is_decided_for_itself() -> None:
    texts = [
        (text, code) for row in zip(LATIN, CYRILLIC, strict=True) for text, code in zip(row, ("sr", "kk"), strict=True)
    ]
    found = labels([RawDocument(row, text, code) for row, (text, code) in enumerate(texts, 1)])
    assert found == ["srp_Latn", "kaz_Cyrl"] * len(LATIN)


def test_where_nothing_is_clear_each_text_speaks_for_itself() -> None:
    long = ["Ово је мало дужи текст на ћирилици", "Ovo je malo duži tekst na latinici"]
    found = labels([RawDocument(row, text, "sr") for row, text in enumerate([*long, "OK"], 1)])
    assert found == ["srp_Cyrl", "srp_Latn", "srp_Latn"]


def test_in_a_file_of_two_scripts_even_a_word_tells_its_own() -> None:
    both = [text for two in zip(LATIN, CYRILLIC, strict=True) for text in two]
    found = labels([RawDocument(row, text, "sr") for row, text in enumerate(both, 1)])
    assert found[:8] == ["srp_Latn", "srp_Cyrl"] * 4 and found[12:] == ["srp_Latn", "srp_Cyrl"]
    chinese = ["编辑", "編輯", "这些语言", "這些語言", "设置时间", "設定時間", "人口"] * 3 + ["HTML"]
    found = labels([RawDocument(row, text, "zh") for row, text in enumerate(chinese, 1)])
    assert found == [*["zho_Hans", "zho_Hant"] * 3, "zho_Hans"] * 3 + ["zho_Hans"]


def test_a_code_that_says_its_script_is_believed() -> None:
    assert set(labels([RawDocument(row, text, "sr-Cyrl") for row, text in enumerate(LATIN, 1)])) == {"srp_Cyrl"}
    assert set(labels([RawDocument(row, text, "fr") for row, text in enumerate(CYRILLIC, 1)])) == {"fra_Latn"}


def test_han_alone_goes_with_the_form_of_most() -> None:
    assert combine_evidence([("Hani", 1.0, 4), ("Hant", 1.0, 30), ("Latn", 1.0, 3)]).clear == ("Hant", 34 / 37, 37)
    assert combine_evidence([("Latn", 1.0, MIN_LETTERS - 1)]).clear is None is combine_evidence([]).clear
    assert combine_evidence([("Latn", 0.5, 50), ("Cyrl", 1.0, 50)]) == CodeScripts(None, frozenset({"Latn", "Cyrl"}))
