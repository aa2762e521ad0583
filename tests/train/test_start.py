"""Where a training starts: what is refused, and what its record says."""

import json

import pytest

from emma.errors import RecipeError
from emma.models.folder import read_model_json
from emma.store.artifact import Artifact
from emma.tokens.samples import Samples
from emma.train.auto import read_start
from emma.train.config import TrainConfig
from emma.train.run import train
from emma.train.start import choose_start
from tests.train.conftest import LENGTH

SETTINGS = {"learning_rate": 1e-2, "batch_tokens": 5 * LENGTH, "precision": "fp32", "device": "cpu"}


@pytest.fixture
def first(world, make_work) -> tuple[dict[str, Artifact], Artifact]:
    """The inputs of a training, and what came of it."""
    inputs, work = world(), make_work("train", key="1" * 20)
    train(TrainConfig.model_validate(SETTINGS), **inputs, work=work)
    return inputs, Artifact(work.out, work.key)


def choose(inputs: dict[str, Artifact], start: Artifact | None, name: str | None = "first@8"):
    section = TrainConfig.model_validate({**SETTINGS, "from": name})
    return choose_start(section, inputs["adapt"], start, Samples(inputs["pack"], inputs["mix"]))


def test_the_record_says_whose_weights_they_were(first, make_work) -> None:
    inputs, start = first
    assert choose(inputs, start).started_from == {
        "run": "first", "step": 8, "tokens": 40 * LENGTH, "artifact": "1" * 20,
    }  # fmt: skip
    work = make_work("train", key="2" * 20)
    train(TrainConfig.model_validate({**SETTINGS, "from": "first"}), **inputs, start=start, work=work)
    record = read_model_json(work.out / "model" / "training.json")
    assert record["started_from"]["run"] == "first" and record["steps"] == 8
    # Without another training there is none in it, and the base's history is as adapt has it.
    assert choose(inputs, None, None).started_from is None
    assert not read_start(inputs["adapt"]).base
    point = read_start(inputs["adapt"], start)
    assert point.base and point.optimizer == "adamw"


@pytest.mark.parametrize(("chosen", "tokens"), [(0, 0), (3, 240), (8, 640)])
def test_weights_that_were_chosen_before_the_end_are_those_of_their_step(first, chosen: int, tokens: int) -> None:
    inputs, start = first
    path = start.path / "model" / "training.json"
    path.write_text(json.dumps({**read_model_json(path), "validation": {"result_step": chosen}}))
    rows = [{"step": step, "tokens": step * 5 * LENGTH} for step in (3, 6, 8)]
    (start.path / "metrics.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    started = choose(inputs, start).started_from
    assert (started["step"], started["tokens"]) == (chosen, tokens)


def test_another_vocabulary_or_no_training_is_refused(first) -> None:
    inputs, start = first
    with pytest.raises(RecipeError, match=r"train\.from = 'first@8' names a run of a home: here give its train"):
        choose(inputs, None)
    (start.path / "model" / "tokenizer.json").write_text("[]")
    with pytest.raises(RecipeError, match=r"train\.from = 'first@8': its tokenizer \(SHA-256 \w{12}…\) is not the one"):
        choose(inputs, start)
