"""Gettext files against polib where they are whole, and what a broken message costs where they are not."""

import io
from pathlib import Path

import polib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats import po
from emma.collect.readers.gettext import read_gettext
from emma.collect.records import RawDocument, Reject
from tests.collect.given import DATA, kinds, needs_data, read, units

HEADER = r"""msgid ""
msgstr ""
"Content-Type: text/plain; charset={charset}\n"
"Plural-Forms: nplurals=3; plural=0;\n"

"""


def file(*messages: str, charset: str = "UTF-8", blank: str = "\n") -> str:
    return HEADER.format(charset=charset) + blank.join(messages)


def entry(key: str, text: str) -> str:
    return f'msgid "{key}"\nmsgstr "{text}"\n'


def told(found: list[RawDocument | Reject]) -> list[tuple[str, int]]:
    return [(each.kind, each.units) for each in found if isinstance(each, Reject)]


texts = st.text(st.sampled_from('ab"\\\n\tกⵣ😀\u2028\x85'), min_size=1, max_size=12)
messages = st.fixed_dictionaries(
    {"msgid": texts, "msgctxt": st.none() | texts, "forms": st.lists(texts, min_size=1, max_size=3)},
    optional={"flags": st.just(["fuzzy"]), "comment": texts, "obsolete": st.just(True)},
)


@given(st.lists(messages, max_size=5, unique_by=lambda each: (each["msgctxt"], each["msgid"])), st.integers(20, 80))
def test_what_polib_writes_is_read(made: list[dict[str, object]], width: int) -> None:
    catalogue = polib.POFile(wrapwidth=width)
    catalogue.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    for each in made:
        forms = [str(form) for form in each["forms"]]  # type: ignore[attr-defined]
        facts = {key: value for key, value in each.items() if key != "forms"}
        several = {"msgid_plural": "s", "msgstr_plural": dict(enumerate(forms))} if len(forms) > 1 else {}
        catalogue.append(polib.POEntry(**facts, **(several or {"msgstr": forms[0]})))
    lines = list(enumerate(str(catalogue).split("\n"), 1))
    found = [po.parse_message(block) for block in po.split_blocks(lines)][1:]
    kept = [each for each in found if each is not None]
    assert all(isinstance(each, po.Message) for each in kept)
    assert [(each.key, each.forms) for each in kept if isinstance(each, po.Message)] == [
        ((each["msgctxt"], each["msgid"]), each["forms"])
        for each in sorted(made, key=lambda each: bool(each.get("obsolete")))  # polib writes those last
    ]


DAMAGE = {
    "quote": 'msgid "B"\nmsgstr "mal "fermé" ici"\n',
    "doubled": 'msgid "B"\nmsgstr "il dit ""non"" fort"\n',
    "unterminated": 'msgid "B"\nmsgstr "pas fermée\n',
    "id": 'msgid "B\nmsgstr "pas"\n',
    "escape": 'msgid "B"\nmsgstr "au bout \\"\n',
    "conflict": '<<<<<<< HEAD\nmsgid "B"\nmsgstr "notre"\n=======\nmsgid "B"\nmsgstr "leur"\n>>>>>>> x\n',
    "inner": 'msgid "B"\n<<<<<<< HEAD\nmsgstr "notre"\n=======\nmsgstr "leur"\n>>>>>>> x\n',
    "after": 'msgid "B"\nmsgstr ""\n<<<<<<< HEAD\n"notre"\n=======\n"leur"\n>>>>>>> x\n',
    "mark": '=======\nmsgid "B"\nmsgstr "notre"\n',
    "twice": 'msgid "B"\nmsgstr "une"\nmsgstr "deux"\n',
    "again": 'msgid "A"\nmsgstr "encore"\n',
    "untold": 'msgid "B"\n',
    "unasked": 'msgstr "rien"\n',
    "words": "du texte\n",
    "plural": 'msgid "B"\nmsgid_plural "Bs"\nmsgstr[0] "une"\nmsgstr[x] "deux"\n',
    "hole": 'msgid "B"\nmsgid_plural "Bs"\nmsgstr[0] "une"\nmsgstr[2] "deux"\n',
    "bytes": 'msgid "B"\nmsgstr "\udcff"\n',
}


@pytest.mark.parametrize("sort", DAMAGE)
@pytest.mark.parametrize("comment", ["", "#: a.c:1\n"])
@pytest.mark.parametrize("blank", ["\n", ""])
def test_a_broken_message_is_one_reject(sort: str, comment: str, blank: str) -> None:
    if not blank and sort in ("words", "unasked", "mark"):
        pytest.skip("without an empty line it stands inside of the message before")
    around = [comment + entry("A", "avant"), comment + DAMAGE[sort], comment + entry("C", "après")]
    found = read("gettext", file(*around, blank=blank).encode("utf-8", "surrogateescape"), "fr.po")
    assert units(found) == [("fr", "avant"), ("fr", "après")]
    lost = max(1, DAMAGE[sort].count("msgstr"))
    kind = {"again": "message twice", "bytes": "invalid UTF-8"}.get(sort, "broken gettext")
    assert told(found) == [(kind, lost)]


