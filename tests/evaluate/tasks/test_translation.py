"""Translation: which sentences belong together, both directions, and pairs without English."""

from pathlib import Path

import pytest

from emma.errors import LanguageError, SourceError
from emma.evaluate.engine.requests import GenerateRequest, TextAnswer
from emma.evaluate.tasks.registry import find_task
from emma.evaluate.tasks.task import Asking
from emma.evaluate.tasks.translation import FLORES200, NTREX128, NUSAX_MT
from emma.lang.language import ENGLISH, Lang
from tests.evaluate.tasks.files import write

EWE, NKO, KASHMIRI = Lang("ewe", "Latn"), Lang("nqo", "Nkoo"), Lang("kas", "Deva")


def lines(*sentences: str) -> str:
    return "".join(f"{sentence}\n" for sentence in sentences)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(
        tmp_path,
        {
            "devtest/eng_Latn.devtest": lines("one", "two", "three"),
            "devtest/ewe_Latn.devtest": lines("ɖeká", "eve", "etɔ̃"),
            "devtest/nqo_Nkoo.devtest": lines("ߞߋߟߋ߲߫", "", "ߛߓߊ߬"),
            "devtest/kas_Deva.devtest": lines("अख", "ज़", "त्रे"),
            "dev/eng_Latn.dev": lines("four", "five", "six", "seven"),
            "dev/ewe_Latn.dev": lines("ene", "atɔ̃", "adé", "adrɛ́"),
        },
    )


def test_both_directions_behind_examples_of_the_other_split(folder: Path) -> None:
    data = FLORES200.read(folder, EWE)
    asked = FLORES200.ask(data.items[1], EWE, data, Asking(shots=4))
    assert [data.items[1].under(variant).gold for variant in asked] == ["eve", "two"]
    out, back = (asked[f"{way} eng_Latn"][0] for way in ("from", "into"))
    assert isinstance(out, GenerateRequest)
    assert out.prompt.query == "English: two\nEwe:"
    assert back.prompt.query == "Ewe: eve\nEnglish:"
    assert set(out.prompt.shots) == {
        "English: four\nEwe: ene\n\n",
        "English: five\nEwe: atɔ̃\n\n",
        "English: six\nEwe: adé\n\n",
        "English: seven\nEwe: adrɛ́\n\n",
    }
    assert (out.stop, out.temperature) == (("\n",), 0.0)
    assert data.items[1].texts == ("eve", "two")


def test_the_published_prompt(folder: Path) -> None:
    data = FLORES200.read(folder, EWE)
    (request,) = FLORES200.ask(data.items[0], EWE, data, Asking(mode="paper"))["from eng_Latn"]
    assert isinstance(request, GenerateRequest)
    assert request.prompt.query == "Translate the following sentence from English to Ewe\n[English]: one\n[Ewe]:"
    assert len(request.prompt.shots) == 3
    assert all(shot.startswith("[English]: ") and shot.count("\n") == 2 for shot in request.prompt.shots)
    assert (request.max_tokens, request.temperature, request.top_p) == (2048, 0.6, 0.9)


def test_an_empty_sentence_is_a_reject_and_costs_no_other(folder: Path) -> None:
    data = FLORES200.read(folder, NKO)
    assert [(item.id, item.cluster) for item in data.items] == [("1", "1"), ("3", "3")]
    assert [(reject.row, reject.reason) for reject in data.rejects] == [(2, "its 'text' is empty")]
    # In the other direction it is the pivot's fault.
    pair = FLORES200.narrow("nqo_Nkoo-ewe_Latn").read(folder, EWE)
    assert [(reject.row, reject.reason) for reject in pair.rejects] == [(2, "it has no translation in nqo_Nkoo")]


def test_a_pivot_without_rows_costs_every_sentence(folder: Path) -> None:
    write(folder, {"devtest/eng_Latn.devtest": ""})
    data = FLORES200.read(folder, EWE)
    reason = "its file has 3 rows, that of eng_Latn 0: no translation row by row"
    assert (data.items, {reject.reason for reject in data.rejects}) == ((), {reason})


def test_a_file_of_another_length_is_no_translation_and_costs_no_other_language(folder: Path) -> None:
    # Such as a link that became a file with the name of another one.
    write(folder, {"devtest/kas_Deva.devtest": lines("nqo_Nkoo.devtest")})
    data = FLORES200.read(folder, KASHMIRI)
    reason = "its file has 1 rows, that of eng_Latn 3: no translation row by row"
    assert (data.items, [reject.reason for reject in data.rejects]) == ((), [reason])


