"""Loss by position against transformers' own logits, one token at a time, also beyond the model's context."""

import pyarrow as pa
import pytest
import torch
from transformers import AutoModelForCausalLM

from emma.evaluate.config import EvaluateConfig
from emma.evaluate.likelihood.positions import (
    STRETCHES,
    choose_streams,
    count_bytes_before,
    encode_stream,
    join_streams,
    measure_positions,
)
from emma.evaluate.likelihood.score import Scorer
from emma.schemas import POSITIONS
from tests.conftest import TEXTS
from tests.evaluate.conftest import CONTEXT

ROWS = [{"lang": lang, "text": text} for lang, text in TEXTS.items() for _ in range(3)]
LENGTH = 64


def measure(folders, documents, section: EvaluateConfig) -> list[dict]:
    """The rows of all models, one after the other."""
    streams = choose_streams(folders, documents, section)
    return [
        row
        for model, folder in folders.items()
        for row in measure_positions(model, Scorer.open(folder, section), streams)
    ]


LONG = [lang for lang, text in join_streams(ROWS).items() if len(text.encode()) >= LENGTH]


def slow(folder, text: str) -> list[float]:
    """Nats of the first LENGTH bytes of a text, each from a pass of its own over what comes before it."""
    model = AutoModelForCausalLM.from_pretrained(folder)
    ids = [1, *(3 + byte for byte in text.encode()[:LENGTH])]
    return [
        -model(torch.tensor([ids[:place]])).logits[0, -1].log_softmax(-1)[ids[place]].item()
        for place in range(1, len(ids))
    ]


def test_every_stretch_of_positions(make_model) -> None:
    folders = {
        "base": make_model("base") / "model",
        "adapted": make_model("wide", max_position_embeddings=64) / "model",
    }
    rows = measure(folders, ROWS, EvaluateConfig(precision="fp32", position_streams=2))
    assert pa.Table.from_pylist(rows, schema=POSITIONS).num_columns == len(rows[0])
    assert [(row["model"], row["context"]) for row in rows] == [("base", CONTEXT)] * 16 + [("adapted", 64)] * 16
    assert [(row["begin"], row["end"]) for row in rows[:2]] == [(0, 4), (4, 8)]
    texts = [join_streams(ROWS)[lang] for lang in LONG[:2]]
    for model, folder in folders.items():
        costs = [slow(folder, text) for text in texts]
        for row in (row for row in rows if row["model"] == model):
            begin, end = row["begin"], row["end"]
            assert row["nats"] == pytest.approx(sum(sum(cost[begin:end]) for cost in costs), rel=1e-5)
            assert row["tokens"] == 2 * (end - begin)
    for model in folders:  # every token is a byte, and the last may cut a character
        assert 2 * LENGTH <= sum(row["bytes"] for row in rows if row["model"] == model) <= 2 * (LENGTH + 3)


def test_streams_are_whole_languages_the_longest_first() -> None:
    found = join_streams([{"lang": "b", "text": "è"}, {"lang": "a", "text": "ab"}, {"lang": "b", "text": "z"}])
    assert list(found.items()) == [("b", "è\n\nz"), ("a", "ab")]
    assert list(join_streams(ROWS)) == sorted(
        join_streams(ROWS), key=lambda lang: (-len(join_streams(ROWS)[lang].encode()), lang)
    )


def test_bytes_of_tokens_that_share_a_character() -> None:
    assert count_bytes_before("aߒb", [1, 2, 2, 3]) == [1, 3, 3, 4]


@pytest.mark.parametrize("lang", LONG)
def test_bytes_are_those_of_the_text(make_model, lang: str) -> None:
    ids, sizes = encode_stream(make_model("any") / "model", join_streams(ROWS)[lang], LENGTH)
    assert len(ids) == LENGTH + 1
    assert len(sizes) == LENGTH
    whole = len(join_streams(ROWS)[lang].encode()[:LENGTH].decode(errors="ignore").encode())
    assert whole <= sizes[-1] <= whole + 4  # the last character may be cut inside


def test_nothing_to_measure(make_model) -> None:
    folder = {"adapted": make_model("any") / "model"}
    assert not measure(folder, ROWS[:1], EvaluateConfig(precision="fp32", position_tokens=10_000))
    assert not measure(folder, ROWS, EvaluateConfig(precision="fp32", position_streams=0))


def test_stretches_of_a_length_that_does_not_divide(make_model) -> None:
    rows = measure({"adapted": make_model("any") / "model"}, ROWS, EvaluateConfig(precision="fp32", position_tokens=21))
    assert len(rows) == STRETCHES
    assert [row["begin"] for row in rows[1:]] == [row["end"] for row in rows[:-1]]
    assert rows[-1]["end"] == 21


def test_one_window_however_long(make_model) -> None:
    folder = make_model("any") / "model"
    text = join_streams(ROWS)[LONG[0]]
    ids = [1, *(3 + byte for byte in text.encode()[:LENGTH])]
    assert Scorer.open(folder, EvaluateConfig(precision="fp32")).score_tokens(ids) == pytest.approx(
        slow(folder, text), rel=1e-5
    )
