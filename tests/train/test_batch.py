"""Batches against a reader that goes token by token."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from emma.errors import ArtifactError, RecipeError
from emma.schemas import PLAN
from emma.store import shards
from emma.tokens.samples import Sample, Samples
from emma.train.batch import IGNORE, StepPlan, check_tokenizer, check_vocabulary, make_batch
from tests.train.conftest import LENGTH, SOURCES, slow_window


def test_a_batch_is_what_a_slow_reader_finds(world) -> None:
    inputs = world()
    samples = Samples(inputs["pack"], inputs["mix"])
    batch = make_batch(samples, range(len(samples)))
    for row, source in enumerate(batch.sources):
        documents = SOURCES[samples.sources[source].lang, samples.sources[source].domain]
        document, first, _ = samples.draw(row).spans[0].tolist()
        start = sum(len(each) for each in documents[:document]) + first
        tokens, begins = slow_window(documents, start, LENGTH + 1)
        place, wanted = 0, []
        for each in begins[:-1]:
            place = 0 if each or not wanted else place + 1
            wanted.append(place)
        assert batch.inputs[row].tolist() == tokens[:-1]
        assert batch.positions[row].tolist() == wanted
        expected = [IGNORE if begin else token for token, begin in zip(tokens[1:], begins[1:], strict=True)]
        assert batch.targets[row].tolist() == expected
    assert np.bincount(batch.sources).tolist() == [20, 6, 14]
    assert not batch.padding.any() and batch.predicted == (batch.targets != IGNORE).sum()


def test_padding_is_a_document_without_targets() -> None:
    tokens, padding = np.array([5, 6, 7, 2, 0, 0]), np.array([0, 0, 0, 0, 1, 1], bool)
    begins = np.array([1, 0, 1, 0, 1, 0], bool)
    sample = Sample(3, tokens, begins, padding, np.array([[0, 0, 2], [1, 0, 2]]))
    batch = make_batch(SimpleNamespace(draw=lambda number: sample), [0, 0])
    assert batch.targets.tolist() == [[6, IGNORE, 2, IGNORE, IGNORE]] * 2
    assert batch.positions.tolist() == [[0, 1, 0, 1, 0]] * 2
    assert batch.padding.tolist() == [[False] * 4 + [True]] * 2
    assert (batch.predicted, batch.sources.tolist()) == (4, [3, 3])


def test_a_sample_does_not_depend_on_its_batch(world) -> None:
    inputs = world()
    samples = Samples(inputs["pack"], inputs["mix"])
    whole, part = make_batch(samples, range(12)), make_batch(samples, [9, 3])
    for field in dataclasses.fields(whole):
        assert np.array_equal(getattr(whole, field.name)[[9, 3]], getattr(part, field.name))
        assert np.array_equal(getattr(whole, field.name)[2:5], getattr(whole.part(2, 3), field.name))


def test_a_plan_of_another_run_is_refused(world) -> None:
    inputs = world()
    plan = inputs["mix"].path / "plan.parquet"
    rows = shards.read(plan).to_pylist()
    rows[1]["tokens"] += 1
    shards.write(plan, pa.Table.from_pylist(rows, schema=PLAN))
    with pytest.raises(ArtifactError, match=r"has 9 tokens, the plan says 10 for yor_Latn \(web\)"):
        Samples(inputs["pack"], inputs["mix"])


def test_a_vocabulary_larger_than_the_model_is_refused(world) -> None:
    inputs = world()
    with pytest.raises(RecipeError, match="a vocabulary of 101 pieces, but the model has 100 embedding rows"):
        check_vocabulary(Samples(inputs["pack"], inputs["mix"]), 100)
    check_vocabulary(Samples(inputs["pack"], inputs["mix"]), 101)


def test_shards_of_another_tokenizer_are_refused(world) -> None:
    inputs = world()
    samples, folder = Samples(inputs["pack"], inputs["mix"]), inputs["adapt"].file("model")
    check_tokenizer(samples, folder)
    (folder / "tokenizer.json").write_text('{"another": 1}')
    with pytest.raises(RecipeError, match=r"another tokenizer \(SHA-256 44136fa355b3…\) than the model.*Run pack, mix"):
        check_tokenizer(samples, folder)


@pytest.mark.parametrize(("samples", "said"), [(40, None), (43, "the last of 9 steps has 3 of 5 sequences")])
def test_a_last_step_that_is_not_whole_is_told(samples: int, said: str | None) -> None:
    assert StepPlan(samples, 5).describe_rest() == said
