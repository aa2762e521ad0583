"""Lists of languages in every form that they come in, JSON and tables of pairs too; and files that are no lists."""

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from emma.errors import LanguageError
from emma.lang.lint_rows import Entry, read_entries

FORMS = {
    "plain.txt": "swh_Latn\nnan_Latn\n",
    "comment.txt": "# languages\n\nswh_Latn\nnan_Latn\n",
    "spaced.txt": "swh_Latn 10\nnan_Latn 20\n",
    "table.csv": "swh_Latn,10\nnan_Latn,20\n",
    "header.csv": "lang_code,num_texts,num_tokens\nswh_Latn,1,10\nnan_Latn,2,20\n",
    "german.csv": "Sprache,Wörter\nswh_Latn,10\nnan_Latn,20\n",
    "grouped.csv": 'tokens;language\n"10";swh_Latn\n"20";nan_Latn\n',
    "thousands.tsv": "Language\tTokens\nswh_Latn\t10\nnan_Latn\t20\n",
    "bom.csv": "\ufefflang,tokens\r\nswh_Latn,10\r\nnan_Latn,20\r\n",
    "list.json": '["swh_Latn", "nan_Latn"]',
    "object.json": '{"swh_Latn": 10, "nan_Latn": 20}',
    "nested.json": '{"swh_Latn": {"tokens": 10}, "nan_Latn": {"tokens": 20}}',
    "rows.json": '[{"lang": "swh_Latn", "tokens": 10}, {"lang": "nan_Latn", "tokens": 20}]',
    "splits.json": '{"train": {"swh_Latn": 10, "nan_Latn": 20}, "meta": {"version": 1}}',
    "deep.json": '{"all": {"swh_Latn": {"a": {"tokens": 10}, "b": {"tokens": 0}}, "nan_Latn": {"n": "20"}}}',
    "listed.json": '{"data": {"all": [{"lang": "swh_Latn", "tokens": 10}, {"lang": "nan_Latn", "tokens": 20}]}}',
    "words.json": '{"all": {"new": {"swh_Latn": {"dev": 4, "raw": 6}, "nan_Latn": {"dev": 0, "raw": 20}}, "n": 10}}',
    "rows.jsonl": '{"lang": "swh_Latn", "words": 10}\n{"lang": "nan_Latn", "words": 20}\n',
}
PAIRED = {
    "two.csv": "src_lang,tgt_lang,tokens\neng_Latn,swh_Latn,10\nnan_Latn,eng_Latn,20\n",
    "unnamed.tsv": "Sprache A\tSprache B\tSätze\neng_Latn\tswh_Latn\t10\neng_Latn\tnan_Latn\t20\n",
    "bare.csv": "eng_Latn,swh_Latn,10\neng_Latn,nan_Latn,20\n",
    "one.csv": "pair,words\neng_Latn-swh_Latn,10\neng_Latn-nan_Latn,20\n",
    "plain.txt": "eng_Latn-swh_Latn 10\nnan_Latn-eng_Latn 20\n",
    "pairs.json": '{"eng_Latn-swh_Latn": 10, "eng_Latn-nan_Latn": {"words": 20}}',
    "rows.jsonl": '{"src": "eng_Latn", "tgt": "swh_Latn", "n": 10}\n{"src": "nan_Latn", "tgt": "eng_Latn", "n": 20}',
    "short.csv": "pair,words\nen-swh,10\nen-nan,20\n",
}


@pytest.mark.parametrize("name", PAIRED)
def test_bilingual_tables_give_each_language_once(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(PAIRED[name], encoding="utf-8")
    found = {row.label: row.tokens for row in read_entries(tmp_path / name)}
    english = "en" if name == "short.csv" else "eng_Latn"
    assert sorted(found.values(), key=str) == [10, 20, 30] and found[english] == 30
    assert {label[:3] for label in found} - {"en", "eng"} == {"swh", "nan"}


@pytest.mark.parametrize("name", FORMS)
def test_forms_of_lists(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(FORMS[name].encode())
    found = read_entries(tmp_path / name)
    assert [row.label for row in found] == ["swh_Latn", "nan_Latn"], "nan is Southern Min, not a missing number"
    assert [row.tokens for row in found] == ([None, None] if "10" not in FORMS[name] else [10, 20])


def test_a_first_row_without_an_amount_is_no_header(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("swh_Latn,\nnan_Latn,20\n")
    assert read_entries(tmp_path / "list.csv") == [Entry("swh_Latn", None, 1), Entry("nan_Latn", 20, 2)]


def test_our_own_tables(tmp_path: Path) -> None:
    table = pa.table({"lang": ["swh_Latn", "zxx_Zyyy"], "documents": [3, 4], "bytes": [10, 20]})
    pq.write_table(table, tmp_path / "languages.parquet")
    assert read_entries(tmp_path / "languages.parquet") == [Entry("swh_Latn", 10, 1), Entry("zxx_Zyyy", 20, 2)]


BROKEN = {
    "empty.txt": (b"\n# nothing\n", "has no entries"),
    "latin1.txt": ("größe\n".encode("latin-1"), "not text in UTF-8"),
    "broken.json": (b'["swh_Latn"', "is not JSON"),
    "number.json": (b"5", "neither a JSON list"),
    "deep.json": (b'{"a": ' * 5000 + b'{"sw": 1}' + b"}" * 5000, "nested deeper"),
    "deeper.json": (b"[" * 900 + b'"sw"' + b"]" * 900, "nested deeper"),
    "long.csv": (b"lang,tokens\nswh_Latn,1\n" + b"x" * 140_000 + b",2\n", "cannot be cut into cells"),
    "nameless.json": (json.dumps([{"tokens": 5}]).encode(), "names no language"),
    "broken.parquet": (b"PAR1", "not a Parquet table"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_list_is_refused(tmp_path: Path, name: str) -> None:
    content, words = BROKEN[name]
    (tmp_path / name).write_bytes(content)
    csv.field_size_limit(1 << 30)  # as a reader of large cells leaves it
    with pytest.raises(LanguageError, match=rf"{name}.*{words}"):
        read_entries(tmp_path / name)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(LanguageError, match="no list of languages at"):
        read_entries(tmp_path / "missing.csv")
