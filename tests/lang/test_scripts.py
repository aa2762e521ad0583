"""The script table against fontTools' own look-up, and facts about scripts."""

import re
from collections import Counter

import numpy as np
import pytest
from fontTools import unicodedata as oracle
from hypothesis import given, settings
from hypothesis import strategies as st

from emma.lang.codes import SAMPLE_CHARS, resolve
from emma.lang.scripts import (
    MARKS,
    NO_SCRIPT,
    SCRIPT_CODES,
    dominant_script,
    han_forms,
    is_spaced,
    script_table,
    scripts_agree,
    strip_markup,
    unicode_scripts,
    written_evidence,
    written_in,
    written_script,
    written_scripts,
)
from tests.conftest import TEXTS


def test_table_is_fonttools_for_every_character() -> None:
    table = script_table()
    assert table.shape == (0x110000,)
    assert len(SCRIPT_CODES) < 256
    points = [*range(0x3000), *range(0x3000, 0x110000, 97)]
    assert [SCRIPT_CODES[table[point]] for point in points] == [oracle.script(chr(point)) for point in points]


def test_table_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        script_table()[0] = 1


def slow(text: str) -> tuple[str, float]:
    counts = Counter(code for character in text if (code := oracle.script(character)) not in NO_SCRIPT)
    if not counts:
        return "Zyyy", 0.0
    code = min(counts, key=lambda each: (-counts[each], each))
    return code, counts[code] / counts.total()


@given(st.text())
def test_dominant_script_is_a_count(text: str) -> None:
    assert dominant_script(text) == slow(text)


@pytest.mark.parametrize("label", TEXTS)
def test_dominant_script_of_real_text(label: str) -> None:
    code, share = dominant_script(TEXTS[label])
    assert code in unicode_scripts(label[4:])
    assert share > 0.9


def test_no_letters_no_script() -> None:
    assert dominant_script("12 — 34!\u200d") == ("Zyyy", 0.0)


def test_spaces() -> None:
    unspaced = [label for label in TEXTS if not is_spaced(label[4:])]
    assert unspaced == ["tha_Thai", "khm_Khmr", "zho_Hans", "mya_Mymr"]
    assert is_spaced("Kore") and is_spaced("Hang") and not is_spaced("Jpan") and not is_spaced("Tibt")


def test_covers() -> None:
    assert unicode_scripts("Jpan") == {"Hira", "Kana", "Hani"}
    assert unicode_scripts("Kore") == {"Hang", "Hani"}
    assert unicode_scripts("Hant") == unicode_scripts("Hans") == {"Hani", "Bopo"}
    assert unicode_scripts("Nkoo") == {"Nkoo"}
    assert np.all([unicode_scripts(code) <= set(SCRIPT_CODES) for code in SCRIPT_CODES])


# Pairs of the same word; and characters that both forms have.
SIMPLIFIED = "门们这个国语说话东车马鸟鱼龙龟书画长张风飞电见观觉认识钱铁银钟头买卖爱丽学习写汉进远还边过运"
TRADITIONAL = "門們這個國語說話東車馬鳥魚龍龜書畫長張風飛電見觀覺認識錢鐵銀鐘頭買賣愛麗學習寫漢進遠還邊過運"
BOTH = "人大中天小一二三山水火木日月上下左右我你他是不有在和于後里裏台佢冇咁呎"


def test_han_forms_of_known_characters() -> None:
    forms = han_forms()
    assert forms.shape == (0x110000,) and forms.dtype == np.uint8
    pairs = [(one, other) for one, other in zip(SIMPLIFIED, TRADITIONAL, strict=True) if one != other]
    assert [int(forms[ord(one)]) for one, _ in pairs] == [1] * len(pairs)
    assert [int(forms[ord(other)]) for _, other in pairs] == [2] * len(pairs)
    assert {int(forms[ord(each)]) for each in BOTH} == {0}


def test_only_han_has_forms() -> None:
    marked = np.flatnonzero(han_forms())
    assert {SCRIPT_CODES[number] for number in script_table()[marked]} == {"Hani"}
    with pytest.raises(ValueError, match="read-only"):
        han_forms()[0] = 1


WRITTEN = [
    (TEXTS["zho_Hans"], "Hans"),
    ("人人生而自由，在尊嚴和權利上一律平等。", "Hant"),
    ("日月山水", "Hani"),
    ("这个門國", "Hani"),
    ("佢冇食飯，我哋嚟緊。", "Hant"),
    ("すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。", "Jpan"),
    ("国際連合の総会", "Jpan"),
    ("カタカナ", "Jpan"),
    ("这是の味道，他们都说很好吃，我们也这样认为", "Hans"),
    ("모든 인간은 태어날 때부터 자유로우며", "Kore"),
    ("大韓民國은 民主共和國이다", "Kore"),
    ("ㄅㄆㄇㄈ", "Bopo"),
    ("他在Microsoft工作了很长时间", "Hans"),
    ("The word 門 means gate, of course", "Latn"),
    ("12 — 34!", "Zyyy"),
    ("", "Zyyy"),
    *((TEXTS[label], label[4:]) for label in TEXTS if label != "zho_Hans"),
]


