"""XML as a stream: what it says in any encoding, and what it refuses."""

import gzip
import io
import random
import tracemalloc
from typing import IO, cast

import pytest

from emma.collect.files.streams import InputFile
from emma.collect.formats.text_builder import TextBuilder, collapse_layout
from emma.collect.formats.xml_bytes import CHUNK_BYTES, Utf8Stream
from emma.collect.formats.xml_events import End, RecordElements, Start, Text, read_events, skip_elements
from emma.collect.records import RawDocument, Reject
from tests.conftest import TEXTS


def given(data: bytes, max_row_bytes: int = 1 << 20) -> InputFile:
    return InputFile("f", io.BytesIO(data), max_row_bytes)


def text_of(file: InputFile) -> str:
    return "".join(each.text for each in read_events(file) if isinstance(each, Text))


def test_events_without_prefixes() -> None:
    found = list(
        read_events(given(b'<?xml version="1.0"?><!-- c --><x:a xml:lang="am"><b n="1"/>t<![CDATA[<]]></x:a>'))
    )
    assert found == [Start("a", {"xml:lang": "am"}), Start("b", {"n": "1"}), End("b"), Text("t"), Text("<"), End("a")]


@pytest.mark.parametrize("label", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_encodings(label: str, encoding: str) -> None:
    declared = "utf-8" if encoding == "utf-8-sig" else encoding
    document = f"<?xml version='1.0' encoding='{declared}'?>\n<a>{TEXTS[label]}</a>"
    assert text_of(given(document.encode(encoding))) == TEXTS[label]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("windows-1251", "Привіт"), ("gb18030", TEXTS["zho_Hans"]), ("big5", "尊嚴"), ("tis-620", "ไทย")],
)
def test_other_encodings_that_are_declared(encoding: str, text: str) -> None:
    document = f'<?xml version="1.0" encoding="{encoding}"?><a>{text}</a>'
    assert text_of(given(document.encode(encoding))) == text


def test_the_source_may_know_better() -> None:
    file = given("<?xml version='1.0' encoding='utf-8'?><a>Привіт</a>".encode("cp1251"))
    file.encoding = "cp1251"
    assert text_of(file) == "Привіт"


def test_entities_of_the_web_are_known_where_a_dtd_is_only_named() -> None:
    named = b'<!DOCTYPE article PUBLIC "-//NLM//DTD" "jats.dtd"><article>&eacute;&thetas;&amp;</article>'
    assert text_of(given(named)) == "éϑ&" or text_of(given(named)).startswith("é")


BOMB = """<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">]><a>&y;</a>"""


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (BOMB, "declared entity"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "declared entity"),
        ('<!DOCTYPE a [<!ENTITY % x SYSTEM "http://localhost/x">%x;]><a/>', "declared entity"),
        ("<a>&x;</a>", "broken XML"),
        ("<a><b></a>", "broken XML"),
        ("", "broken XML"),
        ("no xml", "broken XML"),
        ("<?xml version='1.0' encoding='klingon'?><a/>", "unknown encoding"),
        ("<?xml version='1.0' encoding='ascii'?><a>\u00e9</a>", "invalid ascii"),
    ],
)
def test_refused(document: str, kind: str) -> None:
    (bad,) = [each for each in read_events(given(document.encode())) if isinstance(each, Reject)]
    assert bad.kind == kind
    assert bad.detail.startswith(f"line {max(1, bad.row)}, column")


def test_bytes_that_are_not_what_is_declared() -> None:
    found = list(read_events(given(b"<?xml version='1.0' encoding='big5'?><a>\xff\xff</a>")))
    assert [each.kind for each in found if isinstance(each, Reject)] == ["invalid big5"]


def test_what_stands_before_damage_is_read() -> None:
    whole = b"<a>" + b"".join(b"<b>%d</b>" % number for number in range(50_000)) + b"</a>"
    cut = gzip.compress(whole)[:-5000]
    with gzip.open(io.BytesIO(cut)) as stream:
        found = list(read_events(InputFile("f.gz", cast(IO[bytes], stream), 1 << 20)))
    assert sum(isinstance(each, Text) for each in found) > 10_000
    assert isinstance(found[-1], Reject) and found[-1].kind == "broken file"


