"""A small model of many scripts, and models that always say the same."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from emma.lid import open_model
from emma.lid.config import LidTraining
from emma.lid.format import write_model_file
from emma.lid.model import Model
from emma.lid.training import choose_lines, merge_samples, train_classifier
from tests.conftest import TEXTS

SMALL = LidTraining(buckets=4000, dimension=8, epochs=60, held_out=0)
EVERYDAY = {
    "eng_Latn": "the house is on the hill and the river runs by it every day of the year with water for all",
    "deu_Latn": "das Haus steht auf dem Hügel und der Fluss fließt jeden Tag des Jahres mit Wasser für alle vorbei",
    "swh_Latn": "nyumba iko juu ya kilima na mto unapita karibu nayo kila siku ya mwaka na maji kwa watu wote",
}


def lines(texts: dict[str, str], copies: int = 6) -> pa.Table:
    """Some lines a language: its words in other orders."""
    chance = np.random.Generator(np.random.PCG64(1))
    rows = []
    for lang, text in texts.items():
        units = text.split() if " " in text else list(text)
        for _ in range(copies):
            shuffled = [units[at] for at in chance.permutation(len(units))]
            rows.append((lang, (" " if " " in text else "").join(shuffled)))
    return merge_samples([choose_lines(rows, 100)], 100)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the conftest's scripts and some everyday Latin."""
    path = tmp_path_factory.mktemp("lid") / "model.bin"
    train_classifier(path, lines({**TEXTS, **EVERYDAY}), SMALL)
    return path


@pytest.fixture(scope="session")
def model(trained: Path) -> Model:
    return open_model(str(trained), spelling="letters")


def uniform(path: Path, names: Sequence[str], chances: Sequence[float]) -> Model:
    """A model that says the same of every text: these labels with these probabilities."""
    vectors, outputs = np.ones((4, 1), np.float32), np.log(np.array(chances, np.float32))[:, None]
    write_model_file(path, [(name, 1) for name in names], (1, 2, 4), (vectors, outputs))
    return open_model(str(path))
