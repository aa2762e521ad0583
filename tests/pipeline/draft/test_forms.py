"""The form of a file by its first bytes."""

import pytest

from emma.pipeline.draft.forms import find_form


@pytest.mark.parametrize(
    "name, head, readers",
    [
        ("a.json", b'{"@metadata": {}, "a": "b"}', ("json",)),
        ("a", b'{"text": "a"}\n{"text": "b"}\n', ("jsonl", "json")),
        ("a.jsonl", b'\xef\xbb\xbf{"text": "a"}\n', ("jsonl", "json")),
        ("a.po", b'# x\nmsgid ""\nmsgstr ""\n', ("gettext",)),
        ("sme-ud-test.conllu", b"# text = Mun lean\n1\tMun\tmun\tPRON\tPron\n", ("conllu",)),
        ("a.xml", b'<?xml version="1.0"?><!DOCTYPE tmx><tmx version="1.4">', ("tmx",)),
        ("a.xml", b'<TEI xmlns="http://www.tei-c.org/ns/1.0">', ("tei",)),
        ("a.xml", b"<!-- a --><resources>", ("android",)),
        ("a.html", b"<!DOCTYPE html><html lang='sw'>", ("html",)),
        ("a.xhtml", b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">', ("xhtml", "html")),
        ("a.md", "# ߒߞߏ\n\nߡߐ߱".encode(), ("markdown", "text")),
        ("a.warc", b"WARC/1.0\r\n", ("warc",)),
        ("a.tsv", "id\ttext\n1\tⴰⵔ ⴷ\n".encode(), ("csv", "text")),
        ("a.txt", "የሰው፡ልጅ፡ሁሉ".encode(), ("text", "csv")),
        ("a.txt", "யாவரும் கேளிர்".encode("utf-16"), ("text", "csv")),
        ("a.py", b"import os\n", ("code",)),
    ],
)
def test_readers(name: str, head: bytes, readers: tuple[str, ...]) -> None:
    assert find_form(name, head).readers == readers


@pytest.mark.parametrize(
    "name, head, why",
    [
        ("a.pdf", b"%PDF-1.4\n", "PDF"),
        ("a.srt", b"1\n00:00:01,000 --> 00:00:02,000\nHabari\n", "subtitles"),
        ("a.xml", b"<rss><channel/></rss>", "<rss>"),
        ("a.bin", b"\x01\x02", "model"),
        ("a.toml", b"a = 1\n", "settings"),
        ("a.txt", b"", "nothing"),
    ],
)
def test_what_no_reader_takes(name: str, head: bytes, why: str) -> None:
    assert why in find_form(name, head).why
