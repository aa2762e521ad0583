"""Program code, and the docstrings and topics of Python."""

import pytest

from emma.collect.records import RawDocument, Reject
from tests.collect.given import outcomes, read, rows


def test_topics() -> None:
    found = read("topics", "# by hand\ntopics = {'a': 'First\\n*****',\n 'b': 'Second', 'c': 1}\n")
    assert [(each.row, each.text, each.code, each.alone) for each in found if isinstance(each, RawDocument)] == [
        (2, "First\n*****", "en", True),
        (3, "Second", "en", True),
    ]


def test_docstrings_in_the_order_of_the_file() -> None:
    content = '"""Module."""\nclass A:\n    """Class."""\n    def f(self):\n        """Method.\n\n        More."""\n'
    found = read("docstrings", content + 'x = """no"""\nasync def g(): "Coroutine."\n')
    assert outcomes(found) == ["Module.", "Class.", "Method.\n\nMore.", "Coroutine."]
    assert rows(found) == [1, 3, 5, 9]


def test_topics_on_one_line_and_a_topic_twice() -> None:
    found = read("topics", "topics = {'a': 'First', 'b': 'Second', 'a': 'Again',\n\n\n 'c': 'Third'}")
    assert outcomes(found) == ["First", "Second", "key twice", "Third"] and rows(found) == [1, 2, 3, 4]


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
def test_broken_python(reader: str, content: str | bytes) -> None:
    (found,) = read(reader, content)
    assert isinstance(found, Reject) and (found.row, found.kind) == (0, "broken Python")


def test_code_is_one_document() -> None:
    (found,) = read("code", "def f():\n\treturn 'ⵣ'\n", "a/b.py.gz")
    assert found == RawDocument(1, "def f():\n\treturn 'ⵣ'\n", "py", alone=True)
