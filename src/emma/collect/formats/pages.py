"""Web pages: their characters, their main text, and the language that they name."""

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5
from resiliparse.parse.html import HTMLTree

from emma.collect.formats.header import SEPARATOR
from emma.collect.formats.markup import describe_excess
from emma.collect.formats.text_builder import collapse_layout, unwrap_lines
from emma.collect.text.codepages import Verdict, judge_code_page
from emma.collect.text.encodings import detect_mark, is_utf8
from emma.lang.language import Lang

MAX_CODE_CHARS = 35
"""Characters of the longest language tag (RFC 5646, section 4.4.1); what is longer is something else."""

MAX_UNREADABLE = 0.05
"""Share of the characters beyond ASCII that may be unreadable before the stated encoding is taken to be wrong."""

JUDGED_BYTES = 1 << 18
"""Bytes of a page that its encoding is judged by."""
TAG = re.compile(rb"<[^<>]*>")
CHARSET = re.compile(
    rb"(?:<meta\b[^<>]{0,299}?\bcharset|^\s{0,9}<\?xml\b[^<>]{0,99}?\bencoding)\s*=\s*[\"']?\s*([A-Za-z][\w:.-]{0,39})",
    re.IGNORECASE,
)
"""The place in which a page states its encoding, in HTML or as XML does."""
LANGUAGE = re.compile(
    rb"<(?:html|body)\b[^<>]{0,999}?\s(?:xml:)?lang\s*=\s*[\"']?([A-Za-z][\w-]{1,34})"
    rb"|<meta\b[^<>]{0,99}?content-language[\"']?\s+content\s*=\s*[\"']?([A-Za-z][\w-]{1,34})",
    re.IGNORECASE,
)
"""The places in which a page names its language, in any encoding that ASCII is a part of."""


@dataclass(frozen=True, slots=True)
class Page:
    """The text of a page, and the language that it names."""

    text: str
    code: str
    """The language as the page names it; empty if it does not."""
    excess: str = ""
    """A description of what it has too much of to be read; empty if nothing."""
    meta: Mapping[str, str] | None = None
    """Its title and what its meta elements say, by their names; None where nobody asked."""


@dataclass(frozen=True, slots=True)
class PageText:
    """The characters of a page, or why its encoding is unknown."""

    text: str
    repair: str | None = None
    """The encoding that was inferred against what the page states, or where it states none."""
    unknown: str = ""
    """Why the encoding is unknown; there is no text then."""


def extract_page(html: str, *, main_content: bool = True, url: str | None = None, with_meta: bool = False) -> Page:
    """Extract the main text of a page, a line a paragraph, or with `main_content=False` all of its text.

    A page that would take more time and memory than its size allows is not built, and has no text. Menus and the like
    are recognised by markup: Resiliparse decides by elements, classes and link density and counts no characters, so it
    treats scripts alike (docs/decisions/0006-main-text.md).
    """
    if excess := describe_excess(html):
        return Page("", "", excess)
    tree = HTMLTree.parse(html if "<pre" in html else unwrap_lines(html))  # in `pre` line ends are text
    text = extract_plain_text(
        tree,
        main_content=main_content,
        preserve_formatting=True,
        list_bullets=False,
        alt_texts=False,
        comments=not main_content,
        post_meta=not main_content,
    )
    lines = map(collapse_layout, text.split("\n"))
    meta = read_page_meta(tree) if with_meta else None
    return Page("\n".join(filter(None, lines)), choose_language(tree, url), meta=meta)


def read_page_meta(tree: HTMLTree) -> dict[str, str]:
    """The title of a page, and what its meta elements say, by name or property in small letters."""
    values: dict[str, list[str]] = {"title": [collapse_layout(tree.title or "")]}
    for element in tree.document.query_selector_all("meta[content]")[:] if tree.document else ():
        name = (element.getattr("name") or element.getattr("property") or "").strip().lower()
        content = collapse_layout(element.getattr("content") or "")
        if name and content and content not in values.setdefault(name, []):
            values[name].append(content)
    return {name: SEPARATOR.join(each) for name, each in values.items()}


