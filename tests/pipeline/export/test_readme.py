"""The README's tables and configurations."""

import pytest

from emma.pipeline.export.readme import list_configs, list_languages, render_masked, render_table
from emma.work import by_language


def test_cells_hold_whatever_a_source_is_called() -> None:
    assert list(render_table(["source", "documents"], [["a|b\nc", 1_234], [None, 5]])) == [
        "| source | documents |", "|---|--:|", "| a\\|b c | 1,234 |", "|  | 5 |",
    ]  # fmt: skip


def test_a_language_is_a_row_with_its_pairs_and_splits() -> None:
    sizes = [
        {"lang": "nqo_Nkoo", "split": split, "documents": documents, "bitext": bitext, "bytes": 10}
        for split, documents, bitext in (("train", 7, 3), ("test", 2, 1))
    ]
    assert list_languages(sizes) == [["`nqo_Nkoo`", "N'Ko", 9, 4, 20, 7, 0, 2]]


def test_as_many_configurations_as_may_be_are_not_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    files = ["data/nqo_Nkoo/train.txt", "data/nqo_Nkoo/train.pairs.txt", "data/khm_Khmr/test.txt"]
    monkeypatch.setattr(by_language, "MAX_CONFIGS", 2)
    assert list_configs("txt", files) == {"nqo_Nkoo": {"train": files[0]}, "khm_Khmr": {"test": files[2]}}
    monkeypatch.setattr(by_language, "MAX_CONFIGS", 1)
    assert list_configs("txt", files) == {"default": {"train": "data/*/train.txt", "test": "data/*/test.txt"}}


def test_what_was_not_masked_is_not_said() -> None:
    assert list(render_masked({})) == []
    assert "masked: email 1,200;" in next(render_masked({"email": 1_200}))
