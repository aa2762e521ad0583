"""Where a task's data lies, in which layouts, and what is no item of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from emma.errors import SourceError
from emma.evaluate.tasks.data import Layout, find_files, find_folder, list_languages, read_task
from emma.evaluate.tasks.rows import Row
from emma.evaluate.tasks.task import Item, TaskInfo
from emma.lang.language import Lang

INFO = TaskInfo("words", 1, "Words", "words", True, "CC0", "github.com/example/words (Example 2020)", "words")


def make(row: Row) -> Item:
    return Item(row.text("id"), row.text("text"))


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def test_a_folder_below_data_or_data_itself(tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    assert find_folder(INFO, tmp_path) == find_folder(INFO, tmp_path / "words") == tmp_path / "words"


def test_absent_data_is_refused_with_how_it_is_had(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no folder .*/words\. .*example/words \(Example 2020\) \(licence: CC0\)"):
        find_folder(INFO, tmp_path)
    with pytest.raises(SourceError, match="hf download --repo-type dataset example/words --local-dir <data>/words"):
        find_folder(replace(INFO, hub="example/words"), None)


def test_the_hub_is_asked_only_for_what_was_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = pytest.importorskip("huggingface_hub")

    def snapshot(repository: str, repo_type: str, local_files_only: bool) -> str:
        assert (repository, repo_type, local_files_only) == ("example/words", "dataset", True)
        return str(tmp_path)

    monkeypatch.setattr(hub, "snapshot_download", snapshot)
    assert find_folder(replace(INFO, hub="example/words"), None) == tmp_path


def test_the_first_layout_that_fits(tmp_path: Path) -> None:
    table = "id\ttext\n1\ta\n"
    layout = Layout(("{lang}/{split}.tsv", "data/{lang}/{lang}_{split}.tsv"))
    write(tmp_path, {"data/sw/sw_test.tsv": table, "data/sw/sw_dev.tsv": table, "data/sw/am_test.tsv": table})
    assert list_languages(tmp_path, layout) == [Lang("swa", "Latn")]
    assert find_files(tmp_path, layout, Lang("swa", "Latn"), ("train", "dev")) == [tmp_path / "data/sw/sw_dev.tsv"]
    with pytest.raises(SourceError, match=r"no file named like \{lang\}\.tsv"):
        list_languages(tmp_path, Layout(("{lang}.tsv",)))


def test_examples_come_from_another_split(tmp_path: Path) -> None:
    write(tmp_path, {"am/test.tsv": "id\ttext\n1\tውሃ\n", "am/dev.tsv": "id\ttext\n1\tእሳት\n"})
    data = read_task(tmp_path, Layout(("{lang}/{split}.tsv",)), Lang("amh", "Ethi"), make)
    assert [item.gold for item in data.items] == ["ውሃ"]
    assert [item.gold for item in data.pool] == ["እሳት"]
    assert data.items[0].place == ("am/test.tsv", 1)


def test_two_codes_of_one_language_lose_nothing(tmp_path: Path) -> None:
    """ISO 639-3 has merged ajp into apc: the items of both, with ids of their own."""
    write(tmp_path, {"ajp_Arab.tsv": "id\ttext\n1\tأ\n", "apc_Arab.tsv": "id\ttext\n1\tب\n"})
    layout = Layout(("{lang}.tsv",))
    assert list_languages(tmp_path, layout) == [Lang("apc", "Arab")]
    items = read_task(tmp_path, layout, Lang("apc", "Arab"), make).items
    assert [(item.id, item.gold) for item in items] == [("1", "ب"), ("1 (ajp_Arab.tsv, row 1)", "أ")]


def test_languages_in_a_column(tmp_path: Path) -> None:
    rows = "code\tid\ttext\nth\t1\tน้ำ\njp\t1\t水\nth\t2\t\nth\t3\n"
    layout = Layout(("all.tsv",), lang_column="code", codes=(("jp", "jpn_Jpan"),))
    write(tmp_path, {"all.tsv": rows})
    assert list_languages(tmp_path, layout) == [Lang("jpn", "Jpan"), Lang("tha", "Thai")]
    data = read_task(tmp_path, layout, Lang("tha", "Thai"), make)
    assert [item.gold for item in data.items] == ["น้ำ"]
    assert [(reject.lang, reject.row, reject.reason) for reject in data.rejects] == [
        ("tha_Thai", 3, "its 'text' is empty"),
        ("tha_Thai", 4, "it has 2 columns where there should be 3"),
    ]


def test_a_code_that_is_no_language_costs_its_own_rows(tmp_path: Path) -> None:
    table = "id\ttext\n1\ta\n2\tb\n"
    layout, unknown = Layout(("{lang}/{split}.tsv",)), Lang("und", "Zyyy")
    write(tmp_path, {"swahilii/test.tsv": table, "sw/test.tsv": table})
    assert list_languages(tmp_path, layout) == [Lang("swa", "Latn"), unknown]
    assert len(read_task(tmp_path, layout, Lang("swa", "Latn"), make).items) == 2
    data = read_task(tmp_path, layout, unknown, make)
    assert data.items == ()
    assert [(reject.file, reject.row) for reject in data.rejects] == [
        ("swahilii/test.tsv", 1),
        ("swahilii/test.tsv", 2),
    ]
    assert "is no language" in data.rejects[0].reason


def test_names_of_files_without_a_code(tmp_path: Path) -> None:
    write(tmp_path, {"all/test.tsv": "id\ttext\n"})
    assert list_languages(tmp_path, Layout(("*/{split}.tsv",), codes=(("", "swa_Latn"),))) == [Lang("swa", "Latn")]


def test_a_split_that_lacks_a_column(tmp_path: Path) -> None:
    write(tmp_path, {"sw.tsv": "id\ttexts\n1\ta\n2\tb\n"})
    with pytest.raises(SourceError, match=r"sw\.tsv has no item: of its row 1, it has no 'text' among .* id, texts"):
        read_task(tmp_path, Layout(("{lang}.tsv",)), Lang("swa", "Latn"), make)


def test_a_language_without_rows_has_no_items(tmp_path: Path) -> None:
    write(tmp_path, {"sw.tsv": "id\ttext\n"})
    assert read_task(tmp_path, Layout(("{lang}.tsv",)), Lang("swa", "Latn"), make).items == ()
    assert read_task(tmp_path, Layout(("{lang}.tsv",)), Lang("amh", "Ethi"), make).items == ()


def test_rows_that_hold_rows(tmp_path: Path) -> None:
    passages = '{"text": "a", "items": [{"id": 1}, {"id": 2}]}\n{"text": "b"}\n'
    write(tmp_path, {"test.jsonl": passages})
    layout = Layout(
        ("{split}.jsonl",),
        codes=(("", "swh_Latn"),),
        parts=lambda row: ({"text": row.values["text"], **item} for item in row.values["items"]),
    )
    data = read_task(tmp_path, layout, Lang("swh", "Latn"), make)
    assert [(item.id, item.gold, item.place[1]) for item in data.items] == [("1", "a", 1), ("2", "a", 1)]
    assert [(reject.row, "KeyError('items')" in reject.reason) for reject in data.rejects] == [(2, True)]