def decode_page(data: bytes, charset: str | None, lang: Lang | None = None) -> PageText:
    """Decode a page: as UTF-8 where its bytes are that, whatever it states.

    Else by a byte-order mark, by the `charset` of its transport, by its own meta element, unless the language (`lang`,
    if it is known) refutes that; by the language where nothing is stated. Bytes that the encoding lacks become U+FFFD.
    """
    if mark := detect_mark(data):
        return PageText(data.decode(mark.name, "replace"))
    if is_utf8(data):
        return PageText(data.decode("utf-8", "replace"))
    label = charset or find_charset(data)
    text = _decode_as(data, label)
    # so many unreadable characters refute the stated encoding whatever the language
    if text is not None and text.count("\ufffd") > MAX_UNREADABLE * sum(not character.isascii() for character in text):
        text = None
    codec = None if text is None else _python_codec(label)
    if text is not None and (lang is None or ("\ufffd" in text and codec in (None, "utf-8"))):
        return PageText(text)
    if lang is None:
        text = _decode_as(data, detect_encoding(data))
        return PageText(text if text is not None else data.decode("utf-8", "replace"))
    return _decode_by_language(data, codec, lang)


def _decode_by_language(data: bytes, label: str | None, lang: Lang) -> PageText:
    """Decode a page by the encoding in which its language reads best, or as it states where that is as good.

    Where it is not in this language at all, as it states too, unless it is surely in another language and encoding.
    """
    sample = TAG.sub(b" ", data[:JUDGED_BYTES])
    if label:  # without the bytes that its encoding lacks, which would rule it out
        sample = sample.decode(label, "ignore").encode(label, "ignore")
    verdict = judge_code_page(sample, lang.iso639_3, lang.script, label)
    if label and not verdict.plausible:  # no text in this language in any encoding: the language may be wrong
        verdict = judge_code_page(sample, stated=label)
        verdict = verdict if verdict.encoding else Verdict(label)
    if label and verdict.encoding == label:
        return PageText(data.decode(label, "replace"))
    if verdict.encoding:
        but = f", not as {label} as it says" if label else ""
        return PageText(data.decode(verdict.encoding, "replace"), f"read as {verdict.encoding}{but}")
    weighed = (
        f"it could be {', '.join(verdict.plausible)}" if verdict.plausible else "it is no text in any that is known"
    )
    return PageText("", unknown=f"as {lang.label} {weighed}{f', hardly {label} as it says' if label else ''}")


def find_charset(data: bytes) -> str | None:
    """The encoding that a page states, in a meta element or as XML does; None if it states none."""
    match = CHARSET.search(data[:JUDGED_BYTES])
    return match[1].decode() if match else None


def find_page_language(data: bytes) -> str:
    """The language that a page names, found before it is decoded; empty if it names none."""
    match = LANGUAGE.search(data[:JUDGED_BYTES])
    return (match[1] or match[2]).decode() if match else ""


def _python_codec(label: str | None) -> str | None:
    """Python's name of an encoding that has one of the web's names; None if there is none."""
    name = map_encoding_to_html5(label, fallback_utf8=False) if label else None
    try:
        return codecs.lookup(name).name if name else None
    except LookupError:
        return None


def _decode_as(data: bytes, label: str | None) -> str | None:
    """Decode by one of the web's names of encodings (ISO 8859-1 is Windows-1252 there); None if it is no name."""
    name = map_encoding_to_html5(label, fallback_utf8=False) if label else None
    try:
        return data.decode(name, "replace") if name else None
    except LookupError:
        return None


def choose_language(tree: HTMLTree, url: str | None) -> str:
    """The language that a page names, in the place where such a name is most often right; empty if it names none."""
    for name in _stated_languages(tree, url):
        code = name.split(",")[0].strip()
        if code and len(code) <= MAX_CODE_CHARS:
            return code
    return ""


def _stated_languages(tree: HTMLTree, url: str | None) -> Iterator[str]:
    """The languages that a page names, those first that are right most often."""
    if (document := tree.document) is None:
        return
    # slices, since the library looks for all elements again for each place of a list
    for element in document.query_selector_all("html, body")[:]:
        yield element.getattr("lang") or element.getattr("xml:lang") or ""
    for selector in ("meta[http-equiv='content-language' i]", "meta[name='language' i]", "meta[property='og:locale']"):
        for element in document.query_selector_all(selector)[:]:
            yield element.getattr("content") or ""
    # a page lists its translations with their languages; the one with its own address names its own
    own = {link.getattr("href") for link in document.query_selector_all("link[rel='canonical']")[:]} | {url}
    for link in document.query_selector_all("link[rel='alternate'][hreflang]")[:]:
        if link.getattr("href") in own:
            yield link.getattr("hreflang") or ""
