"""XML that is not well-formed: one fault costs one record, and reading goes on."""

import io
import random
from typing import IO, cast

import pytest

from emma.collect.files.streams import InputFile
from emma.collect.formats.xml_events import End, RecordElements, Start, Text, read_events
from emma.collect.records import Reject
from tests.collect.formats.test_xml_events import given

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