def test_memory_does_not_grow_with_the_file() -> None:
    class Long(io.RawIOBase):
        """Eight megabytes of paragraphs."""

        pieces = iter([b"<a>", *[b"<p>" + b"x" * 1990 + b"</p>\n\n"] * 4000, b"</a>"])

        def read1(self, _size: int) -> bytes:
            return next(self.pieces, b"")

    tracemalloc.start()
    count = sum(isinstance(each, End) for each in read_events(InputFile("f", cast(IO[bytes], Long()), 1 << 20)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 4001 and peak < 1_000_000


def test_a_tag_without_end_is_bounded() -> None:
    found = list(read_events(given(b'<a b="' + b"x" * 1_000_000, max_row_bytes=200_000)))
    assert [each.kind for each in found if isinstance(each, Reject)] == ["row too long"]


def test_without_leaves_whole_elements_out() -> None:
    found = skip_elements(
        read_events(given(b"<a>1<n>2<b>3</b><n>4</n></n>5<n/>6</a>")), lambda start: start.name == "n"
    )
    assert "".join(each.text for each in found if isinstance(each, Text)) == "156"


# Damage

TU = RecordElements(frozenset({"tu"}), flat=True)
MEMORY = "<tmx><body>{}</body></tmx>"


def memory(*texts: str, head: str = "") -> str:
    return head + MEMORY.format("".join(f"<tu>{text}</tu>" for text in texts))


def read_on(file: InputFile, records: RecordElements = TU) -> tuple[list[str], list[Reject]]:
    """The texts of records in which nothing is broken, and what is."""
    texts, rejects, runs = list[str](), list[Reject](), None
    for event in read_events(file, records):
        match event:
            case Reject():
                rejects.append(event)
                runs = None
            case Start("tu"):
                runs = list[str]()
            case Text(text) if runs is not None:
                runs.append(text)
            case End("tu") if runs is not None:
                texts.append("".join(runs))
                runs = None
    return texts, rejects


@pytest.mark.parametrize(
    ("encoding", "text", "bad"),
    [
        ("utf-8", "ጤና", b"\xff"),
        ("utf-8-sig", "ጤና", b"\xe1\x88"),
        ("utf-16", "ጤና", b"\x00\xd8"),
        ("utf-16-be", "ጤና", b"\xd8\x00"),
        ("windows-1251", "Привіт", b"\x98"),
        ("big5", "尊嚴", b"\xff"),
        ("gb18030", "尊严", b"\xff"),
        ("ascii", "a", b"\xe9"),
    ],
)
def test_one_bad_character_in_any_encoding(encoding: str, text: str, bad: bytes) -> None:
    declared = {"utf-8-sig": "utf-8", "utf-16-be": "utf-16"}.get(encoding, encoding)
    document = memory(text, f"{text}@{text}", text, head=f"<?xml version='1.0' encoding='{declared}'?>\n")
    first, _, last = document.partition("@")
    without_mark = {"utf-16": "utf-16-le", "utf-8-sig": "utf-8"}.get(encoding, encoding)
    data = first.encode(encoding) + bad + last.encode(without_mark)
    texts, rejects = read_on(given(data))
    assert texts == [text, text]
    assert [(each.row, each.units, each.unread) for each in rejects] == [(2, 1, 0)]


def test_a_declaration_of_utf_16_in_utf_8_is_wrong() -> None:
    assert read_on(given(memory("ሀ", head="<?xml version='1.0' encoding='utf-16'?>").encode())) == (["ሀ"], [])


def test_entities_of_the_web_are_known_after_damage_too() -> None:
    head = '<!DOCTYPE tmx PUBLIC "-//LISA//DTD" "tmx14.dtd">'
    assert read_on(given(memory("a & b", "&eacute;", head=head).encode()))[0] == ["é"]
    texts, rejects = read_on(given(memory("a & b", "&eacute;", "c").encode()))
    assert (texts, len(rejects)) == (["c"], 2)


def test_where_the_second_fault_is() -> None:
    document = memory("a", "\n\n ሀ & b", "c", "\nሀ & b")
    assert [each.detail.split(":")[0] for each in read_on(given(document.encode()))[1]] == [
        "line 3, column 4",
        "line 4, column 3",
    ]


def test_documents_one_after_the_other() -> None:
    two = "".join(memory(each, "x & y", each, head="<?xml version='1.0'?>") for each in "ab")
    texts, rejects = read_on(given(two.encode()))
    assert (texts, len(rejects)) == (["a", "a", "b", "b"], 3)


def test_what_earlier_damage_left_open_is_no_damage_of_its_own() -> None:
    open_record = memory("a", "x</wrong>", "b").replace("x</wrong></tu>", "x</wrong>")
    texts, rejects = read_on(given(open_record.encode()), RecordElements(frozenset({"tu"})))
    assert (texts, len(rejects)) == (["a", "b"], 1)


def test_a_file_that_is_refused_says_how_much_it_has() -> None:
    document = memory(*"abc" * 30_000, head='<!DOCTYPE tmx [<!ENTITY x "y">]>').encode()
    assert [(each.units, each.unread) for each in read_on(given(document))[1]] == [(90_000, len(document) - 26)]
    unknown = memory(*"abc", head="<?xml version='1.0' encoding='klingon'?>").encode()
    assert [(each.units, each.unread) for each in read_on(given(unknown))[1]] == [(3, len(unknown))]


class Drops(io.BytesIO):
    """A stream that comes a few bytes at a time."""

    def read1(self, size: int | None = -1, /) -> bytes:
        return self.read(7)


DAMAGES = [
    "& ",
    "<i>",
    "</i>",
    "<!-- ",
    "<![CDATA[",
    "<?x ",
    "\x01",
    "&#1;",
    "<tu>",
    "</tu>",
    "</body>",
    "<",
    "<a b='",
    "]]>",
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_pieces_do_not_matter(damage: str) -> None:
    document = memory("ሀ<b c='d'>x</b>", f"y{damage}z", "<![CDATA[a]]><!-- b -->c", f"{damage}", "d").encode()
    cut = InputFile("f", cast(IO[bytes], Drops(document)), 1 << 20)
    assert read_on(cut) == read_on(given(document))
    assert read_on(given(document))[0].count("d") == 1


def test_any_damage_ends_in_balanced_events() -> None:
    generator = random.Random(7)
    whole = memory(*(f"<tuv xml:lang='am'><seg>ሀ &amp; {number}</seg></tuv>" for number in range(9))).encode()
    for _ in range(400):
        data, pieces = bytearray(whole), [each.encode() for each in DAMAGES]
        for _ in range(generator.randint(1, 3)):
            at = generator.randrange(len(data))
            data[at : at + generator.choice([0, 0, 1, 9])] = generator.choice(pieces)
        depth, found = list[str](), list(read_events(given(bytes(data)), TU))
        for event in found:
            if isinstance(event, Start):
                depth.append(event.name)
            elif isinstance(event, End):
                assert depth.pop() == event.name
        assert not depth or isinstance(found[-1], Reject), bytes(data)


def test_many_faults_and_many_levels_are_read_in_one_pass() -> None:
    assert len(read_on(given(memory(*["a & b", "c"] * 5000).encode()))[1]) == 5000
    deep = memory("a", "<i>" * 100_000 + "</i>" * 100_000, "b")
    texts, rejects = read_on(given(deep.encode()))
    assert (texts, len(rejects)) == (["a", "b"], 1) and "more than 256 elements" in rejects[0].detail


def test_what_is_read_again_comes_in_pieces() -> None:
    """A section that is never closed is given back whole: each fault in it may cost a piece, and not all of it."""
    pieces = Utf8Stream(given(b"end"))
    again = bytes(range(256)) * (5 * CHUNK_BYTES // 256) + b"last"
    pieces.push_back(again)
    found = [*iter(pieces.read, b"")]
    assert b"".join(found) == again + b"end" and max(map(len, found)) == CHUNK_BYTES


# Lines


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (" a\n\t b  c ", "a b c"),
        ("Mr.\u00a0Bennet\u3000あ", "Mr.\u00a0Bennet\u3000あ"),
        ("人人生而\n    自由，\n在", "人人生而自由，在"),
        ("한국\n어", "한국 어"),
        ("มนุษย์\nทั้ง", "มนุษย์ ทั้ง"),
        ("漢字\nkanji\nかな", "漢字 kanji かな"),
        ("क्\u200dष\u200c", "क्\u200dष\u200c"),
    ],
)
def test_layout_inside_a_line(text: str, line: str) -> None:
    assert collapse_layout(text) == line


def test_units_of_lines() -> None:
    lines = TextBuilder(20)
    lines.add(" ")
    assert lines.close(1, "am") is None
    lines.add("a ")
    lines.add("b")
    lines.end_line()
    lines.end_line()
    lines.add("c")
    assert lines.close(1, "am", url="u", alone=True) == RawDocument(1, "a b\nc", "am", alone=True, url="u")
    lines.add("x" * 15)
    lines.end_line()
    lines.add("y" * 15)
    too_long = lines.close(2, "am")
    assert isinstance(too_long, Reject) and (too_long.row, too_long.kind) == (2, "row too long")
    lines.add("z")
    assert lines.close(3, "am") == RawDocument(3, "z", "am")