@pytest.mark.parametrize(("text", "script"), WRITTEN)
def test_written_as_a_label_would_have_it(text: str, script: str) -> None:
    assert written_in(text) == script
    if label := next((each for each in TEXTS if TEXTS[each] == text), ""):
        assert scripts_agree(written_in(text), label[4:])


def test_evidence_has_the_share_and_number_of_letters() -> None:
    assert written_evidence("国際連合の総会 UN") == ("Jpan", 7 / 9, 9)


def slow_written(counts: dict[str, int], simplified: int, traditional: int) -> str:
    """The rule in words: the letters of the east together, and what they are."""
    kana = counts.get("Hira", 0) + counts.get("Kana", 0)
    east = sum(counts.get(code, 0) for code in ("Bopo", "Hang", "Hani", "Hira", "Kana"))
    others = {code: count for code, count in counts.items() if code not in ("Bopo", "Hang", "Hani", "Hira", "Kana")}
    if not east or max(others.values(), default=0) > 2 * east:
        return min(others, key=lambda code: (-others[code], code)) if any(others.values()) else "Zyyy"
    if counts.get("Hang", 0) > kana and counts["Hang"] * 5 >= east:
        return "Kore"
    if kana * 10 >= east:
        return "Jpan"
    if counts.get("Bopo", 0) > counts.get("Hani", 0):
        return "Bopo"
    for form, these, rest in (("Hans", simplified, traditional), ("Hant", traditional, simplified)):
        if these and these >= 3 * rest and 50 * these >= counts.get("Hani", 0):
            return form
    return "Hani"


COUNTS = st.dictionaries(st.sampled_from(["Latn", "Cyrl", "Hani", "Hira", "Kana", "Hang", "Bopo"]), st.integers(0, 60))


@given(st.lists(st.tuples(COUNTS, st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=4))
def test_written_scripts_is_the_rule_for_each_row(texts: list[tuple[dict[str, int], int, int]]) -> None:
    counts = np.zeros((len(texts), len(SCRIPT_CODES)), np.int64)
    for row, (each, _, _) in enumerate(texts):
        for code, count in each.items():
            counts[row, SCRIPT_CODES.index(code)] = count
    forms = np.array([[simplified, traditional] for _, simplified, traditional in texts])
    before = counts.copy()
    slow = [slow_written(*each) for each in texts]
    assert list(written_scripts(counts, forms[:, 0], forms[:, 1])) == slow
    assert [written_script(row, *form) for row, form in zip(counts, forms, strict=True)] == slow
    assert (counts == before).all()


AGREE = [
    ("Hani", "Hans", True),
    ("Hani", "Hant", True),
    ("Hans", "Hani", True),
    ("Hant", "Hani", True),
    ("Hans", "Hant", False),
    ("Hant", "Hans", False),
    ("Hans", "Jpan", True),
    ("Hani", "Kore", True),
    ("Jpan", "Jpan", True),
    ("Jpan", "Hans", False),
    ("Jpan", "Kana", True),
    ("Kore", "Hang", True),
    ("Kore", "Hans", False),
    ("Hani", "Latn", False),
    ("Bopo", "Hant", True),
    ("Latn", "Cyrl", False),
    ("Cyrl", "Cyrl", True),
    ("Zyyy", "Arab", True),
    ("Tfng", "Latn", False),
]


@pytest.mark.parametrize(("written", "label", "same"), AGREE)
def test_agreement(written: str, label: str, same: bool) -> None:
    assert scripts_agree(written, label) is same


def test_every_script_agrees_with_itself() -> None:
    for code in SCRIPT_CODES:
        assert scripts_agree(code, code)


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
    assert words(strip_markup(text)) == left


@pytest.mark.parametrize("text", TEXTS.values())
def test_plain_text_is_itself(text: str) -> None:
    assert strip_markup(text) == text
    assert strip_markup(f"{text}<br>{text}") == f"{text} {text}"
    assert strip_markup(f"{text}<br>{text}", len(text) + 3) == f"{text} {text[:2]}"


@settings(deadline=None)  # the first call compiles
@given(st.text(st.one_of(st.characters(), st.sampled_from("<{}>%$&@`\\[]()|:/.www\n ab1-!#")), max_size=60))
def test_nothing_is_added_and_the_rest_keeps_its_order(text: str) -> None:
    left = strip_markup(text)
    assert len(left) <= len(text)
    rest = iter(text)
    assert all(char in rest for char in left if char != " ")
    if not MARKS.search(text):
        assert left == text


UNCLOSED = ["{", "{{a ", "<", "<code>", "`a ", "[[", "[[a|", "](", "&a", "@a", "a@", "://", "%", "$a", "{a,b ", "{ } "]


@pytest.mark.parametrize("mark", UNCLOSED)
def test_what_is_never_closed_ends(mark: str) -> None:
    strip_markup(mark * 20_000)


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
    assert written_evidence(strip_markup(text, SAMPLE_CHARS))[0] == "Cyrl"
