"""The letters of a text without its markup, by a table; and that nothing else is touched."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emma.lang.codes import SAMPLE, resolve
from emma.lang.markup import MARKS, letters
from emma.lang.scripts import written_evidence
from tests.conftest import TEXTS

LETTERS = [
    ('हिन्दी [[Target link|शब्द]] [पाठ](https://example.com/foo_bar "t") क्\u200dष', "हिन्दी शब्द पाठ क्\u200dष"),
    ("[[File:a.jpg|thumb|слово]] [[слово]]", "слово слово"),
    ("{{GENDER:$1|그가|그녀가}} 편집 {{SITENAME}} {{#if:x|네}}", "그가 그녀가 편집 네"),
    ("{{Infobox|a={{b|c}}\n|d=e}}ⵜⴰⵎⴰ", "ⵜⴰⵎⴰ"),
    ("ߒߞߏ {name} {0} {{user}} {% if x %}ߊ{% endif %} ${x.y} #{z} {a b}", "ߒߞߏ ߊ a b"),
    ("ሰላም %s %1$s %(count)d %d%% %@ %-5.2f %ld %{name} %name%", "ሰላም"),
    ("50% af $5", "af"),
    ("ข้อ me.you+x@example.co.uk @user https://ru.example.org/wiki/Foo?x=1 www.example.com/a.", "ข้อ"),
    ("a&nbsp;b &#x27;c AT&T", "a b c AT T"),
    ("<b class='x'>жир</b> 1 < 2 <!-- hidden > x --> <code>int main()</code> é <br/>", "жир é"),
    ("ខ្មែរ `foo()` ```\nblock\n```", "ខ្មែរ"),
    ("oʻz O`zbek o`z `okina `olelo", "oʻz O zbek o z okina olelo"),
    ("{count, plural, one {# файл} other {# файла}} {0, number}", "файл файла"),
    ("使用`foo`函数 https://example.com這是", "使用 函数 這是"),
    (r"\textbf{ẹ̀kọ́} \n", "ẹ̀kọ́"),
    ("e.g. and/or a.b 12:30 [x] (y)", "e g and or a b x y"),
]


def words(text: str) -> str:
    return " ".join(re.sub(r"[\s!-&(-/:-@\[-`{-~\d]+", " ", text).split())


@pytest.mark.parametrize(("text", "left"), LETTERS)
def test_markup_is_no_letter(text: str, left: str) -> None:
    assert words(letters(text)) == left


@pytest.mark.parametrize("text", TEXTS.values())
def test_plain_text_is_itself(text: str) -> None:
    assert letters(text) == text
    assert letters(f"{text}<br>{text}") == f"{text} {text}"
    assert letters(f"{text}<br>{text}", len(text) + 3) == f"{text} {text[:2]}"


@settings(deadline=None)  # the first call compiles
@given(st.text(st.one_of(st.characters(), st.sampled_from("<{}>%$&@`\\[]()|:/.www\n ab1-!#")), max_size=60))
def test_nothing_is_added_and_the_rest_keeps_its_order(text: str) -> None:
    left = letters(text)
    assert len(left) <= len(text)
    rest = iter(text)
    assert all(char in rest for char in left if char != " ")
    if not MARKS.search(text):
        assert left == text


UNCLOSED = ["{", "{{a ", "<", "<code>", "`a ", "[[", "[[a|", "](", "&a", "@a", "a@", "://", "%", "$a", "{a,b ", "{ } "]


@pytest.mark.parametrize("mark", UNCLOSED)
def test_what_is_never_closed_ends(mark: str) -> None:
    letters(mark * 20_000)


@pytest.mark.parametrize(
    ("code", "text", "label"),
    [
        ("sa", "[[Sanskrit literature and its many different commentaries|संस्कृतम्]]", "san_Deva"),
        (
            "ce",
            "{{Infobox settlement|name=Grozny}} [https://example.org/a/long/path Соьлжа-ГӀала] лаьттина гӀала",
            "che_Cyrl",
        ),
        ("ko", "{{GENDER:$1|}} {{PLURAL:$2|}} %(username)s 님의 문서를 편집", "kor_Kore"),
        ("sr", "<ref name='some reference'/> Ово је <span class='something'>текст</span>", "srp_Cyrl"),
    ],
)
def test_markup_has_no_say_in_the_script(code: str, text: str, label: str) -> None:
    assert resolve(code, text).label == label


def test_a_template_at_the_beginning_does_not_hide_the_text() -> None:
    text = "{{Infobox|" + "name = value " * 400 + "}}" + "текст " * 30
    assert written_evidence(letters(text, SAMPLE))[0] == "Cyrl"
