"""Prompts are the beginnings of test documents in every script, and both models go on with the same ones."""

from pathlib import Path

import pyarrow as pa
import pytest

from emma.evaluate.backends.hf import HuggingFace
from emma.evaluate.config import EvaluateConfig
from emma.evaluate.continuations import (
    PROMPT_CHARACTERS,
    REFERENCE_CHARACTERS,
    Opening,
    choose_openings,
    cut_text,
    find_border,
    make_request,
    tabulate_continuations,
    write_continuations,
)
from emma.schemas import SAMPLES
from emma.ui.terminal import is_inside_letter
from emma.work.progress import Reporter
from tests.conftest import TEXTS

SECTION = EvaluateConfig(device="cpu", precision="fp32")
DOCUMENTS = [
    {"id": f"{lang}:{number}", "lang": lang, "domain": "web", "text": f"{text} {number} {text}", "bytes": 1}
    for lang, text in TEXTS.items()
    for number in range(4 if lang != "nqo_Nkoo" else 2)
]


@pytest.mark.parametrize("lang", TEXTS)
def test_a_prompt_ends_where_a_letter_or_word_does(lang: str) -> None:
    for text in (TEXTS[lang], TEXTS[lang] * 20):
        prompt, reference = cut_text(text) or pytest.fail("it is long enough")
        assert text.startswith(prompt + reference)
        assert not is_inside_letter(text, len(prompt))
        assert len(text) < 200 or not is_inside_letter(text, len(prompt + reference))
        assert len(text) // 6 <= len(prompt) <= len(text) // 2 or len(prompt) >= PROMPT_CHARACTERS / 2
        assert len(prompt) <= 1.5 * PROMPT_CHARACTERS and len(reference) <= 1.5 * REFERENCE_CHARACTERS


def test_words_stay_whole_where_there_are_some() -> None:
    assert cut_text("one twothree four five six seven") == ("one twothree", " four five six seven")
    assert cut_text("የሰው፡ልጅ፡ሁሉ፡ሲወለድ፡ነጻና፡በክብርና፡") == ("የሰው፡ልጅ፡", "ሁሉ፡ሲወለድ፡ነጻና፡በክብርና፡")
    assert cut_text("人人生而自由平等。") == ("人人生", "而自由平等。")


def test_a_border_is_near_and_holds_what_belongs_together() -> None:
    assert find_border("a " + "x" * 40, 20) == 20  # the space is too far
    assert find_border("ab  cd", 3) == 2  # before both spaces
    assert find_border("人人。」生生", 3) == 4  # behind both marks


@pytest.mark.parametrize("text", ["", "a", "ab", "é\u0301\u0302", " \n "])
def test_what_is_too_short_is_no_prompt(text: str) -> None:
    assert cut_text(text) is None


def test_the_choice_does_not_depend_on_the_order() -> None:
    chosen = list(choose_openings(DOCUMENTS, 3, seed=0))
    assert chosen == list(choose_openings(DOCUMENTS[::-1], 3, seed=0))
    assert chosen != list(choose_openings(DOCUMENTS, 3, seed=1))
    assert [row["lang"] for row in chosen] == sorted([*TEXTS] * 3)[:-1] or len(chosen) == 3 * len(TEXTS) - 1
    assert not list(choose_openings(DOCUMENTS, 0, seed=0))


def test_short_documents_are_taken_where_there_are_no_others() -> None:
    texts = ["short one", "a document that is long enough to say something", "URL list"]
    rows = [{"id": text, "lang": "eng_Latn", "domain": "web", "text": text, "bytes": len(text)} for text in texts]
    assert [row["id"] for row in choose_openings(rows, 1, seed=0)] == [texts[1]]
    assert {row["id"] for row in choose_openings(rows, 3, seed=0)} == {*texts}


def write(folders: dict[str, Path], openings: list[Opening], root: Path) -> pa.Table:
    backends = {name: HuggingFace(folder, SECTION) for name, folder in folders.items()}
    written = {
        name: write_continuations(backend, openings, root, Reporter(quiet=True), model=name)
        for name, backend in backends.items()
    }
    return tabulate_continuations(openings, written)


def test_both_models_go_on(make_model, tmp_path: Path) -> None:
    folders = {name: make_model(name, max_position_embeddings=256) / "model" for name in ("base", "adapted")}
    openings = list(choose_openings(DOCUMENTS, 3, seed=0))
    table = write(folders, openings, tmp_path)
    assert table.schema.equals(SAMPLES) and table.num_rows == 3 * len(TEXTS) - 1
    rows = table.to_pylist()
    for name, folder in folders.items():  # one at a time, by the same backend without a store
        backend = HuggingFace(folder, SECTION)
        for row in rows[::7]:
            (answer,) = backend.answer(backend.prepare([make_request(row["prompt"])]))
            assert answer.text == row[name]
    assert write(folders, openings, tmp_path).equals(table)


def test_without_a_base_its_column_is_null(make_model, tmp_path: Path) -> None:
    folders = {"adapted": make_model("adapted", max_position_embeddings=256) / "model"}
    table = write(folders, list(choose_openings(DOCUMENTS[:3], 3, seed=0)), tmp_path)
    assert table["base"].null_count == table.num_rows == 3
    assert not write(folders, [], tmp_path).num_rows
