"""Each format: its units, its language, and what is broken in it."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.readers.registry import BUILT_IN
from emma.collect.records import RawDocument, Reject
from tests.collect.given import coded
from tests.conftest import TEXTS

Read = Callable[..., list[RawDocument | Reject]]


@pytest.fixture
def read() -> Read:
    def run(reader: str, content: str | bytes, name: str = "file", **changes: object) -> list[RawDocument | Reject]:
        values = {"name": "s", "reader": reader, "path": "f", "licence": "CC0-1.0", **changes}
        source = SourceConfig.model_validate(values)
        data = content.encode() if isinstance(content, str) else content
        return coded(InputFile(name, io.BytesIO(data), 100_000), source)

    return run


def kinds(found: list[RawDocument | Reject]) -> list[object]:
    return [each.kind if isinstance(each, Reject) else each.text for each in found]


def rows(found: list[RawDocument | Reject]) -> list[int]:
    return [each.row for each in found]


def code_of(found: list[RawDocument | Reject]) -> set[str]:
    return {each.code for each in found if isinstance(each, RawDocument)}


# gettext

PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8"

msgid "one"
msgstr "جديد %(name)s"

msgid "none"
msgstr ""

msgid "numbers only"
msgstr "%(count)d / {} $1"

#, fuzzy
msgid "two"
msgstr "غامض"

msgid "day"
msgid_plural "days"
msgstr[0] "يوم"
msgstr[1] "يومان"
msgstr[2] "أيام"

#~ msgid "old"
#~ msgstr "قديم"
"""


def test_gettext(read: Read) -> None:
    found = read("gettext", PO, "django/conf/locale/ar_DZ/LC_MESSAGES/django.po")
    assert kinds(found) == [
        "جديد %(name)s",
        "only placeholders",
        "fuzzy translation",
        "يوم",
        "يومان",
        "أيام",
        "obsolete message",
    ]
    assert len(set(rows(found))) == len(found)
    assert code_of(found) == {"ar_DZ"}
    assert code_of(read("gettext", PO, "po/sr@latin.po")) == {"sr@latin"}


@pytest.mark.parametrize(
    ("content", "kind"), [('msgid "a"\nmsgstr "b" c\n', "broken gettext"), (b"\xff\xfe", "invalid UTF-8")]
)
def test_broken_gettext(read: Read, content: str | bytes, kind: str) -> None:
    (found,) = read("gettext", content)
    assert isinstance(found, Reject) and (found.row, found.kind) == (1, kind)


# Python files


def test_topics(read: Read) -> None:
    found = read("topics", "# by hand\ntopics = {'a': 'First\\n*****',\n 'b': 'Second', 'c': 1}\n")
    assert [(each.row, each.text, each.code, each.alone) for each in found if isinstance(each, RawDocument)] == [
        (2, "First\n*****", "en", True),
        (3, "Second", "en", True),
    ]


def test_docstrings_in_the_order_of_the_file(read: Read) -> None:
    content = '"""Module."""\nclass A:\n    """Class."""\n    def f(self):\n        """Method.\n\n        More."""\n'
    found = read("docstrings", content + 'x = """no"""\nasync def g(): "Coroutine."\n')
    assert kinds(found) == ["Module.", "Class.", "Method.\n\nMore.", "Coroutine."]
    assert rows(found) == [1, 3, 5, 9]


def test_topics_on_one_line_and_a_topic_twice(read: Read) -> None:
    found = read("topics", "topics = {'a': 'First', 'b': 'Second', 'a': 'Again',\n\n\n 'c': 'Third'}")
    assert kinds(found) == ["First", "Second", "key twice", "Third"] and rows(found) == [1, 2, 3, 4]


NESTED = [
    "-" * 9_000 + "1",
    "a" + ".b" * 9_000,
    "1" + "**1" * 9_000,
    "(" * 9_000,
    "[" * 250 + "]" * 250,
    "lambda:" * 9_000,
]


@pytest.mark.parametrize("reader", ["topics", "docstrings"])
@pytest.mark.parametrize("content", ["def f(:", b"\x00", b"# coding: nonsense\n", *NESTED])
def test_broken_python(read: Read, reader: str, content: str | bytes) -> None:
    (found,) = read(reader, content)
    assert isinstance(found, Reject) and (found.row, found.kind) == (0, "broken Python")


def test_code_is_one_document(read: Read) -> None:
    (found,) = read("code", "def f():\n\treturn 'ⵣ'\n", "a/b.py.gz")
    assert found == RawDocument(1, "def f():\n\treturn 'ⵣ'\n", "py", alone=True)


# JSON Lines


