"""Headers: one for each record, in every script, and nothing from outside of them."""

from emma.collect.config import SourceConfig
from emma.collect.formats.header import Header, HeaderFields
from emma.collect.formats.xml_events import End, Start, Text

FORMAT = Header(frozenset({"book"}), "head", {"title": "title", "by/name": "author", "id": "@type @kind"})
KEEPS = SourceConfig(name="s", reader="tei", path="f", licence="x", keep=("*",))


def element(name: str, *inside: "object", **attributes: str) -> list[object]:
    """The events of an element; texts and elements inside."""
    events: list[object] = [Start(name, attributes)]
    for each in inside:
        events += [Text(each)] if isinstance(each, str) else each  # type: ignore[arg-type]
    return [*events, End(name)]


def fields(*events: object, source: SourceConfig = KEEPS) -> list[dict[str, str] | None]:
    """The fields that a reader sees when each book ends."""
    header = HeaderFields(FORMAT, source)
    return [header.meta for event in header.watch(events) if event == End("book")]  # type: ignore[arg-type]


def test_each_book_has_its_own_header() -> None:
    one = element("book", element("head", element("title", "ⴰⴷⵍⵉⵙ")), element("p", "no"))
    two = element("book", element("head", element("by", element("name", "ᠨᠣᠮ"))))
    assert fields(*one, *two) == [{"title": "ⴰⴷⵍⵉⵙ"}, {"author": "ᠨᠣᠮ"}]


def test_what_stands_elsewhere_is_no_field() -> None:
    second = element("head", element("title", "no"))
    book = element("book", element("title", "no"), element("head", element("name", "no")), second)
    assert fields(*book) == [{}]


def test_parts_of_a_value_are_words_but_for_type_faces() -> None:
    title = element("title", "H", element("sub", "2"), "O", element("br"), "និង", element("part", "ទឹក"))
    assert fields(*element("book", element("head", title))) == [{"title": "H2O និង ទឹក"}]


def test_an_attribute_names_a_field_or_is_its_value() -> None:
    ids = [element("id", "7", kind="DOI"), element("id", type="isbn", content="8"), element("id", "no")]
    assert fields(*element("book", element("head", *ids))) == [{"doi": "7", "isbn": "8"}]


def test_several_values_stand_in_a_row_and_each_once() -> None:
    names = [element("by", element("name", name)) for name in ("Adé", "Bọ́lá", "Adé")]
    assert fields(*element("book", element("head", *names))) == [{"author": "Adé; Bọ́lá"}]


def test_a_source_that_keeps_nothing_has_none() -> None:
    book = element("book", element("head", element("title", "x")))
    assert fields(*book, source=KEEPS.model_copy(update={"keep": ()})) == [None]
