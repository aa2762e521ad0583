"""The first guess at a file: reader, fields and options by its first rows, or why it cannot be read."""

import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from emma.pipeline.draft.guesses import Guess, find_declared_encoding, guess_file, read_name
from emma.pipeline.draft.places import find_place
from tests.conftest import TEXTS
from tests.pipeline.draft.test_run import lay_out

TEXT = "Habari za leo rafiki yangu"


def guess(folder: Path, name: str, content: str | bytes) -> Guess:
    """The guess at one file."""
    place = find_place([lay_out(folder, {name: content, "z.txt": "z"})])
    return guess_file(place, next(file for file in place.files if file.name == name))


def write_parquet(table: pa.Table) -> bytes:
    """A Parquet file."""
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


@pytest.mark.parametrize(
    "name, content, readers, read",
    [
        ("a.jsonl", f'{{"body": "{TEXT}"}}\n' * 3, ("jsonl",), ({"text": "body"},)),
        ("a.json", json.dumps([{"text": TEXT}] * 3), ("json",), ({"text": "text"},)),
        ("a.json", json.dumps({"v": 1, "rows": [{"text": TEXT}]}), ("json",), ({"text": "text"}, ("records", "rows"),)),
        (
            "a.json",
            json.dumps({"data": [{"paragraphs": [{"context": TEXT}, {"context": TEXT}]}] * 3}),
            ("json",), ({"text": "context"}, ("records", "data.paragraphs"),),
        ),
        ("a.json", json.dumps({"menu": {"open": "Fungua", "close": "Funga"}}), ("messages_json",), ({},)),
        ("a.json", json.dumps({"@metadata": {}, "open": "Fungua"}), ("mediawiki_json", "messages_json"), ({},)),
        ("a.json", json.dumps({"story": {"text": TEXT * 20}}), ("json",), ({"text": "story.text"},)),
        ("a.csv", f"id;text\n1;{TEXT}\n2;{TEXT} x\n", ("csv",), ({"text": "text"}, ("delimiter", ";"),)),
        ("a.tsv", f"1\t{TEXT}\n2\t{TEXT} x\n", ("csv",), ({"text": "2"}, ("header", False),)),
        ("a.tab", f"id\ttext\n1\t{TEXT}\n", ("csv",), ({"text": "text"},)),
        ("a.csv", f"{TEXT}\n{TEXT}, na wewe\n", ("text",), ({},)),
    ],
)  # fmt: skip
def test_what_it_is_read_as(
    name: str, content: str, readers: tuple[str, ...], read: tuple[object, ...], tmp_path: Path
) -> None:
    found = guess(tmp_path, name, content)
    assert (found.why, found.readers, (found.choice.fields, *found.options)) == ("", readers, read)


@pytest.mark.parametrize(
    "name, content, why",
    [
        ("a.json", "[1, 2, 3]", "a JSON list without objects"),
        ("a.json", '{"a": 1, "b": [2]}', "JSON without texts"),
        ("a.jsonl", '{"id": 1}\n{"id": 2}\n', "no column holds text"),
        ("a.parquet", b"PAR1 and then nothing", "a damaged file of Arrow or Parquet"),
        ("a.parquet", write_parquet(pa.table({"text": pa.array([], pa.string())})), "a table without rows"),
        ("a.parquet", write_parquet(pa.table([["x"], ["y"]], names=["text", "text"])), "'text' is there twice"),
        ("a.arrow", b"\xff\xff\xff\xff\x10\0", "a damaged file"),
    ],
)
def test_why_it_is_not_read(name: str, content: str | bytes, why: str, tmp_path: Path) -> None:
    assert why in guess(tmp_path, name, content).why


def test_columns_of_parquet_in_every_script(tmp_path: Path) -> None:
    table = pa.table({"content": list(TEXTS.values()), "lang": list(TEXTS), "n": list(range(len(TEXTS)))})
    found = guess(tmp_path, "a.parquet", write_parquet(table))
    assert found.choice.fields == {"text": "content", "lang": "lang"}
    assert found.columns == {"content", "lang"}  # numbers hold no strings


def test_an_encoding_is_declared_where_the_language_is_known(tmp_path: Path) -> None:
    rows = "".join(f"{n},Пусть всегда будет солнце и {n} звезды над нами,ru\n" for n in range(30))
    assert guess(tmp_path, "a.csv", f"id,text,lang\n{rows}".encode("cp1251")).encoding == "cp1251"
    assert guess(tmp_path, "b.csv", f"id,text,lang\n{rows}".encode()).encoding == ""
    assert find_declared_encoding(rows.encode("koi8-r"), "ru") == "koi8-r"


@pytest.mark.parametrize("name, label", [("po/sw/a.txt", "swa_Latn"), ("en/sw/a.txt", ""), ("a/b.txt", "")])
def test_the_one_language_of_a_name(name: str, label: str) -> None:
    assert read_name(name) == label