def test_jsonl_with_the_keys_of_the_source(read: Read) -> None:
    content = "\ufeff" + '{"t": "ጤና", "l": "am"}\n\n{"t": "x", "l": null}\n'
    found = read("jsonl", content, fields={"text": "t", "lang": "l"})
    assert found == [RawDocument(1, "ጤና", "am"), RawDocument(3, "x", "")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": 5}', "'text' is a number, not a text"),
        ('{"text": false}', "'text' is true or false, not a text"),
        ('{"text": {}, "lang": "am"}', "'text' is an object, not a text"),
        ('{"text": "ጤና", "lang": ["a"]}', "'lang' is a list, not a text"),
        ('{"text": "ጤና", "lang": 0.5}', "'lang' is a number, not a text"),
    ],
)
def test_jsonl_says_what_is_in_place_of_a_text(read: Read, line: str, reason: str) -> None:
    (found,) = read("jsonl", line)
    assert isinstance(found, Reject) and found.reason == f"wrong type: {reason}"


def test_jsonl_names_the_side_of_a_pair_that_is_missing(read: Read) -> None:
    (found,) = read("jsonl", '{"text": "a"}', fields={"text2": "b"})
    assert isinstance(found, Reject) and found.reason == "missing field: no text under 'b' (keys here: text)"


def test_jsonl_where_the_source_knows_the_language(read: Read) -> None:
    assert read("jsonl", '{"text": "ጤና", "lang": 3}', lang="amh") == [RawDocument(1, "ጤና", "")]


def test_jsonl_pairs(read: Read) -> None:
    fields = {"text": "src", "lang": "a", "text2": "tgt", "lang2": "b"}
    (found,) = read("jsonl", '{"src": "s", "a": "gd", "tgt": "t", "b": "en"}', fields=fields)
    assert found == RawDocument(1, "s", "gd", "t", "en")


def test_one_bad_line_does_not_end_the_file(read: Read) -> None:
    lines = [
        b'{"text": "one", "lang": "am"}',
        b'{"text": "broken',
        b'{"text": "\xff", "lang": "am"}',
        b'{"text": null, "lang": "am"}',
        b"[1]",
        b'{"text": "' + b"x" * 200_000 + b'"}',
        b'{"text": "\\ud800", "lang": "am"}',
        b'{"text": "last", "lang": "am"}',
    ]
    found = read("jsonl", b"\n".join(lines))
    assert rows(found) == list(range(1, 9))
    assert kinds(found) == [
        "one",
        "broken JSON",
        "invalid UTF-8",
        "missing field",
        "missing field",
        "row too long",
        "\ufffd",
        "last",
    ]
    bad = found[3]
    assert isinstance(bad, Reject) and "keys here: lang, text" in bad.reason and bad.raw == lines[3]


# XML

UDHR = """<?xml version="1.0" encoding="UTF-8"?>
<udhr iso639-3="{iso}" xml:lang="{lang}" iso15924="{script}" xmlns="http://efele.net/udhr">
 <title>All</title><note><para>not this</para></note>
 <preamble><title>Pre</title><para>ana\n   beta</para></preamble>
 <article number="1"><title>1</title><para>x</para>
  <orderedlist><listitem><para>y<sup>z</sup></para></listitem></orderedlist></article>
</udhr>"""


def test_udhr(read: Read) -> None:
    found = read("udhr", UDHR.format(iso="abk", lang="ab", script="Cyrl"))
    assert found == [RawDocument(1, "Pre\nana beta", "ab-Cyrl"), RawDocument(2, "1\nx\nyz", "ab-Cyrl")]


@pytest.mark.parametrize(
    ("iso", "lang", "script", "code"),
    [
        ("hau", "ha-NE", "Latn", "ha-Latn-NE"),
        ("mon", "mn-Mong", "Mong", "mn-Mong"),
        ("deu", "de-1901", "Latn", "de-Latn-1901"),
        ("quz", "und", "Latn", "quz-Latn"),
        ("und", "und", "Deva", "und-Deva"),
    ],
)
def test_udhr_language(read: Read, iso: str, lang: str, script: str, code: str) -> None:
    assert code_of(read("udhr", UDHR.format(iso=iso, lang=lang, script=script))) == {code}


CES = """<cesDoc><cesHeader><profileDesc><langUsage><language id="az" iso639="amu">Amuzgo</language></langUsage>
</profileDesc></cesHeader><text><body lang="az"><div type="book"><div id="b.MAT.1" type="chapter">
<seg type="verse">
  Luaa ñˈoom
  na
</seg><seg type="verse"> </seg><seg type="verse">Abraham</seg></div><div type="chapter"><seg>2</seg></div></div>
</body></text></cesDoc>"""


def test_ces_language_is_the_headers(read: Read) -> None:
    assert read("ces", CES) == [RawDocument(1, "Luaa ñˈoom na\nAbraham", "amu"), RawDocument(2, "2", "amu")]
    assert code_of(read("ces", "<c><div type='chapter'><seg>a</seg></div></c>")) == {""}


@pytest.mark.parametrize("reader", ["udhr", "ces"])
@pytest.mark.parametrize("content", ["<a><b></a>", "", "no xml", b"\xff\xfe\x00"])
def test_broken_xml(read: Read, reader: str, content: str | bytes) -> None:
    (found,) = read(reader, content)
    assert isinstance(found, Reject) and found.kind == "broken XML" and found.detail


