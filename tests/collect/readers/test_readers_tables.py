"""Tables, records and parallel files: "csv", "parquet", "json", "text", "huggingface", "moses", "tmx"."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emma.collect.config import SourceConfig
from emma.collect.documents import UniqueRows
from emma.collect.files.datasets import list_hub_shards, list_saved_files, read_hub_rows
from emma.collect.files.opening import open_piece
from emma.collect.files.ranges import Part, Piece
from emma.collect.files.streams import InputFile
from emma.collect.readers.registry import find_reader
from emma.collect.records import RawDocument, Reject
from emma.errors import SourceError
from tests.collect.given import coded, kinds, read, units
from tests.conftest import TEXTS

# csv

SIB = "index_id\tcategory\ttext\n" + "".join(f'{row}\t"x\t{text}\n' for row, text in enumerate(TEXTS.values()))


def test_tabs_in_every_script_and_quotes_that_are_none() -> None:
    found = read("csv", SIB, "sib/swh_Latn/test.tsv.gz")
    assert [each.text for each in found if isinstance(each, RawDocument)] == list(TEXTS.values())
    assert [each.row for each in found] == list(range(2, len(TEXTS) + 2))


def test_quotes_and_lines_inside_cells() -> None:
    found = read("csv", 'lang,text\r\nsw,"a ""b""\nc, d"\r\n\r\nam,ሰላም\r\n')
    assert units(found) == [("sw", 'a "b"\nc, d'), ("am", "ሰላም")]
    assert [each.row for each in found] == [2, 5]


cells = st.text(st.characters(blacklist_characters="\r\n\x00\ufeff", blacklist_categories=("Cs",)), min_size=1)


@settings(deadline=None)
@given(st.lists(st.tuples(cells, cells), min_size=1), st.sampled_from([",", ";", "\t"]))
def test_whatever_python_writes_is_read(rows: list[tuple[str, str]], delimiter: str) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter).writerows([("lang", "text"), *rows])
    found = read("csv", written.getvalue(), options={"delimiter": delimiter, "quotes": True})
    assert units(found) == rows


@pytest.mark.parametrize("first", ["sep=;\r\n", '\ufeff"sep=;"\n', "SEP=;\n"])
def test_a_line_before_the_header_states_the_delimiter(first: str) -> None:
    found = read("csv", f'{first}text;lang\n"a;b";sw\nሰላም, አለም;am\n')
    assert found == [RawDocument(3, "a;b", "sw"), RawDocument(4, "ሰላም, አለም", "am")]


@pytest.mark.parametrize("content", ['[\n{"text": "a"},\n{"text": "b"}\n]', '\ufeff{\n "text": 1\n}', "[1]"])
def test_one_json_value_is_no_lines_of_them(content: str) -> None:
    found = [each for each in read("jsonl", content) if isinstance(each, Reject)]
    assert found and all("use the reader 'json'" in each.reason for each in found)


def test_columns_without_names() -> None:
    assert units(read("csv", "text, lang\nkitabu,sw\n")) == [("sw", "kitabu")], (
        "a column's name has no spaces around it"
    )
    found = read("csv", "soma\t3\nkitabu\t4\n", "mgsm_sw.tsv", fields={"text": "1"}, options={"header": False})
    assert [(each.row, each.text) for each in found if isinstance(each, RawDocument)] == [(1, "soma"), (2, "kitabu")]


def test_rows_that_do_not_fit() -> None:
    found = read("csv", 'text,lang\na\nb,sw\nc,sw,more\n"d" e,sw\nf,sw\n"g,sw')
    assert kinds(found) == ["ragged row", "ragged row", "broken CSV", "broken CSV"]
    assert units(found) == [("sw", "b"), ("sw", "f")]
    bad = [each for each in found if isinstance(each, Reject)]
    assert (bad[0].row, bad[0].raw, bad[0].detail) == (2, b"a", "1 cells under 2 columns")
    assert (bad[3].row, bad[3].raw) == (7, b'"g,sw')


def test_a_line_that_is_no_text_costs_one_row() -> None:
    found = read("csv", b"text,lang\n\xff,sw\nb,sw\n")
    assert kinds(found) == ["invalid UTF-8"] and units(found) == [("sw", "b")]


def test_a_cell_that_is_too_long() -> None:
    found = read("csv", "text,lang\n" + "x" * 200 + ",sw\nb,sw\n", max_row_bytes=100)
    assert kinds(found) == ["row too long"] and units(found) == [("sw", "b")]


def test_a_column_that_is_not_there() -> None:
    (bad,) = read("csv", "body,lang\na,sw\n")
    assert isinstance(bad, Reject) and bad.kind == "missing column"
    assert "no column 'text'" in bad.detail and "body, lang" in bad.detail


@pytest.mark.parametrize(("line", "between"), [("Nr;Text", ";"), ("Nr\tText", "\t"), ("Nr|Text|x", "|")])
def test_cells_between_something_else(line: str, between: str) -> None:
    (bad,) = read("csv", f"{line}\n1{between}neno\n", fields={"text": "Text"})
    assert isinstance(bad, Reject) and bad.detail.endswith(
        f"set `fields` of the source, or its option `delimiter` to {between!r}"
    )
    (bad,) = read("csv", "Nr\nneno\n", fields={"text": "Text"})
    assert isinstance(bad, Reject) and bad.detail.endswith("set `fields` of the source")


def test_another_encoding_is_named_as_what_it_may_be() -> None:
    (bad,) = read("csv", b"text\n\xe4\xe5\n")
    assert isinstance(bad, Reject) and bad.detail.endswith("set `encoding` of the source")


def test_other_encodings_are_declared() -> None:
    found = read("csv", "text,lang\nسلام,fa\n".encode("cp1256"), encoding="cp1256")
    assert kinds(found) == ["invalid UTF-8"], "given to the reader by hand, the file does not know its encoding"
    found = opened("csv", {"f.csv": "text,lang\nسلام,fa\n".encode("cp1256")}, encoding="cp1256")
    assert units(found) == [("fa", "سلام")]
    assert units(opened("jsonl", {"f": '{"text": "سلام", "lang": "fa"}'.encode("utf-16")}, encoding="utf-16")) == [
        ("fa", "سلام")
    ]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def opened(
    reader: str, files: dict[str, bytes], stop: int | None = None, **changes: object
) -> list[RawDocument | Reject]:
    """As `read`, from files on disk that are opened as a task does."""
    values = {"name": "s", "reader": reader, "path": "f", "licence": "CC0-1.0", **changes}
    source = SourceConfig.model_validate(values)
    for name, content in files.items():
        Path(name).write_bytes(content)
    parts = tuple(Part(name=name, mark="", location=str(Path(name).absolute())) for name in files)
    found: list[RawDocument | Reject] = []
    for file in open_piece(Piece(parts=parts, stop=stop), source, 100_000):
        found.extend([file] if isinstance(file, Reject) else coded(file, source))
    return found


# records

RECORD = {
    "meta": {"lang": "sw", "ids": [1, 2]},
    "a.b": "with a dot",
    "title": "Kichwa",
    "paragraphs": [{"text": "moja"}, {"text": None}, {"text": "mbili"}],
    "empty": [],
}


@pytest.mark.parametrize(
    ("fields", "text", "code"),
    [
        ({"text": "title", "lang": "meta.lang"}, "Kichwa", "sw"),
        ({"text": "a.b"}, "with a dot", ""),
        ({"text": "paragraphs.text"}, "moja\nmbili", ""),
        ({"text": ("title", "paragraphs.text"), "lang": "meta.lang"}, "Kichwa\nmoja\nmbili", "sw"),
    ],
)
def test_fields_inside_records(fields: dict[str, object], text: str, code: str) -> None:
    assert units(read("jsonl", json.dumps(RECORD), fields=fields)) == [(code, text)]


@pytest.mark.parametrize(
    ("field", "kind"),
    [("meta", "wrong type"), ("meta.ids", "wrong type"), ("empty", "missing field"), ("title.more", "missing field")],
)
def test_fields_that_are_no_text(field: str, kind: str) -> None:
    (bad,) = read("jsonl", json.dumps(RECORD), fields={"text": field})
    assert isinstance(bad, Reject) and bad.kind == kind and f"'{field}'" in bad.detail


def test_the_address_of_a_text() -> None:
    (unit,) = read("jsonl", '{"text": "a", "lang": "sw", "link": "https://x"}', fields={"url": "link"})
    assert isinstance(unit, RawDocument) and unit.url == "https://x"


# json


def test_records_inside_one_value() -> None:
    data = {
        "data": [{"paragraphs": [{"context": "a", "qas": [{"question": "b?"}]}]}, {"paragraphs": [{"context": "c"}]}]
    }
    found = read(
        "json", json.dumps(data), fields={"text": ["context", "qas.question"]}, options={"records": "data.paragraphs"}
    )
    assert units(found) == [("", "a\nb?"), ("", "c")]
    assert kinds(read("json", "[1]")) == ["missing field"]
    assert kinds(read("json", "[")) == ["broken JSON"]


# parquet and saved data sets


def table(**extra: list[Any]) -> pa.Table:
    return pa.table({"text": list(TEXTS.values()), "lang": list(TEXTS), **extra})


def as_parquet(content: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(content, out, row_group_size=3)
    return out.getvalue()


def test_parquet_of_every_script() -> None:
    found = read("parquet", as_parquet(table(more=[{"deep": "x"}] * len(TEXTS))))
    assert units(found) == [*TEXTS.items()]
    assert [each.row for each in found] == list(range(1, len(TEXTS) + 1))
    deep = read("parquet", as_parquet(table(more=[{"deep": "x"}] * len(TEXTS))), fields={"text": "more.deep"})
    assert {text for _, text in units(deep)} == {"x"}


def test_parquet_that_cannot_go_back(tmp_path: Path) -> None:
    import tarfile

    content = as_parquet(table())
    with tarfile.open("a.tar", "w") as tar:
        info = tarfile.TarInfo("x.parquet")
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
    assert units(opened("parquet", {"a.tar": Path("a.tar").read_bytes()}, member="*.parquet")) == [*TEXTS.items()]


def test_parquet_that_is_broken() -> None:
    content = as_parquet(table())
    assert kinds(read("parquet", content[:-9])) == ["broken file"]
    middle = bytearray(as_parquet(pa.table({"text": ["abcdefgh" * 9] * 9, "lang": ["sw"] * 9})))
    middle[4:200] = b"\xff" * 196
    assert kinds(read("parquet", bytes(middle)))[-1:] == ["broken file"]


def variable(number: int) -> bytes:
    """A positive number as Thrift's compact protocol writes it."""
    number *= 2
    low = [number >> 7 * at & 0x7F for at in range(-(-number.bit_length() // 7))]
    return bytes([*(each | 0x80 for each in low[:-1]), low[-1]])


@pytest.mark.parametrize("claimed", [12_346, 1 << 36, 1 << 62])
def test_parquet_metadata_may_give_any_number_of_rows(claimed: int) -> None:
    """Memory and counts are those of the rows that there are."""
    written = io.BytesIO()
    rows = pa.table({"text": [f"ጤና {row}" for row in range(12_355)], "lang": ["am"] * 12_355})
    with pq.ParquetWriter(written, rows.schema) as writer:
        writer.write_table(rows.slice(0, 12_345))
        writer.write_table(rows.slice(12_345))
    content = written.getvalue()
    size = int.from_bytes(content[-8:-4], "little")
    before, first, after = content[-8 - size : -8].rpartition(variable(12_345))  # the number of the first group
    footer = before + variable(claimed) + after
    found = list(
        UniqueRows(read("parquet", content[: -8 - size] + footer + len(footer).to_bytes(4, "little") + b"PAR1"))
    )
    (bad,) = [each for each in found if isinstance(each, Reject)]
    assert first and len(units(found)) == 12_355
    assert bad.row == 12_346 and 1 <= bad.units <= 9 * len(content)


def test_parquet_text_that_is_not_utf8_costs_its_row() -> None:
    column = pa.array([b"a", b"\xff", b"c"], pa.binary()).cast(pa.string(), safe=False)
    found = read("parquet", as_parquet(pa.table({"text": column, "lang": ["sw"] * 3})))
    assert kinds(found) == ["invalid UTF-8"] and units(found) == [("sw", "a"), ("sw", "c")]


def test_parquet_nulls_and_missing_columns() -> None:
    found = read("parquet", as_parquet(pa.table({"text": ["a", None], "lang": ["sw", "sw"]})))
    assert kinds(found) == ["missing field"] and units(found) == [("sw", "a")]
    (bad,) = [each for each in found if isinstance(each, Reject)]
    assert json.loads(bad.raw) == {"text": None, "lang": "sw"}
    assert kinds(read("parquet", as_parquet(pa.table({"body": ["a"]})))) == ["missing column"]


def test_a_folder_that_datasets_saved(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    pairs = [{"en": "dog", "sw": "mbwa"}, {"en": "cat", "sw": "paka"}, {"en": "cow", "sw": "ng'ombe"}]
    split = datasets.Dataset.from_dict({"translation": pairs})
    datasets.DatasetDict({"train": split}).save_to_disk(tmp_path / "saved", num_shards={"train": 2})
    (tmp_path / "saved/train/cache-1.arrow").write_bytes(b"what `map` leaves behind")
    source = SourceConfig(name="s", reader="huggingface", path="saved", licence="x")
    files = list_saved_files(tmp_path / "saved", source)
    assert [file.name for file in files] == ["data-00000-of-00002.arrow", "data-00001-of-00002.arrow"]
    fields = {"text": "translation.en", "text2": "translation.sw"}
    found = [each for file in files for each in opened("huggingface", {str(file): file.read_bytes()}, fields=fields)]
    assert [(each.text, each.text2) for each in found if isinstance(each, RawDocument)] == [
        *map(tuple, map(dict.values, pairs))
    ]
    assert kinds(opened("huggingface", {"x.arrow": b"nonsense"})) == ["broken file"]


@pytest.fixture
def on_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The hub's stand-in: the library itself, sent to a folder instead of the network."""
    datasets = pytest.importorskip("datasets")
    (tmp_path / "repo").mkdir()
    for shard in range(2):
        lines = [json.dumps({"text": f"{shard}-{row}", "lang": "sw"}) for row in range(3)]
        (tmp_path / "repo" / f"train-{shard}.jsonl").write_text("\n".join(lines))
    load, asked = datasets.load_dataset, []

    def here(name: str, config: str | None, **arguments: Any) -> Any:
        asked.append((name, arguments.pop("revision")))
        if name != "owner/name":
            raise FileNotFoundError(name)
        return load(str(tmp_path / "repo"), config, **arguments)

    monkeypatch.setattr(datasets, "load_dataset", here)
    return lambda: asked


HUB_SOURCE = SourceConfig(name="s", reader="huggingface", path="f", licence="CC0-1.0")


def test_a_data_set_of_the_hub(on_hub: Callable[..., Any]) -> None:
    commit = "0123456789" * 4
    shards = list_hub_shards(HUB_SOURCE, f"hub:owner/name@{commit}")
    assert [each.name for each in shards] == [f"owner/name@{commit}/train/0000{shard}" for shard in range(2)]
    assert len({each.mark for each in shards}) == 2
    for shard, each in enumerate(shards):
        piece = Piece(parts=(Part(name=each.name, mark=each.mark, location=each.location),))
        (file,) = open_piece(piece, HUB_SOURCE, 1000)
        assert isinstance(file, InputFile)
        rows = units(list(find_reader(HUB_SOURCE).read(file, HUB_SOURCE)))
        assert rows == [("sw", f"{shard}-{row}") for row in range(3)]
    assert {revision for _, revision in on_hub()} == {commit}


@pytest.mark.parametrize(
    ("path", "why"),
    [("hub:owner/name", "best with a commit"), (f"hub:no/such@{'0' * 40}", "could not be listed.*token")],
)
def test_a_data_set_that_the_hub_does_not_have(on_hub: Callable[..., Any], path: str, why: str) -> None:
    with pytest.raises(SourceError, match=why):
        list_hub_shards(HUB_SOURCE, path)


def test_a_hub_that_fails_on_the_way_stops_the_run(on_hub: Callable[..., Any], tmp_path: Path) -> None:
    shard, *_ = list_hub_shards(HUB_SOURCE, f"hub:owner/name@{'1' * 40}")
    (tmp_path / "repo/train-0.jsonl").write_text("{")
    with pytest.raises(SourceError, match=r"owner/name.*shard 0"):
        list(read_hub_rows(shard.location))


# text


@pytest.mark.parametrize("label", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030"])
def test_text_by_its_bytes(label: str, encoding: str) -> None:
    content = TEXTS[label].encode(encoding)
    declared = {"encoding": encoding} if encoding == "gb18030" else {}
    assert units(opened("text", {f"{label}.devtest.txt": content}, **declared)) == [(label, TEXTS[label])]


LATIN1 = "Alle mennesker er født frie og med samme menneskeverd og menneskerettigheter. De er utstyrt med fornuft. " * 3


def test_a_guessed_encoding_says_so() -> None:
    (unit,) = read("text", LATIN1.encode("cp1252"), "nb.txt")
    assert isinstance(unit, RawDocument) and unit.text == LATIN1
    assert unit.repair is not None and unit.repair.startswith("read as ")


def test_bytes_that_are_no_text() -> None:
    noise = bytes(number * number % 256 for number in range(3000))
    assert kinds(read("text", noise)) == ["not text"]
    late = read("text", b"abc\n" * 30_000 + b"\xff\xfe\xfd\n", options={"unit": "line"})
    assert kinds(late) == ["unknown encoding"] and late[-1].row == 30_001


def test_units_of_text() -> None:
    content = "\n \na\nb\n\n\nc\n"
    assert [each.row for each in read("text", content, options={"unit": "line"})] == [3, 4, 7]
    paragraphs = read("text", content, options={"unit": "paragraph"})
    assert [(each.row, each.text) for each in paragraphs if isinstance(each, RawDocument)] == [(3, "a\nb"), (7, "c")]
    (document,) = read("text", content, "swh_Latn.a.txt.gz")
    assert (document.row, document.text, document.code) == (1, content, "swh_Latn")


def test_paragraphs_that_are_too_long() -> None:
    content = "a\n" * 100 + "\nb\n\n" + "c" * 99
    found = read("text", content, options={"unit": "paragraph"}, max_row_bytes=80)
    assert [(each.row, each.kind if isinstance(each, Reject) else each.text) for each in found] == [
        (1, "row too long"),
        (102, "b"),
        (104, "row too long"),
    ]


# moses

SIDES = {"news.en": b"dog\n\ncat\n\xff\nlast\n", "news.sw": b"mbwa\n\npaka\nng'ombe\nmwisho\n"}


def test_two_files_side_by_side() -> None:
    found = opened("moses", SIDES)
    assert [
        (each.row, each.code, each.text, each.code2, each.text2) for each in found if isinstance(each, RawDocument)
    ] == [
        (1, "en", "dog", "sw", "mbwa"),
        (3, "en", "cat", "sw", "paka"),
        (5, "en", "last", "sw", "mwisho"),
    ]
    (bad,) = [each for each in found if isinstance(each, Reject)]
    assert (bad.row, bad.kind, bad.detail[:8]) == (4, "invalid UTF-8", "news.en:")


@pytest.mark.parametrize(
    ("one", "two"), [("a\nb\nc", "A\n"), ("a\nb", "A\nB\nC\n"), ("a\n\n\n", ""), ("a\nb\n", "A\nB\n\n")]
)
@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_files_that_differ_in_length_are_refused_whole(one: str, two: str, suffix: str) -> None:
    import gzip

    import zstandard

    pack = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress}[suffix]
    (bad,) = opened("moses", {f"f.en{suffix}": pack(one.encode()), f"f.sw{suffix}": pack(two.encode())})
    assert isinstance(bad, Reject) and (bad.row, bad.kind, bad.unread) == (0, "files differ in length", len(one))
    assert bad.units == max(len(one.splitlines()), len(two.splitlines()))


def test_files_that_differ_in_length_inside_an_archive() -> None:
    import zipfile

    with zipfile.ZipFile("x.zip", "w") as packed:
        for name, content in {**SIDES, "more.en": b"dog\n", "more.sw": b"mbwa\npaka\n"}.items():
            packed.writestr(name, content)
    found = opened("moses", {"x.zip": Path("x.zip").read_bytes()}, member="*")
    assert [each.units for each in found if isinstance(each, Reject)] == [2, 1]
    assert [each.text for each in found if isinstance(each, RawDocument)] == ["dog", "cat", "last"]


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_pairs_before_the_damage_are_kept(suffix: str) -> None:
    import gzip
    import random

    import zstandard

    pack = {".gz": gzip.compress, ".zst": zstandard.compress}[suffix]
    lines = ["".join(random.Random(row).choices("ابتثجحخد", k=50)) for row in range(20_000)]
    packed = pack("\n".join(lines).encode())
    found = opened("moses", {f"f.ar{suffix}": packed[: len(packed) // 2], "f.en": b"line\n" * 20_000})
    good = [each.text for each in found if isinstance(each, RawDocument)]
    assert 5_000 < len(good) < 15_000 and good == lines[: len(good)]
    assert set(kinds(found)) == {"broken file", "no counterpart"} and len(found) == 20_000


def test_pairs_inside_a_zip_archive() -> None:
    import zipfile

    with zipfile.ZipFile("opus.zip", "w") as packed:
        for name, content in {**SIDES, "README": b"read me", "lone.en": b"x"}.items():
            packed.writestr(f"T/{name}", content)
    found = opened("moses", {"opus.zip": Path("opus.zip").read_bytes()}, member="*.??")
    assert [each.text for each in found if isinstance(each, RawDocument)] == ["dog", "cat", "last"]
    assert kinds(found) == ["no pair", "invalid UTF-8"]


# tmx

TMX = """<?xml version="1.0"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header srclang="{srclang}"/><body>
<tu><tuv xml:lang="am"><seg>ውሻ</seg></tuv><tuv xml:lang="en-GB"><seg>the
 <bpt i="1">&lt;b&gt;</bpt>dog<ept i="1">&lt;/b&gt;</ept></seg></tuv><tuv lang="th"><seg>หมา</seg></tuv></tu>
<tu><note>n</note><tuv xml:lang="en"><seg>cat &amp; mouse</seg></tuv></tu>
<tu><tuv xml:lang="en"><prop>p</prop><seg>cow</seg></tuv><tuv xml:lang="sw"><seg>ng'<hi>ombe</hi></seg></tuv></tu>
</body></tmx>"""


@pytest.mark.parametrize("option", ["all", "source"])
def test_an_entry_of_a_translation_memory_has_no_more_segments_than_there_are_languages(option: str) -> None:
    entry = "<tu>" + "".join(f'<tuv xml:lang="x-{at}"><seg>ⵣ</seg></tuv>' for at in range(1_001)) + "</tu>"
    found = read("tmx", TMX.format(srclang="en").replace("</body>", f"{entry}</body>"), options={"pairs": option})
    assert kinds(found)[-1:] == ["too many segments"] and len(found) < 10


def pairs(found: list[RawDocument | Reject]) -> list[tuple[str, str, str, str | None]]:
    return [(each.code, each.text, each.code2, each.text2) for each in found if isinstance(each, RawDocument)]


def test_memories_from_their_source_language() -> None:
    found = read("tmx", TMX.format(srclang="EN"))
    assert pairs(found) == [
        ("en-GB", "the dog", "am", "ውሻ"),
        ("en-GB", "the dog", "th", "หมา"),
        ("en", "cow", "sw", "ng'ombe"),
    ]
    assert [each.row for each in found] == [1, 2, 3, 4]
    (bad,) = [each for each in found if isinstance(each, Reject)]
    assert (bad.row, bad.kind, bad.raw) == (3, "no counterpart", b"en: cat & mouse")


def test_memories_without_a_source_language() -> None:
    assert [each[::2] for each in pairs(read("tmx", TMX.format(srclang="*all*")))] == [
        ("am", "en-GB"),
        ("am", "th"),
        ("en", "sw"),
    ]
    every = read("tmx", TMX.format(srclang="en"), options={"pairs": "all"})
    assert [each[::2] for each in pairs(every)] == [("am", "en-GB"), ("am", "th"), ("en-GB", "th"), ("en", "sw")]
    assert kinds(read("tmx", TMX.format(srclang="fr"))) == ["no counterpart"] * 3


def test_memories_that_break_off() -> None:
    whole = TMX.format(srclang="en")
    found = read("tmx", whole[: whole.index("cow")])
    assert len(pairs(found)) == 2 and kinds(found) == ["no counterpart", "broken XML"]


def test_a_language_that_only_the_recipe_knows() -> None:
    row = json.dumps({"iso639p3": "cmn", "text": "shū", "translation": "the book"})
    fields = {"text": "text", "lang": "iso639p3", "text2": "translation"}
    assert pairs(read("jsonl", row, fields=fields, lang2="eng_Latn")) == [("cmn", "shū", "", "the book")]
