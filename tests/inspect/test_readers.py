"""What is told of readers, and that each example reads a file of its format."""

import bz2
import gzip
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from emma.cli.main import main
from emma.collect.checks import check_recipe
from emma.collect.config import CollectConfig
from emma.collect.documents import read_file
from emma.collect.files.inputs import find_files
from emma.collect.files.opening import open_range
from emma.collect.files.ranges import range_of_whole_files
from emma.collect.readers import registry
from emma.collect.readers.registry import BUILT_IN
from emma.collect.records import Reject
from emma.collect.sink import DocumentSink
from emma.collect.text.naming import Naming
from emma.errors import RecipeError
from emma.inspect.readers import ReaderFacts, find_facts, list_facts, render_list, render_text
from emma.store import shards
from emma.ui.terminal import WIDTH

TEXT = "Watu wote wamezaliwa huru, hadhi na haki zao ni sawa."
PAGE = f"<html lang='sw'><body><article><p>{(TEXT + ' ') * 8}</p></article></body></html>"
HTTP = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{PAGE}".encode()


def write_row(path: Path, language: dict[str, object], text: str) -> None:
    pq.write_table(pa.Table.from_pylist([{text: TEXT, **language}]), path)


CONTAINER = "<container><rootfile full-path='book.opf' media-type='application/oebps-package+xml'/></container>"


def make_epub(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("META-INF/container.xml", CONTAINER)
        book.writestr(
            "book.opf",
            "<package xmlns:dc='http://purl.org/dc/elements/1.1/'><metadata><dc:language>sw</dc:language></metadata>"
            "<manifest><item id='a' href='a.xhtml' media-type='application/xhtml+xml'/></manifest>"
            "<spine><itemref idref='a'/></spine></package>",
        )
        book.writestr("a.xhtml", f"<html><body><p>{TEXT}</p></body></html>")


def make_warc(path: Path) -> None:
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://example.org/\r\n"
        "WARC-Date: 2026-11-28T10:00:00Z\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000001>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(HTTP)}\r\n\r\n"
    )
    path.write_bytes(gzip.compress(head.encode() + HTTP + b"\r\n\r\n"))


Make = Callable[[Path], None] | str
FILES: dict[str, dict[str, Make]] = {
    "android": {"res/values-sw/strings.xml": f"<resources><string name='a'>{TEXT}</string></resources>"},
    "ces": {
        "bibles/Swahili-NT.xml": "<cesDoc><cesHeader><langUsage><language iso639='swh'/></langUsage></cesHeader><text>"
        f"<body><div type='chapter'><seg>{TEXT}</seg></div></body></text></cesDoc>"
    },
    "code": {"src/one.py": "print(1)\n"},
    "conllu": {"treebanks/sw_x-ud-test.conllu": f"# text = {TEXT}\n1\tWatu\t_\t_\t_\t_\t_\t_\t_\t_\n\n"},
    "csv": {"radio/one.csv": f"body;locale;link\n{TEXT};sw;https://example.org\n"},
    "docstrings": {"src/one.py": '"""All human beings are born free."""\n'},
    "epub": {"books/one.epub": make_epub},
    "gettext": {"locale/sw/LC_MESSAGES/x.po": f'msgid ""\nmsgstr "Language: sw\\n"\n\nmsgid "a"\nmsgstr "{TEXT}"\n'},
    "html": {"pages/a/one.html": PAGE},
    "huggingface": {"stories/train-00000-of-00001.parquet": lambda path: write_row(path, {"language": "sw"}, "story")},
    "jats": {"articles/one.xml": f"<article xml:lang='sw'><body><p>{TEXT}</p></body></article>"},
    "json": {"quiz/one.json": f'{{"data": {{"items": [{{"question": "{TEXT}", "language": "sw"}}]}}}}'},
    "jsonl": {"news/one.jsonl": f'{{"title": "Watu", "body": "{TEXT}", "meta": {{"language": "sw"}}}}\n'},
    "markdown": {"blog/one.md": f"---\nlang: sw\n---\n# Watu\n\n{TEXT}\n"},
    "mediawiki_dump": {
        "dumps/swwiki-pages-articles.xml.bz2": "<mediawiki xml:lang='sw'><page><title>Watu</title><ns>0</ns><revision>"
        f"<text>{TEXT}</text></revision></page></mediawiki>"
    },
    "mediawiki_json": {"i18n/sw.json": f'{{"@metadata": {{}}, "a": "{TEXT}"}}'},
    "messages_json": {"locales/sw.json": f'{{"menu": {{"a": "{TEXT}"}}}}'},
    "moses": {"opus/news.en": "All human beings are born free.\n", "opus/news.sw": f"{TEXT}\n"},
    "osis": {"bibles/one.osis.xml": f"<osis><osisText xml:lang='sw'><verse>{TEXT}</verse></osisText></osis>"},
    "parquet": {"crawl/a/one.parquet": lambda path: write_row(path, {"meta": {"lang": "sw"}}, "content")},
    "storybook": {"stories/sw/one.md": f"# Watu\n\n##\n{TEXT}\n\n##\n* License: [CC-BY]\n* Language: sw\n"},
    "tei": {"drama/one.xml": f"<TEI xml:lang='sw'><text><body><div><p>{TEXT}</p></div></body></text></TEI>"},
    "text": {"letters/a/swh-1907.txt": f"{TEXT}\n\n{TEXT}\n"},
    "tmx": {
        "memories/one.tmx": "<tmx><header srclang='en'/><body><tu><tuv xml:lang='en'><seg>All are born free."
        f"</seg></tuv><tuv xml:lang='sw'><seg>{TEXT}</seg></tuv></tu></body></tmx>"
    },
    "topics": {},
    "udhr": {"udhr/udhr_swh.xml": f"<udhr xml:lang='sw'><article><para>{TEXT}</para></article></udhr>"},
    "usfx": {"bibles/swh-new.usfx.xml": f"<usfx><c id='1'/><v id='1'/>{TEXT}<ve/></usfx>"},
    "warc": {"crawl/one.warc.gz": make_warc},
    "xhtml": {"books/a/one.xhtml": f"<html lang='sw'><body><p>{TEXT}</p></body></html>"},
}
"""A small file of each format, where its example looks for one."""


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_example_reads_a_file_of_its_format(name: str, tmp_path: Path) -> None:
    facts = find_facts(name)
    for file, content in FILES[name].items():
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        if not isinstance(content, str):
            content(path)
        else:
            path.write_bytes(bz2.compress(content.encode()) if path.suffix == ".bz2" else content.encode())
    section = CollectConfig.model_validate(tomllib.loads(facts.example)["collect"])
    check_recipe(section)
    (source,) = section.sources
    files = find_files(source, tmp_path).groups
    with DocumentSink(tmp_path, source) as sink:
        for group in files:
            for file in open_range(range_of_whole_files([(each, "") for each in group]), source, 10**7):
                assert not isinstance(file, Reject)
                read_file(file, source, Naming(source, {}), sink)
    assert shards.read(tmp_path / "rejects.parquet")["reason"].to_pylist() == []
    assert sink.counts()["rows_out"] > 0
    (lang,) = {*shards.read(tmp_path / "documents.parquet", ["lang"])["lang"].to_pylist()}
    own = {"code": ["zxx_Zyyy"], "docstrings": ["eng_Latn"], "topics": ["eng_Latn"]}
    assert lang in own.get(name, ["swa_Latn", "swh_Latn"])  # `sw` is the macrolanguage


