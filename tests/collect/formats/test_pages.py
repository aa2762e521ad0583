"""Web pages: main text, characters, and the language that they name."""

import pytest

from emma.collect.formats.pages import decode_page, extract_page
from tests.conftest import TEXTS

PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="{charset}"><title>T</title>
<script>no()</script></head>
<body><header><nav><ul><li><a href="/">Menu</a></li><li><a href="/b">News</a></li></ul></nav></header>
<main><article><h1>{text}</h1><p>{text}</p><p>{text} {text}</p></article></main>
<aside><ul><li><a href="/c">More</a></li></ul></aside><footer><p>Imprint</p></footer></body></html>"""


@pytest.mark.parametrize("label", TEXTS)
def test_main_text_in_every_script(label: str) -> None:
    text = TEXTS[label]
    found = extract_page(PAGE.format(lang=label[:3], charset="utf-8", text=text))
    assert (found.text, found.code) == (f"{text}\n{text}\n{text} {text}", label[:3])


def test_wrapped_lines_and_spaces_that_are_text() -> None:
    found = extract_page("<main><p>人人生而\n  自由，在\n尊严 和<p>Mr.&nbsp;Bennet\u3000あ<br>b<p>foo\nbar</main>")
    assert found.text == "人人生而自由，在尊严 和\nMr.\u00a0Bennet\u3000あ\nb\nfoo bar"
    assert extract_page("<main><pre>人\n人</pre></main>").text == "人\n人"


@pytest.mark.parametrize(
    ("html", "code"),
    [
        ("<html lang='am'><meta http-equiv='Content-Language' content='en'>", "am"),
        ("<html xml:lang='ti'>", "ti"),
        ("<body lang='om'>", "om"),
        ("<meta http-equiv='content-language' content='so, en'>", "so"),
        ("<meta name='language' content='Hausa'>", "Hausa"),
        ("<meta property='og:locale' content='sw_KE'>", "sw_KE"),
        ("<link rel=canonical href='/a'><link rel=alternate hreflang=fr href='/b'>"
         "<link rel=alternate hreflang=wo href='/a'>", "wo"),
        ("<link rel=alternate hreflang=yo href='http://x/y'>", "yo"),
        ("<html lang=''><link rel=alternate hreflang=fr href='/b'>", ""),
        ("<meta name=language content='we have this very page in many languages'>", ""),
    ],
)  # fmt: skip
def test_what_a_page_says_of_its_language(html: str, code: str) -> None:
    assert extract_page(html, url="http://x/y").code == code


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        ("ጤና", None, "ጤና"),
        ("ጤና", "iso-8859-1", "ጤና"),  # the label is wrong and the bytes are UTF-8
        ("\ufeffጤና", "windows-1252", "ጤና"),
        ("Привіт".encode("cp1251"), "windows-1251", "Привіт"),
        (b"<meta charset=windows-1256>" + "سلام".encode("cp1256"), None, "<meta charset=windows-1256>سلام"),
        ("caf\x92".encode("latin-1"), "iso-8859-1", "caf’"),  # on the web ISO 8859-1 is Windows-1252
        ("尊严".encode("gb18030"), "gb2312", "尊严"),
        ("尊嚴".encode("utf-16"), None, "尊嚴"),
        ("ጤና ይስጥልኝ ".encode() * 4 + b"\xff", "utf-8", "ጤና ይስጥልኝ " * 4 + "\ufffd"),
        ("Привіт усім, хто це читає.".encode("cp1251"), "utf-8", "Привіт усім, хто це читає."),
        (b"ab", "klingon", "ab"),
        (b"", None, ""),
    ],
)
def test_characters_of_a_page(data: str | bytes, charset: str | None, text: str) -> None:
    assert decode_page(data.encode() if isinstance(data, str) else data, charset).text == text


def html(text: str, lang: str = "am") -> bytes:
    return PAGE.format(lang=lang, charset="utf-8", text=text).encode()
