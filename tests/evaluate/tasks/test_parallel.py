"""Likelihood of parallel text: bits by size, and against those of the same sentences in English."""

from math import log
from pathlib import Path

import pytest

from emma.evaluate.engine.requests import ScoreAnswer, ScoreRequest
from emma.evaluate.tasks.parallel import AGAINST, ALONE, TASKS, VERSES
from emma.evaluate.tasks.task import Asking, Item
from emma.lang.language import ENGLISH, Lang
from tests.evaluate.tasks.files import write

FLORES, BIBLE = TASKS
NKO, EWE = Lang("nqo", "Nkoo"), Lang("ewe", "Latn")


def cost(bits: float) -> ScoreAnswer:
    return ScoreAnswer((bits * log(2),), (1,), (False,))


def test_what_a_sentence_costs_by_each_measure(tmp_path: Path) -> None:
    write(tmp_path, {"nqo_Nkoo.devtest": "ߛߓߊ߬\nߞߋ\n", "eng_Latn.devtest": "three\none\n"})
    assert FLORES.languages(tmp_path) == [ENGLISH, NKO]
    data = FLORES.read(tmp_path, NKO)
    asked = FLORES.ask(data.items[0], NKO, data, Asking())
    assert [
        [request.choices for request in requests if isinstance(request, ScoreRequest)] for requests in asked.values()
    ] == [
        [("ߛߓߊ߬",)],
        [("ߛߓߊ߬",), ("three",)],
    ]
    assert {request.prompt.text for requests in asked.values() for request in requests} == {""}
    values = {
        metric.name: metric.total(metric.statistics(data.items, [(cost(12), cost(4)), (cost(4), cost(4))]).sum(0))
        for variant in (ALONE, AGAINST)
        for metric in FLORES.metrics(variant, NKO, Asking())
    }
    # Six characters of two bytes, over two sentences: a ratio of sums, and no mean of ratios.
    assert values == {
        "bits_per_byte": pytest.approx(16 / 12),
        "bits_per_character": pytest.approx(16 / 6),
        "bits_per_sentence": pytest.approx(8),
        "bits_against_english": pytest.approx(2),
    }


def test_english_is_not_asked_against_itself(tmp_path: Path) -> None:
    write(tmp_path, {"eng_Latn.devtest": "three\none\n"})
    data = FLORES.read(tmp_path, ENGLISH)
    assert list(FLORES.ask(data.items[0], ENGLISH, data, Asking())) == [ALONE]


def test_verses_that_english_has_too_and_all_where_there_is_no_english(tmp_path: Path) -> None:
    write(tmp_path, {"bibles/ewe_Latn.tsv": "verse_id\ttext\n40001001\tGbã\n40001002\tEvelia\n"})
    folder = tmp_path / "bibles"
    alone = BIBLE.read(folder, EWE)
    assert sorted(item.id for item in alone.items) == ["40001001", "40001002"]
    assert list(BIBLE.ask(alone.items[0], EWE, alone, Asking())) == [ALONE]
    with_english = write(tmp_path / "more", {"bibles/ewe_Latn.tsv": (folder / "ewe_Latn.tsv").read_text("utf-8")})
    write(with_english, {"bibles/eng_Latn.tsv": "verse_id\ttext\n40001002\tSecond\n"})
    data = BIBLE.read(with_english / "bibles", EWE)
    assert [(item.id, item.gold, item.fields["english"]) for item in data.items] == [("40001002", "Evelia", "Second")]
    assert list(BIBLE.ask(data.items[0], EWE, data, Asking())) == [ALONE, AGAINST]


def test_the_same_verses_in_all_languages_of_a_long_bible(tmp_path: Path) -> None:
    numbers = [f"01{chapter:03}{verse:03}" for chapter in range(1, 41) for verse in range(1, 31)]
    for name, word in (("ewe_Latn", "nya"), ("nqo_Nkoo", "ߞߎߡߊ")):
        write(
            tmp_path, {f"bibles/{name}.tsv": "verse_id\ttext\n" + "".join(f"{one}\t{word} {one}\n" for one in numbers)}
        )
    one, other = (BIBLE.read(tmp_path / "bibles", lang) for lang in (EWE, NKO))
    assert [item.id for item in one.items] == [item.id for item in other.items]
    assert len(one.items) == VERSES


def test_a_letter_is_as_many_characters_however_it_is_written() -> None:
    """An e with a dot below and an acute accent is two characters composed and three decomposed."""
    characters = FLORES.metrics(ALONE, EWE, Asking())[1]
    items = [Item("1", text) for text in ("\u1eb9\u0301", "e\u0323\u0301")]
    assert characters.statistics(items, [(cost(1),)] * 2)[:, 1].tolist() == [2, 2]
