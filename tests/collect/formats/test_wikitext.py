"""Wikitext against MediaWiki's rules: apostrophes, what templates and variants show, and what is never closed."""

import pytest

from emma.collect.formats.wikitext import extract_prose, strip_quotes
from tests.collect.given import kinds, read

QUOTES = [
    ("L'''Iliade'' est d'Homère.", "L'Iliade est d'Homère."),
    ("L'''Iliade'' et d'''are''.", "L'Iliade et d'are."),
    ("L''''Odyssée''' aussi", "L'Odyssée aussi"),
    ("L'''Odissea'' è ''bella'' e '''forte'''", "L'Odissea è bella e forte"),
    ("''l'avion'' et '''l'auto'''", "l'avion et l'auto"),
    ("'''Hawai'''i, ''Oʻahu'', ''Hawai'i''", "Hawaii, Oʻahu, Hawai'i"),
    ("п'''ять'' і '''м'ята'''", "п'ять і м'ята"),
    ("''ߒߞߏ'' '''ߒ''' ߞ'ߏ", "ߒߞߏ ߒ ߞ'ߏ"),
    ("'''''both''''' '''''a'' b''' ''c'''''d'''", "both a b cd"),
    ("'''left open", "left open"),
    ("''x '''y' z", "x 'y' z"),
    ("a ''''''y''''' b", "a 'y b"),
    ("'ⵣ' «ʼn» it's", "'ⵣ' «ʼn» it's"),
]


@pytest.mark.parametrize(("line", "text"), QUOTES)
def test_apostrophes_that_are_letters_stay(line: str, text: str) -> None:
    assert strip_quotes(line) == text


def balanced(line: str) -> str | None:
    """The text of a line whose bold and italics are both closed, toggled character by character; None for others."""
    text, is_bold, is_italic = line, False, False
    for mark in ("'''''", "'''", "''"):
        count = text.count(mark)
        text = text.replace(mark, "")
        is_bold, is_italic = (
            is_bold ^ (bool(count % 2) and mark != "''"),
            is_italic ^ (bool(count % 2) and mark != "'''"),
        )
    return None if is_bold or is_italic else text


@pytest.mark.parametrize("word", ["ሰላም", "नमस्\u200dते", "ខ្មែរ", "ไทย", "漢字", "ẹ̀kọ́", "ⵜⴰⵎⴰ"])
def test_balanced_lines_lose_all_marks(word: str) -> None:
    for line in (f"'''{word}''' ''{word}''", f"'''''{word}'''''", f"'''{word} ''{word}'' {word}'''"):
        assert strip_quotes(line) == balanced(line)


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("{{lang|fr|mot}} {{lang-fr|mot}} {{Langue|ar|العربية}} {{Lang|ja|2=日本}}", "mot mot العربية 日本"),
        ("{{transliteration|ar|DIN|kitāb}} {{nowrap|a b}} {{Nobr|c}}", "kitāb a b c"),
        ("{{мова|grc|λόγος}} {{cite|x|y|z}} {{unité|93|kg}}x", "λόγος  x"),
        ("L{{'}}'''Andalousie''' ''Hawai{{okina}}i'' {{formatnum:1234}}", "L'Andalousie Hawaiʻi 1234"),
        ("L<nowiki>'</nowiki>'''é''' d'<nowiki/>''a'' l&#39;''b''", "L'é d'a l'b"),
        ("-{zh-hans:计算机;zh-hant:電腦}-软件", "计算机软件"),
        ("-{zh-hans:计算机;zh-hant:電腦}-軟體學習", "電腦軟體學習"),
        ("-{H|zh-cn:A;zh-tw:B}--{原文}- [[a|-{zh-cn:甲;zh-tw:乙}-]]", "原文 甲"),
        ("-{sr-ec:књига;sr-el:knjiga}- je na latinici", "knjiga je na latinici"),
        ("[[Fitxategi:x.JPG|thumb|a [[b]] c]]d [[Wiki (x)|]]", "d Wiki"),
        ("{| class=x\n|-\n| never closed\n!also\nProse.\n\n!Xóõ", "Prose."),
        ("!Xóõ\n|Xam", "!Xóõ\n|Xam"),
        ("[[Berkas:x.svg|jmpl|[[a|b]] [http://x y]]]z {{nobr|1=x=y}}", "z x=y"),
        ("-{kk-cyrl:қазақ;kk-latn:qazaq}- тіл", "қазақ тіл"),
        ("<center>{|\n|a\n|}</center>x", "x"),
        ("| cell || cell\n|-\nProse", "Prose"),
        ("Before {{broken|a=1\n| b = 2\n}\n\nProse", "Before\n}\n\nProse"),
        ('One.<ref name="a">note<ref name="b"/> Two.\n\nThree.<ref name="c', "One. note Two.\n\nThree."),
        ("A <!-- never closed\nB", "A"),
        ("<gallery>\nA.jpg|x\nB.png\nProse", "Prose"),
        ("a [b] [[c [[d]] [http://x y [z]] [q [r]] s]]", "a [b] c d y [z] [q [r]] s"),
        ("__अनुक्रम_नहीं__ __init__ a", "__init__ a"),
        ("he said:\n* x;\n:: y", "he said:\nx;\ny"),
        ("1 < 2, a<b and c>d {{{p|q}}} ~~~~", "1 < 2, ad"),
    ],
)
def test_no_markup_is_left_and_words_stay(wikitext: str, text: str) -> None:
    assert extract_prose(wikitext).strip() == text


