"""The same question in other words is the same export, and another one is not."""

from types import SimpleNamespace
from typing import Any

import pytest

from emma.pipeline.export import choose
from emma.pipeline.export.choose import Request, choose_rows, is_chosen
from emma.pipeline.export.run import export_address
from emma.work.by_language import Choice

TALLY = [
    {"lang": lang, "source": source, "outcome": "train"} for lang in ("tha_Thai", "nqo_Nkoo") for source in ("b", "a")
]


@pytest.fixture(autouse=True)
def facts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "read_tally", lambda _: TALLY)
    monkeypatch.setattr(choose, "read_redistribution", lambda _: {"a": "public", "b": "none"})
    monkeypatch.setattr(choose, "list_annotations", lambda _: {"cluster": "selection.parquet"})


def corpus(collect: str = "1", annotate: str = "2", curate: str = "3") -> Any:
    keys = {"collect": collect, "annotate": annotate, "curate": curate}
    return SimpleNamespace(**{name: SimpleNamespace(key=key) for name, key in keys.items()})


def test_order_and_repetition_do_not_count() -> None:
    asked = Request(("tha_Thai", "nqo_Nkoo", "tha_Thai"), ("test", "train"), ("b", "a"), "txt", ("cluster", "cluster"))
    choice = choose_rows(asked, corpus())
    assert (choice.splits, choice.langs, choice.sources) == (("train", "test"), ("nqo_Nkoo", "tha_Thai"), ("a", "b"))
    assert choice.beside == (("selection.parquet", ("cluster",)),)


def test_another_corpus_choice_or_format_is_another_export() -> None:
    choice = Choice(columns=("lang",))
    same = export_address(corpus(), choice, "txt")
    assert same == export_address(corpus(), choice, "txt")
    others = [export_address(corpus(**{stage: "9"}), choice, "txt") for stage in ("collect", "annotate", "curate")]
    others += [export_address(corpus(), choice, "parquet")]
    others += [export_address(corpus(), choice.model_copy(update={"mask": ("email",)}), "txt")]
    assert len({same, *others}) == 6


def test_a_row_is_chosen_by_split_language_and_source() -> None:
    choice = Choice(columns=("lang",), splits=("train",), langs=("tha_Thai",), sources=("a",))
    row = {"lang": "tha_Thai", "source": "a", "outcome": "train"}
    assert is_chosen(row, choice)
    for other in ({"lang": "nqo_Nkoo"}, {"source": "b"}, {"outcome": "test"}, {"outcome": "exact duplicate"}):
        assert not is_chosen(row | other, choice)
