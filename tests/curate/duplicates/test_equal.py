"""Copies without their diacritics go for the text that has them, whichever comes first; words they tell apart stay."""

import unicodedata

import pytest

from tests.curate.corpus import Bench, Row, plain
from tests.curate.duplicates.test_find_templates import OFF

MARKED = {
    "yor_Latn": "Ọjọ́ kan ní ọdún tó kọjá, àwọn ọmọdé méjì lọ sí odò láti pẹja, wọ́n sì rí ẹja ńlá kan tó ń sọ̀rọ̀.",
    "vie_Latn": "Một ngày nọ năm ngoái, hai đứa trẻ ra sông câu cá và thấy một con cá lớn đang nói chuyện với chúng.",
    "arb_Arab": "ذَهَبَ الوَلَدُ إِلَى المَدْرَسَةِ صَبَاحًا وَكَتَبَ دَرْسَهُ ثُمَّ عَادَ إِلَى البَيْتِ مَسَاءً",
    "heb_Hebr": "בְּרֵאשִׁית בָּרָא אֱלֹהִים אֵת הַשָּׁמַיִם וְאֵת הָאָרֶץ וְהָאָרֶץ הָיְתָה תֹהוּ וָבֹהוּ",
    "grc_Grek": "ἐν ἀρχῇ ἦν ὁ λόγος καὶ ὁ λόγος ἦν πρὸς τὸν θεόν καὶ θεὸς ἦν ὁ λόγος οὗτος ἦν ἐν ἀρχῇ",
}


def stripped(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", text) if unicodedata.category(char) != "Mn")


def reasons(bench: Bench, rows: list[Row]) -> list[str | None]:
    return [row["reason"] for row in bench.run(rows, OFF)[0]]


@pytest.mark.slow
@pytest.mark.parametrize("lang", MARKED)
def test_a_copy_without_diacritics_goes_wherever_it_stands(bench: Bench, lang: str) -> None:
    whole, copy = {"lang": lang, "text": MARKED[lang]}, {"lang": lang, "text": stripped(MARKED[lang])}
    others = plain(3, ["rus_Cyrl"])
    assert reasons(bench, [whole, *others, copy]) == [None] * 4 + ["near duplicate"]
    assert reasons(bench, [copy, *others, whole]) == ["near duplicate"] + [None] * 4
    assert reasons(bench, [copy, copy, *others]) == [None, "exact duplicate"] + [None] * 3


@pytest.mark.parametrize("lang", MARKED)
def test_the_same_text_in_another_language_is_no_reason(bench: Bench, lang: str) -> None:
    rows = [{"lang": "und_" + lang[-4:], "text": MARKED[lang]}, {"lang": lang, "text": stripped(MARKED[lang])}]
    selection, _, _ = bench.run(rows, OFF)
    assert [row["reason"] for row in selection] == [None, None] and len({row["cluster"] for row in selection}) == 1


def test_words_and_texts_with_other_marks_stay(bench: Bench) -> None:
    words = ["ọkọ", "ọkọ̀", "oko", "òkò", "ọ̀kọ̀ kan", "oko kan"]
    text = MARKED["vie_Latn"]
    other = text.translate(str.maketrans("ộọáờấ", "ốóàởầ"))
    rows = [{"lang": "yor_Latn", "text": word} for word in words]
    rows += [{"lang": "vie_Latn", "text": each} for each in (text, other)]
    assert reasons(bench, rows)[:6] == [None] * 6
