"""What goes in comes out, in any script; what is there already is found by key, and files do not depend on order."""

from pathlib import Path

from emma.evaluate.engine.answers import AnswerStore
from emma.evaluate.engine.requests import Answer, GenerateRequest, Prompt, ScoreAnswer, TextAnswer, request_key
from tests.conftest import TEXTS

ANSWERS: dict[str, Answer] = {
    request_key(GenerateRequest(Prompt(text), 8)): TextAnswer(text, 8, "length", shots=3) for text in TEXTS.values()
} | {
    "00" * 16: ScoreAnswer((1.5, 0.1 + 0.2), (2, 1), (False, True), truncated=True),
    "ff" * 16: TextAnswer("", 0, "stop"),
}


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    AnswerStore(tmp_path, "model").add(ANSWERS)
    store = AnswerStore(tmp_path, "model")
    assert store.find(ANSWERS) == ANSWERS
    assert store.find(["00" * 16, "ab" * 16]) == {"00" * 16: ANSWERS["00" * 16]}
    assert AnswerStore(tmp_path, "another").find(ANSWERS) == {}


def test_files_do_not_depend_on_the_order_of_answers(tmp_path: Path) -> None:
    one, other = AnswerStore(tmp_path, "one"), AnswerStore(tmp_path, "other")
    one.add(ANSWERS)
    other.add(dict(reversed(ANSWERS.items())))
    (first,), (second,) = one.path.iterdir(), other.path.iterdir()
    assert (first.name, first.read_bytes()) == (second.name, second.read_bytes())


def test_what_a_killed_process_was_writing_is_not_read(tmp_path: Path) -> None:
    store = AnswerStore(tmp_path, "model")
    store.add(ANSWERS)
    (store.path / "0.parquet.1.tmp").write_bytes(b"half")
    assert store.find(ANSWERS) == ANSWERS


def test_of_two_answers_to_one_request_the_same_holds_for_every_reader(tmp_path: Path) -> None:
    """Two runs that asked at one time: rounding may differ between them, but not from one reading to the next."""
    store, key = AnswerStore(tmp_path, "model"), "ff" * 16
    for other, text in (("00", "a"), ("ab", "b"), ("cd", "c"), ("ef", "d")):
        store.add({key: TextAnswer(text, 1, "stop"), other * 16: ANSWERS["00" * 16]})
    first = min(store.path.iterdir())
    alone = AnswerStore(tmp_path, "alone")
    alone.path.mkdir(parents=True)
    first.rename(alone.path / first.name)
    expected = alone.find([key])
    (alone.path / first.name).rename(first)
    assert store.find([key]) == expected