def test_a_pair_by_name_is_asked_one_way(folder: Path) -> None:
    task = find_task("flores200:kas_Deva-ewe_Latn")
    assert task.info.name == "flores200:kas_Deva-ewe_Latn"
    assert list(task.languages(folder)) == [EWE]
    data = task.read(folder, EWE)
    asked = task.ask(data.items[0], EWE, data, Asking(shots=0))
    # Kashmiri is mostly written in Arabic letters, so its other script is named.
    assert {variant: requests[0].prompt.text for variant, requests in asked.items()} == {
        "from kas_Deva": "Kashmiri (Deva): अख\nEwe:"
    }
    assert task.metrics("from kas_Deva", EWE, Asking())[0].name == "chrF++"


def test_another_pivot_both_ways(folder: Path) -> None:
    task = FLORES200.narrow("ewe_Latn")
    assert set(task.languages(folder)) == {ENGLISH, NKO, KASHMIRI}
    data = task.read(folder, KASHMIRI)
    assert list(task.ask(data.items[0], KASHMIRI, data, Asking())) == ["from ewe_Latn", "into ewe_Latn"]


def test_what_is_no_pair_is_refused(folder: Path) -> None:
    with pytest.raises(LanguageError, match="'ewe' is not a language label"):
        find_task("flores200:ewe")
    with pytest.raises(SourceError, match="has no sentences in zul_Latn"):
        find_task("flores200:zul_Latn").languages(folder)


def test_all_but_english_are_languages_and_own_names_are_there(folder: Path) -> None:
    assert set(FLORES200.languages(folder)) == {EWE, NKO, KASHMIRI}
    data = FLORES200.read(folder, EWE)
    asked = FLORES200.ask(data.items[0], EWE, data, Asking(shots=0, own_language=True))
    assert asked["from eng_Latn"][0].prompt.text == "English: one\neʋegbe:"


def test_a_right_answer_is_worth_all_and_a_wrong_way_little(folder: Path) -> None:
    pytest.importorskip("sacrebleu")
    data = FLORES200.read(folder, EWE)
    for variant in ("from eng_Latn", "into eng_Latn"):
        items = [item.under(variant) for item in data.items]
        right = [(TextAnswer(f" {item.gold}", 1, "stop"),) for item in items]
        wrong = [(TextAnswer(str(item.fields["eng_Latn"]), 1, "stop"),) for item in items]
        chrf = FLORES200.metrics(variant, EWE, Asking())[0]
        assert chrf.total(chrf.statistics(items, right).sum(0)) == pytest.approx(100)
        assert (chrf.total(chrf.statistics(items, wrong).sum(0)) < 30) == (variant == "from eng_Latn")


def test_of_two_codes_for_one_language_both_files_are_asked_and_the_shorter_name_is_the_pivot(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "newstest2019-src.eng.txt": lines("colour", "two"),
            "newstest2019-ref.eng-GB.txt": lines("color", "2"),
            "newstest2019-ref.apc.txt": lines("أ", "ب"),
            "newstest2019-ref.ajp.txt": lines("ت", "ث"),
        },
    )
    levantine = Lang("apc", "Arab")
    assert list(NTREX128.languages(tmp_path)) == [levantine]
    items = NTREX128.read(tmp_path, levantine).items
    assert sorted((str(item.gold), item.fields["eng_Latn"], item.cluster) for item in items) == [
        ("أ", "colour", "1"),
        ("ب", "two", "2"),
        ("ت", "colour", "1"),
        ("ث", "two", "2"),
    ]
    assert len({item.id for item in items}) == 4


def test_columns_named_for_languages(tmp_path: Path) -> None:
    write(tmp_path, {"mt/test.csv": ',english,toba_batak\n0,"good, fine",denggan\n1,bad,\n'})
    batak = Lang("bbc", "Latn")
    assert list(NUSAX_MT.languages(tmp_path)) == [batak]
    data = NUSAX_MT.read(tmp_path, batak)
    assert [item.fields for item in data.items] == [
        {"eng_Latn": "good, fine", "bbc_Latn": "denggan", "max_tokens": data.items[0].fields["max_tokens"]}
    ]
    assert [(reject.row, reject.reason) for reject in data.rejects] == [(2, "its 'text' is empty")]
