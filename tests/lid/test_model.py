"""What a model answers: labels, scores, excerpts, spelling, one of several."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from emma.kernels.identify import choose_windows
from emma.lid import open_model
from emma.lid.model import Model
from tests.conftest import TEXTS
from tests.lid.conftest import EVERYDAY, uniform


@pytest.mark.slow
def test_labels_without_a_language_take_no_part(tmp_path: Path) -> None:
    some = uniform(tmp_path / "some.bin", ["eng_Latn", "zxx_Zxxx", "deu_Latn"], [0.6, 0.25, 0.15])
    assert some.labels == ["eng_Latn", None, "deu_Latn"] and some.known == ("deu_Latn", "eng_Latn")
    assert some.identify(["any text"]) == ([["eng_Latn", "deu_Latn"]], [[pytest.approx(0.8), pytest.approx(0.2)]])
    most = uniform(tmp_path / "most.bin", ["eng_Latn", "zxx_Zxxx"], [0.4, 0.6])
    assert most.identify(["any text"]) == ([[]], [[]])
    nothing = uniform(tmp_path / "nothing.bin", ["zxx_Zxxx"], [1.0])
    assert nothing.identify(["any text"]) == ([[]], [[]])


def test_two_names_of_one_language_are_one_label(tmp_path: Path) -> None:
    model = uniform(tmp_path / "model.bin", ["en", "eng_Latn", "deu_Latn"], [0.3, 0.3, 0.4])
    assert model.identify(["any text"]) == ([["eng_Latn", "deu_Latn"]], [[pytest.approx(0.6), pytest.approx(0.4)]])


# Asking


@pytest.mark.parametrize("lang", [*TEXTS, *EVERYDAY])
def test_every_script_is_told(model: Model, lang: str) -> None:
    (labels,), (scores,) = model.identify([{**TEXTS, **EVERYDAY}[lang]])
    assert labels[0] == lang and scores[0] > 0.5
    assert scores == sorted(scores, reverse=True) and len(labels) == len(scores) <= 3 and sum(scores) <= 1.001


def test_text_without_letters_has_no_language(model: Model) -> None:
    texts = ["", " \n\t", "12:30", "— 🙂 …", "१२३ ٣", "\u200d", "7 ñ"]
    labels, scores = model.identify(texts)
    assert [bool(each) for each in labels] == [bool(each) for each in scores] == [False] * 6 + [True]


def test_a_batch_is_its_texts_alone(model: Model) -> None:
    texts = [*TEXTS.values(), "", *EVERYDAY.values()] * 2
    labels, scores = model.identify(texts)
    alone = [model.identify([text]) for text in texts]
    assert labels == [each[0] for each, _ in alone] and scores == [each[0] for _, each in alone]
    sliced = pa.chunked_array([pa.array(["x", *texts[:5]])[1:], pa.array(texts[5:])])
    assert model.identify_column(sliced)[0].to_pylist() == labels


def test_nulls_stay_null(model: Model) -> None:
    column = pa.array([None, EVERYDAY["eng_Latn"], None, "7"])
    labels, scores = (each.to_pylist() for each in model.identify_column(column, 1))
    assert labels == [None, ["eng_Latn"], None, []] and [each is None for each in scores] == [True, False, True, False]


@pytest.mark.parametrize("lang", ["eng_Latn", "tha_Thai", "nqo_Nkoo", "hin_Deva"])
def test_long_texts_are_read_in_the_middle_of_their_thirds(model: Model, lang: str) -> None:
    text, menu = {**TEXTS, **EVERYDAY}[lang] + " ", EVERYDAY["deu_Latn"] + " "
    inside = menu * 5 + text * 300 + menu * 5
    assert model.identify([inside, inside[:400]], k=1, max_chars=300)[0] == [[lang], ["deu_Latn"]]
    (whole,), (part,) = (model.identify([text * 40], 1, most)[1] for most in (10**6, 600))
    assert whole == pytest.approx(part, abs=0.1)


@pytest.mark.parametrize("text", ["abcdefghi" * 100, "ⵣ" * 900, "a" * 600 + "ߛ" * 300, "x" + "𐒀" * 899, "é" * 13])
def test_windows_are_whole_characters_inside_the_text(text: str) -> None:
    data, windows = np.frombuffer(text.encode(), np.uint8), np.zeros((3, 2), np.int64)
    for most in (12, 300, 897, 899):
        found = windows[: choose_windows(data, 0, len(data), most, windows)].tolist()
        parts = [data[start:stop].tobytes().decode() for start, stop in found]
        assert all(most // 6 <= len(part) <= most // 3 for part in parts) or parts == [text]
        assert len(parts) == (1 if len(text) <= most else 3)
        assert found == sorted(found) and all(part in text for part in parts)


def test_newlines_are_spaces(model: Model) -> None:
    text = EVERYDAY["swh_Latn"]
    assert model.identify([text]) == model.identify([text.replace(" ", "\n")])


def test_letters_only_is_what_openlid_asks_for(trained: Path) -> None:
    letters, plain = (open_model(str(trained), spelling=each) for each in ("letters", "plain"))
    text = EVERYDAY["deu_Latn"]
    noisy = text.upper().replace(" ", " 12!, ").replace("SS", "SS-")
    assert letters.identify([noisy]) == letters.identify([text.upper().replace(" ", "   ")])
    assert letters.identify([noisy]) != plain.identify([noisy])


def test_a_folder_says_how_its_model_wants_text(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(trained.read_bytes())
    assert open_model(str(tmp_path)).spelling == "plain"
    (tmp_path / "lid.json").write_text(json.dumps({"spelling": "letters"}))
    assert open_model(str(tmp_path)).spelling == "letters"


def test_choosing_a_member(model: Model) -> None:
    assert model.choose(EVERYDAY["swh_Latn"], ["swc", "swh"]) == "swh"
    assert model.choose(EVERYDAY["eng_Latn"], ["swc", "swh"]) is None  # another language altogether
    assert model.choose(EVERYDAY["swh_Latn"], ["swc"]) is None  # unknown to the model
    assert model.choose("12", ["swh", "eng"]) is None


def test_choosing_needs_a_clear_winner(tmp_path: Path) -> None:
    model = uniform(tmp_path / "model.bin", ["hrv_Latn", "bos_Latn", "slv_Latn"], [0.5, 0.4, 0.1])
    assert model.choose("bilo koji tekst", ["hrv", "bos", "srp"]) is None
    assert model.choose("bilo koji tekst", ["hrv", "slv"]) == "hrv"


# Scripts


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("人人生而自由，在尊严和权利上一律平等。", "zho_Hans"),
        ("人人生而自由，在尊嚴和權利上一律平等。", "yue_Hant"),
        ("すべての人間は、生まれながらにして自由であり", "jpn_Jpan"),
        ("모든 인간은 태어날 때부터 자유로우며", "kor_Kore"),
        ("नमस्\u200dते दुनिया [[Some English target|शब्द]]", "hin_Deva"),
        ("{{GENDER:$1|он|она}} <span class='x'>пишет</span> https://example.org/wiki/Some_page", "rus_Cyrl"),
        ("text %s", "dan_Latn"),
    ],
)
def test_a_label_in_another_script_is_out_of_the_question(tmp_path: Path, text: str, label: str) -> None:
    """Whatever a model thinks: this one always thinks of Danish, of Japanese and Korean least."""
    names = ["dan_Latn", "zho_Hans", "yue_Hant", "jpn_Jpan", "kor_Kore", "hin_Deva", "rus_Cyrl", "zxx_Zxxx"]
    model = uniform(tmp_path / "model.bin", names, [0.9, 0.01, 0.01, 0.004, 0.003, 0.01, 0.01, 0.053])
    (labels,), (scores,) = model.identify([text])
    if label == "dan_Latn":
        assert (labels, scores) == ([label], [1.0])
    else:
        assert (labels, scores) == ([], []), "more likely no language than this one"
    known = uniform(tmp_path / "known.bin", names[:-1], [0.953, 0.01, 0.01, 0.004, 0.003, 0.01, 0.01])
    assert (known.identify([text])[0][0][:1], known.choose(text, [label[:3], "eng"])) == ([label], label[:3])


def test_a_script_of_no_label_gets_no_label(model: Model) -> None:
    assert model.identify(["Ελληνικά κείμενα", "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ"]) == ([[], []], [[], []])


def test_markup_is_not_read(model: Model) -> None:
    text = EVERYDAY["swh_Latn"]
    marked = f"<p class='x'>{text.replace(' na ', ' <b>na</b> ')}</p> {{{{GENDER:$1|}}}} https://example.org/the/house"
    assert model.identify([marked], 1)[0] == [["swh_Latn"]]
    (plain,), (with_marks,) = (model.identify([each], 1)[1] for each in (text, f"{text} %(the)s {{house}}"))
    assert plain == pytest.approx(with_marks, abs=0.01)