def test_xml_entities_are_not_followed(read: Read) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + CES.replace("Abraham", "&x;")
    (found,) = read("ces", bomb)
    assert isinstance(found, Reject) and (found.kind, found.units) == ("declared entity", 2)
    assert found.unread == len(bomb.encode()) - bomb.index('">]>') - 1


def test_ces_verses_outside_chapters_follow_the_chapters(read: Read) -> None:
    loose = "<div type='book'><seg>a</seg><seg>b</seg><div type='chapter'><p><seg>c</seg></p></div><seg>d</seg></div>"
    assert read("ces", f"<c>{loose}<seg>e</seg></c>") == [
        RawDocument(1, "c"),
        RawDocument(2, "a\nb\nd"),
        RawDocument(3, "e"),
    ]


# CoNLL-U

CONLLU = """# sent_id = 1
# text = Лыгэн  гымнин .
1\tЛыгэн\t_\t_\t_\t_\t_\t_\t_\t_

# text = Ынкы
# newdoc id = a
# text = Un.
# text_en = not this
# text = Deux.

# newdoc
# text = Trois.
"""


def test_conllu_documents_and_single_sentences(read: Read) -> None:
    found = read("conllu", CONLLU, "ud/ckt_hse-ud-test.conllu.zst")
    assert found == [
        RawDocument(2, "Лыгэн  гымнин .", "ckt"),
        RawDocument(5, "Ынкы", "ckt"),
        RawDocument(7, "Un.\nDeux.", "ckt", alone=True),
        RawDocument(12, "Trois.", "ckt", alone=True),
    ]


def test_conllu_with_a_bad_sentence(read: Read) -> None:
    found = read("conllu", b"# text = a\n# text = \xff\n# text = b\n", "x_y.conllu")
    assert kinds(found) == ["a", "invalid UTF-8", "b"]


def test_conllu_sentences_without_their_text_are_told_once(read: Read) -> None:
    words = "1\tЫнкы\t_\n2\t.\t_\n\n"
    found = read("conllu", f"{words}# text = a\n{words}# newdoc\n# text = b\n{words}# sent_id = 4\n{words}", "x_y")
    assert kinds(found) == ["no raw sentence", "a", "no raw sentence", "b"]
    assert rows(found) == [1, 4, 14, 9]
    assert isinstance(found[0], Reject) and found[0].raw == "1\tЫнкы\t_".encode()
    assert kinds(read("conllu", "# text =\n1\ta\n")) == [""], "an empty text is a text, and rejected later"


# MediaWiki


def test_mediawiki(read: Read) -> None:
    messages = {
        "@metadata": {"authors": ["X"]},
        "a": "Мова [[Special:Lang|$1]]",
        "b": "$1 ($2)",
        "c": "{{PLURAL:$1|адзін|$1}}",
        "d": ["x"],
        "e": "",
    }
    found = read("mediawiki_json", json.dumps(messages), "i18n/be-tarask.json")
    assert kinds(found) == [messages["a"], "only placeholders", messages["c"], "wrong type", ""]
    assert rows(found) == [2, 3, 4, 5, 6]
    assert code_of(found) == {"be-tarask"}


@pytest.mark.parametrize(("content", "kind"), [("{", "broken JSON"), ("}", "broken JSON"), ("[]", "missing field")])
def test_broken_mediawiki(read: Read, content: str, kind: str) -> None:
    assert kinds(read("mediawiki_json", content)) == [kind]


# Storybook

STORY = """# Ágʉ̀pɨ́ ɨ́zʉ̀ rɨ́

##
When Simbegwire's mother died,
she was very sad.

"Where are you?"

##
{text}

##
* License: [CC-BY]
* Text: Cornelius Gulere
* Language: lgg
"""


@pytest.mark.parametrize("label", TEXTS)
def test_storybook(read: Read, label: str) -> None:
    (found,) = read("storybook", STORY.format(text=TEXTS[label]), "a.tar.zst/lgg-official/0001_agupi.md")
    pages = ["Ágʉ̀pɨ́ ɨ́zʉ̀ rɨ́", 'When Simbegwire\'s mother died, she was very sad.\n"Where are you?"', TEXTS[label]]
    assert found == RawDocument(1, "\n\n".join(pages), "lgg", alone=True), "the story's own word before the folder's"


# All of them

WHOLE = ["gettext", "topics", "docstrings", "code", "mediawiki_json", "storybook"]


@pytest.mark.parametrize("reader", WHOLE)
def test_a_file_too_large_to_read_whole(read: Read, reader: str) -> None:
    (found,) = read(reader, b"x" * 200_000)
    assert isinstance(found, Reject) and (found.row, found.kind) == (0, "row too long")


def test_every_reader_is_covered() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parents[1].rglob("test_*.py"))
    assert [name for name in BUILT_IN if f'"{name}"' not in tests] == []