@pytest.mark.parametrize("facts", list_facts(), ids=lambda facts: str(facts.name))
def test_all_is_told_of_every_reader(facts: ReaderFacts) -> None:
    assert facts.purpose and facts.language and facts.example and not facts.purpose.endswith(".")
    assert all(option.help.endswith(".") for option in facts.options)
    assert all(len(line) <= WIDTH for line in render_text(facts))


def test_the_list_names_every_reader() -> None:
    shown = "\n".join(render_list(list_facts()))
    assert all(f"\n{name} " in shown for name in BUILT_IN)
    assert max(map(len, shown.splitlines())) <= WIDTH


def test_options_are_shown_with_what_they_take() -> None:
    shown = "\n".join(render_text(find_facts("text")))
    assert 'unit = "document" or "paragraph" or "line" (unless said: "document")' in shown


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["readers"]) == 0 and "csv" in capsys.readouterr().out
    assert main(["readers", "tmx", "--json"]) == 0
    assert '"name": "pairs"' in capsys.readouterr().out
    assert main(["readers", "tsv"]) == 1
    assert "reader = 'csv'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "def read(file, source):\n    'Read subtitles, a line each.'\n    yield from ()\n",
            "Read subtitles, a line each",
        ),
        ("import emma_no_such_module\n", "cannot be loaded (No module named 'emma_no_such_module')"),
    ],
)
def test_readers_of_other_packages(content: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "emma_vtt-1.0.dist-info"
    info.mkdir()
    (tmp_path / "emma_vtt.py").write_text(content)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: emma_vtt\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[emma.readers]\nvtt = emma_vtt:read\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "emma_vtt", raising=False)
    registry._entry_points.cache_clear()
    try:
        (facts,) = [each for each in list_facts() if each.package == "emma_vtt 1.0"]
        shown = " ".join("\n".join(render_list([facts])).split())
        assert facts.name == "vtt" and said in shown and "(of emma_vtt 1.0)" in shown
    finally:
        registry._entry_points.cache_clear()


def test_a_reader_that_there_is_not() -> None:
    with pytest.raises(RecipeError, match="there is no reader 'pdf'"):
        find_facts("pdf")
