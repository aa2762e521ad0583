"""Words against Python's own, in all scripts."""

import pyarrow as pa

from emma.kernels.arrow import buffers
from emma.kernels.tables import classes
from emma.kernels.words import count_words
from tests.conftest import TEXTS


def test_words_are_runs_without_white_space() -> None:
    texts = [*TEXTS.values(), "", " \n\t", " a  b\u3000c\u00a0d\n", "x", "\u1361"]
    wanted = [len(text.replace("\u1361", " ").replace("\u200b", " ").split()) for text in texts]
    column = pa.array(texts, pa.large_string())
    assert count_words(*buffers(column), classes()).tolist() == wanted
    assert count_words(*buffers(column[3:]), classes()).tolist() == wanted[3:]
