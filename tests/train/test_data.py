"""Batches against a reader that goes token by token."""

import dataclasses

import numpy as np
import pyarrow as pa
import pytest

from emma.errors import ArtifactError, RecipeError
from emma.schemas import PLAN
from emma.store import shards
from emma.train.data import IGNORE, Samples, check_vocabulary
from tests.train.conftest import LENGTH, SOURCES, slow_window


def test_a_batch_is_what_a_slow_reader_finds(world) -> None:
    inputs = world()
    samples = Samples(inputs["pack"], inputs["mix"])
    documents = list(SOURCES.values())
    batch = samples.batch(range(len(samples)))
    for row, (source, start) in enumerate(zip(batch.sources, batch.starts, strict=True)):
        tokens, begins = slow_window(documents[source], start, LENGTH + 1)
        place, wanted = 0, []
        for each in begins[:-1]:
            place = 0 if each or not wanted else place + 1
            wanted.append(place)
        assert batch.inputs[row].tolist() == tokens[:-1]
        assert batch.positions[row].tolist() == wanted
        expected = [IGNORE if begin else token for token, begin in zip(tokens[1:], begins[1:], strict=True)]
        assert batch.targets[row].tolist() == expected
    assert np.bincount(batch.sources).tolist() == [20, 6, 14]


def test_a_sample_does_not_depend_on_its_batch(world) -> None:
    inputs = world()
    samples = Samples(inputs["pack"], inputs["mix"])
    whole, part = samples.batch(range(12)), samples.batch([9, 3])
    for field in dataclasses.fields(whole):
        assert np.array_equal(getattr(whole, field.name)[[9, 3]], getattr(part, field.name))


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
    with pytest.raises(RecipeError, match=r"amh_Ethi \(web\) has token id \d+, but the model has 30"):
        check_vocabulary(Samples(inputs["pack"], inputs["mix"]), 30)
