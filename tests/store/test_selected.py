"""Text that curate judged is opened in one way: by split, without the lines that were boilerplate."""

import pytest

from emma.errors import ArtifactError
from emma.schemas import SPLITS
from emma.store.selected import drop_lines, read_selected
from tests.conftest import TEXTS, documents, selection


def _shards(make_artifact, rows, splits, lines=None):
    held = make_artifact("d", {"documents.parquet": documents(rows)})
    return held, make_artifact("s", {"selection.parquet": selection(splits, lines or {})})


def test_only_the_splits_asked_for_in_order(make_artifact):
    rows = [{"lang": lang, "text": text} for lang, text in TEXTS.items()]
    splits = [None if number % 3 == 0 else SPLITS[number % 3] for number in range(len(rows))]
    pair = _shards(make_artifact, rows, splits)
    found = [row for table in read_selected(*pair, ("id", "text"), ("test",)) for row in table.to_pylist()]
    wanted = [row["text"] for row, split in zip(rows, splits, strict=True) if split == "test"]
    assert [row["text"] for row in found] == wanted
    assert set(found[0]) == {"id", "text", "split"}


@pytest.mark.parametrize("lang", TEXTS)
def test_boilerplate_lines_are_gone(make_artifact, lang):
    text = TEXTS[lang]
    rows = [{"lang": lang, "text": f"menu\n{text}\nmenu\n{text}"}, {"lang": lang, "text": f"menu\n{text}"}]
    pair = _shards(make_artifact, rows, ["train", "train"], {0: [0, 2]})
    found = [row["text"] for table in read_selected(*pair, ("text",), SPLITS) for row in table.to_pylist()]
    assert found == [f"{text}\n{text}", f"menu\n{text}"]


def test_texts_that_lose_no_line_are_as_they_were(make_artifact):
    rows = [{"lang": lang, "text": f"{text}\nmenu"} for lang, text in TEXTS.items()]
    pair = _shards(make_artifact, rows, ["train"] * len(rows), {row: [1] for row in range(0, len(rows), 2)})
    found = [row["text"] for table in read_selected(*pair, ("text",), SPLITS) for row in table.to_pylist()]
    wanted = [drop_lines(row["text"], [1]) if at % 2 == 0 else row["text"] for at, row in enumerate(rows)]
    assert found == wanted


def test_a_cut_leaves_no_white_space_at_the_ends():
    assert drop_lines("a\n\nb\n\nc", [0, 4]) == "b"
    assert drop_lines("a", [0]) == ""


def test_shards_of_different_runs_are_refused(make_artifact):
    pair = _shards(make_artifact, [{"lang": "tha_Thai", "text": TEXTS["tha_Thai"]}], ["train", "train"])
    with pytest.raises(ArtifactError, match="one row for one"):
        list(read_selected(*pair, ("text",), SPLITS))