UNCLOSED = [
    "<ref ",
    "<ref>",
    "<ref a=b ",
    "[[a\n",
    "<div>",
    "<!--",
    "&",
    "[http://a ",
    "{{a}}",
    "__a",
    "l'''I'' ",
    "|\n",
]


@pytest.mark.parametrize("mark", UNCLOSED)
def test_what_is_never_closed_costs_no_more_than_its_length(mark: str) -> None:
    extract_prose(mark * 20_000)


@pytest.mark.parametrize("mark", ["{{", "[[a|", "\n{|\n| a", "-{", "<table>"])
def test_what_is_nested_beyond_any_article_is_refused(mark: str) -> None:
    text = (mark * 5_000).replace("<", "&lt;")
    dump = f"<mediawiki><page><title>A</title><ns>0</ns><revision><text>{text}</text></revision></page></mediawiki>"
    found = read("mediawiki_dump", dump)
    assert kinds(found) == ["too deeply nested"]
    assert "more than 100" in found[0].reason  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("'''ߒߞߏ''' ''a''", "ߒߞߏ a"),
        ("[[a|b]] [[c]]s [[:Category:D]] [[OS&nbsp;X]]", "b cs Category:D OS\u00a0X"),
        ("x [[File:A.jpg|thumb|a [[b]]]] y [[Датотека:B.png|c]]", "x  y"),
        ("a<ref name=x>no</ref> b<ref/>", "a b"),
        ("{{lead|x={{y}}}}a {{{p|}}}b<!-- no -->", "a b"),
        ("{| class=x\n! no\n|-\n| no\n|}\nyes", "yes"),
        ("== A ==\ntext\n=== B ===\n== C ==\n* x\n# y\n== Refs ==\n<references/>\n", "A\n\ntext\n\nC\n\nx\ny"),
        ("a<br>b <small>c</small> <math>x^2</math> __NOTOC__&ndash; __БЕЗСОДРЖАЈ__", "a\nb c  –"),
        ("[http://x y z] [http://x] http://z", "y z  http://z"),
        ("<nowiki>[[a]]</nowiki> l'''a", "[[a]] la"),
        ("a {{broken [[ <ref>", "a"),
    ],
)
def test_wikitext(wikitext: str, text: str) -> None:
    assert extract_prose(wikitext, {"датотека"}).replace(" \n", "\n").strip() == text
