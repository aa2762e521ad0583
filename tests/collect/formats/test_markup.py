"""What pages have too much of is told before they are built, and ordinary pages have too much of nothing."""

import pytest

from emma.collect.formats.markup import MAX_ATTRIBUTES, MAX_DEPTH, MAX_OPTIONS, describe_excess
from emma.collect.formats.pages import extract_page
from tests.collect.given import kinds, read, units
from tests.conftest import TEXTS

MANY = 6_000
HEAD = "<!doctype html><html lang='am'><body>"
AMHARIC = TEXTS["amh_Ethi"]


def deep(levels: int, name: str = "div") -> str:
    return HEAD + f"<{name}>" * levels + AMHARIC


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<div>" * MANY, "inside one another"),
        ("<div>" * MANY + "x" + "</div>" * MANY, "inside one another"),
        ("<DIV>" * MANY, "inside one another"),
        ("<div/>" * MANY, "inside one another"),
        ("<ul><li>" * MANY, "inside one another"),
        ("<table><tr><td>" * MANY, "inside one another"),
        ("<span>" * MANY, "inside one another"),
        ("<my-own>" * MANY, "inside one another"),
        ("<rt>" * MANY, "inside one another"),
        ("<svg>" * MANY, "inside one another"),
        ("<div></i>" * MANY, "inside one another"),
        ("<span><div></span>" * MANY, "inside one another"),
        ("<div><object></div></object>" * MANY, "inside one another"),
        ("<script>1</script><div>" * MANY, "inside one another"),
        ("<!-- > --><div>" * MANY, "inside one another"),
        ("<p " + " ".join(f"a{n}=1" for n in range(MANY)) + ">", "attributes"),
        ("<p " + " ".join(f"a{n}='>'" for n in range(MANY)) + ">", "attributes"),
        ("".join(f"<body a{n}=1>" for n in range(MANY)), "attributes"),
        ("<select>" + "<option>x" * MANY, "options"),
        ("".join(f"<p><font size={n}>x</p>" for n in range(MANY)), "made anew"),
        ("".join(f"<p><font size={n}>x</p>" for n in range(400)), "made anew"),
    ],
)
def test_too_much(body: str, words: str) -> None:
    assert words in describe_excess(HEAD + body)
    assert extract_page(HEAD + body).text == ""
    (found,) = read("html", HEAD + body, max_row_bytes=10_000_000)
    assert kinds([found]) == ["too much markup"] and words in found.detail  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "body",
    [
        "<p>x" * MANY,
        "<p>x</p>" * MANY,
        "<br>x<img src=a><hr/>" * MANY,
        "<ul>" + "<li>x" * MANY + "</ul>",
        "<ul>" + "<li><p>x" * MANY + "</ul>",
        "<dl>" + "<dt>x<dd>y" * MANY,
        "<table>" + "<tr><td>x<td><font size=1>y" * MANY + "</table>",
        "<table><tbody><tr><th>x<tbody><tr><td>y</table>" * MANY,
        "<select>" + "<optgroup><option>x" * 400 + "</select>",
        "<p><font size=2>x</p>" * MANY,
        "<a name=x>y" * MANY,
        "<p><b>x</p><p>y</p>" * MANY,
        "<ruby>x<rt>y<rp>z</ruby>" * MANY,
        "<svg>" + "<path d='1'/>" * MANY + "</svg>",
        "<script>'<div>'</script>" * MANY,
        "<style>div{}</style><!-- <div> -->" * MANY,
        "<textarea><div></textarea>" * MANY,
        "<div class=a><a href=b>x</a><p>y <b>z</b></div>" * MANY,
        "<h1>x</h1><h2>y</h2>" * MANY,
        "<p title='" + "a=b " * MANY + "'>x",
        "<img src='data:image/png;base64," + "A" * 100_000 + "'>",
        "</p>" * MANY,
        "<" * MANY,
        "<!--" * MANY,
        "<a " * 900,
    ],
)
def test_what_pages_are_like(body: str) -> None:
    assert describe_excess(HEAD + body) == ""


@pytest.mark.parametrize("name", ["div", "ul", "section", "span", "blockquote"])
def test_the_border(name: str) -> None:
    padding = "<br>" * 1_000
    assert not describe_excess(deep(MAX_DEPTH, name) + padding)
    assert describe_excess(deep(MAX_DEPTH + 1, name) + padding)


def test_the_border_of_attributes_and_options() -> None:
    attributes, options = (
        " ".join(f"attribute{n}=1" for n in range(many)) for many in (MAX_ATTRIBUTES, MAX_ATTRIBUTES + 1)
    )
    assert not describe_excess(f"{HEAD}<p {attributes}>") and describe_excess(f"{HEAD}<p {options}>")
    assert not describe_excess(HEAD + "<option>" * MAX_OPTIONS) and describe_excess(
        HEAD + "<option>" * (MAX_OPTIONS + 1)
    )


def test_the_same_text_as_before_at_the_border() -> None:
    (found,) = units(read("html", deep(MAX_DEPTH - 2), max_row_bytes=1_000_000))
    assert found == ("am", AMHARIC)


def test_many_links_name_the_language() -> None:
    links = "".join(f"<link rel=alternate hreflang=a{n} href=/{n}>" for n in range(20_000))
    html = (
        f"<html><head><link rel=canonical href=/x>{links}<link rel=alternate hreflang=wo href=/x></head><p>Nit</html>"
    )
    assert extract_page(html).code == "wo"
