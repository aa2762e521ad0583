"""Web pages: their characters, their main text, and the language they claim."""

from collections.abc import Iterator
from dataclasses import dataclass

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5
from resiliparse.parse.html import HTMLTree

from emma.collect.encodings import MARKS, is_utf8
from emma.collect.lines import squeezed, unwrapped

LONGEST_CODE = 35
"""Characters of a language tag (RFC 5646, section 4.4.1); what is longer is something else."""

MISREAD = 0.05
"""Share of the characters beyond ASCII that may be unreadable before the label is taken to be wrong."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page holds."""

    text: str
    code: str
    """The language as the page names it; empty if it does not."""


def page(html: str, *, main_content: bool = True, url: str | None = None) -> Page:
    """The main text of a page, a line a paragraph, or the whole of it; menus and the like are recognised by markup.

    Resiliparse decides by elements, classes and link density and counts no characters, so it treats scripts alike
    (docs/decisions/0006-main-text.md).
    """
    tree = HTMLTree.parse(html if "<pre" in html else unwrapped(html))
    text = extract_plain_text(
        tree,
        main_content=main_content,
        preserve_formatting=True,
        list_bullets=False,
        alt_texts=False,
        comments=not main_content,
        post_meta=not main_content,
    )
    lines = map(squeezed, text.split("\n"))
    return Page("\n".join(filter(None, lines)), language(tree, url))


def decoded(data: bytes, charset: str | None) -> str:
    """The characters of a page: UTF-8 where the bytes are that, whatever a label says.

    Else by byte-order mark, by the `charset` of its transport, by its own meta; by detection where there is none or
    where it is wrong for more than a few characters. What fits nothing becomes U+FFFD.
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if is_utf8(data):
        return data.decode("utf-8", "replace")
    text = _read_as(data, charset or detect_encoding(data, from_html_meta=True))
    if text is None or text.count("\ufffd") > MISREAD * sum(not each.isascii() for each in text):
        text = _read_as(data, detect_encoding(data))
    return text if text is not None else data.decode("utf-8", "replace")


def _read_as(data: bytes, label: str | None) -> str | None:
    """The text in an encoding as the web names it (ISO 8859-1 is Windows-1252 there); None if there is none such."""
    name = map_encoding_to_html5(label, fallback_utf8=False) if label else None
    try:
        return data.decode(name, "replace") if name else None
    except LookupError:
        return None


def language(tree: HTMLTree, url: str | None) -> str:
    """The first language that the page names, in order of how often such a name is right."""
    for name in _named(tree, url):
        code = name.split(",")[0].strip()
        if code and len(code) <= LONGEST_CODE:
            return code
    return ""


def _named(tree: HTMLTree, url: str | None) -> Iterator[str]:
    if (document := tree.document) is None:
        return
    for element in document.query_selector_all("html, body"):
        yield element.getattr("lang") or element.getattr("xml:lang") or ""
    for selector in ("meta[http-equiv='content-language' i]", "meta[name='language' i]", "meta[property='og:locale']"):
        for element in document.query_selector_all(selector):
            yield element.getattr("content") or ""
    own = {link.getattr("href") for link in document.query_selector_all("link[rel='canonical']")} | {url}
    for link in document.query_selector_all("link[rel='alternate'][hreflang]"):
        if link.getattr("href") in own:
            yield link.getattr("hreflang") or ""