def test_a_plural_form_that_the_header_does_not_know() -> None:
    many = 'msgid "B"\nmsgid_plural "Bs"\n' + "".join(f'msgstr[{form}] "ⵣ{form}"\n' for form in range(4))
    found = read("gettext", file(many))
    assert [text for _, text in units(found)] == ["ⵣ0", "ⵣ1", "ⵣ2"] and told(found) == [("broken gettext", 1)]


def test_line_ends_inside_of_a_text() -> None:
    found = read("gettext", file(entry("A", "a\x85b"), entry("B", "a\u2028b"), entry("C", "a\fb")))
    assert [text for _, text in units(found)] == ["a\x85b", "a\u2028b", "a\fb"]


def test_a_conflict_in_the_header_costs_the_header() -> None:
    conflict = '<<<<<<< a\n"X: 1\\n"\n=======\n"X: 2\\n"\n>>>>>>> b\n'
    header = f'msgid ""\nmsgstr ""\n{conflict}"Content-Type: x; charset=KOI8-R\\n"\n\n'
    found = read("gettext", (header + entry("A", "привет")).encode("koi8-r"), "ru.po")
    assert units(found) == [("ru", "привет")] and len(found) == 2


def test_a_conflict_without_its_end_costs_a_message() -> None:
    found = read("gettext", file(entry("A", "a"), "<<<<<<< HEAD\n" + entry("B", "b"), entry("C", "c")))
    assert [text for _, text in units(found)] == ["a", "c"] and told(found) == [("broken gettext", 1)]


# encodings


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("KOI8-R", "файл"),
        ("ISO-8859-1", "déjà"),
        ("GB2312", "文件"),
        ("EUC-JP", "ファイル"),
        ("Shift_JIS", "表示"),
        ("TIS-620", "แฟ้ม"),
    ],
)
@pytest.mark.parametrize("name", ["xx.po", "xx.pot"])
def test_the_header_says_the_encoding(charset: str, text: str, name: str) -> None:
    assert units(read("gettext", file(entry("A", text), charset=charset).encode(charset), name)) == [("", text)]


def test_without_a_charset_it_is_utf_8() -> None:
    placeholder = file(entry("A", "ไทย"), charset="CHARSET")
    assert (
        units(read("gettext", placeholder, "th.pot"))
        == units(read("gettext", entry("A", "ไทย"), "th.po"))
        == [("th", "ไทย")]
    )
    mentioned = entry("A", "ไทย") + entry("B", "text/html; charset=koi8-r")
    assert len(units(read("gettext", mentioned, "th.po"))) == 2, "a message may speak of charsets"


def test_what_the_recipe_states_comes_first() -> None:
    content = file(entry("A", "файл"), charset="UTF-8").encode("koi8-r")
    assert kinds(read("gettext", content, "ru.po")) == ["invalid UTF-8"]
    source = SourceConfig(name="s", reader="gettext", path="f", licence="x", encoding="koi8-r")
    found = read_gettext.read(InputFile("ru.po", io.BytesIO(content), 10_000, encoding="koi8-r"), source)
    assert units(list(found)) == [("", "файл")]


@pytest.mark.parametrize(
    ("charset", "why"), [("ISO-8859-1", "the bytes are UTF-8"), ("KOI8-Q", "is none"), ("hex", "is none")]
)
def test_a_charset_that_is_wrong_is_named(charset: str, why: str) -> None:
    (bad,) = read("gettext", file(entry("A", "déjà"), entry("B", "été"), charset=charset), "fr.po")
    assert isinstance(bad, Reject) and bad.kind == "wrong charset" and charset in bad.detail and why in bad.detail
    assert bad.units == 3 and bad.unread == len(bad.raw)


def test_a_charset_that_some_messages_are_not_in_costs_those() -> None:
    content = file(entry("A", "déjà"), entry("B", "ete")).encode("latin-1")
    assert kinds(read("gettext", content, "fr.po")) == ["invalid UTF-8"]
    assert units(read("gettext", content, "fr.po")) == [("fr", "ete")]


@needs_data
def test_real_files_are_read_as_polib_reads_them() -> None:
    for path in sorted(Path(DATA).rglob("*.po"))[:50]:
        content = path.read_text("utf-8")
        theirs = [
            text for each in polib.pofile(content) for text in [each.msgstr, *each.msgstr_plural.values()] if text
        ]
        assert len(read("gettext", content, path.name, max_row_bytes=10**7)) == len(theirs)
