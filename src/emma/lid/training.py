"""Train a language-identification model from lines, and write it as a fastText file.

fastText's own trainer leaves nine tenths of the vectors as the memory happened to be when it runs on one thread (0.9.3,
DenseMatrix::uniform), and is not repeatable on more; this one gives the same model for the same lines.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.errors import RecipeError
from emma.kernels.fasttext import SOFTMAX, Layers, learn
from emma.kernels.identify import respell_all
from emma.kernels.subwords import Grams, Words, index_words
from emma.kernels.text import Bytes, Offsets, buffers
from emma.lid.format import write
from emma.lid.settings import Training
from emma.lid.spelling import letters_only


def train(path: Path, lines: pa.Table, training: Training) -> list[float]:
    """Train on `lines` (LINES), write the model to `path`, and return each epoch's mean loss in nats a line.

    The model reads text in the spelling `letters`. Raises RecipeError when there are not two languages, or the steps
    were so large that nothing was learnt.
    """
    labels = lines["lang"].combine_chunks().unique().sort()
    if len(labels) < 2:
        raise RecipeError(
            f"A language-identification model needs lines of two languages at least; the clean sources have "
            f"{len(labels)} ({', '.join(labels.to_pylist()) or 'none'}). Name more sources in [annotate.lid] train."
        )
    targets = pc.index_in(lines["lang"], labels).to_numpy().astype(np.int32)
    texts = respell_all(*buffers(lines["text"].combine_chunks().cast(pa.large_string())), letters_only())
    layers = fresh(training, len(labels))
    losses = [_epoch(*texts, targets, layers, training, epoch) for epoch in range(training.epochs)]
    if not (np.isfinite(losses[-1]) and np.isfinite(layers.vectors).all() and losses[-1] < np.log(len(labels))):
        raise RecipeError(
            f"The language-identification model learnt nothing (loss {losses[-1]:.2f} nats a line): its steps are too "
            f"large. Lower [annotate.lid.training] learning_rate, which is {training.learning_rate}."
        )
    counts = np.bincount(targets, minlength=len(labels)).tolist()
    named = list(zip(labels.to_pylist(), counts, strict=True))
    write(path, named, (*training.grams, training.buckets), (layers.vectors, layers.outputs.T))
    return losses


def fresh(training: Training, labels: int) -> Layers:
    """Layers before training: small random vectors, outputs of zero."""
    random = np.random.Generator(np.random.PCG64(training.seed))
    vectors = random.random((training.buckets, training.dimension), np.float32)
    vectors = (vectors * 2 - 1) / np.float32(training.dimension)
    outputs = np.zeros((training.dimension, labels), np.float32)
    return Layers(vectors, outputs, SOFTMAX, np.empty((0, 2), np.int32))


def schedule(targets: NDArray[np.int32], training: Training, epoch: int) -> NDArray[np.int64]:
    """The lines of one epoch in their order, those of small languages repeated."""
    counts = np.bincount(targets)
    wanted = np.rint(counts.max() * (counts / counts.max()) ** training.alpha).astype(np.int64)
    rows = np.split(np.argsort(targets, kind="stable"), np.cumsum(counts)[:-1])
    chosen = [np.resize(own, want) for own, want in zip(rows, wanted, strict=True)]
    return np.random.Generator(np.random.PCG64([training.seed, epoch])).permutation(np.concatenate(chosen))


def _epoch(  # noqa: PLR0917 - the first two are a column of texts
    data: Bytes, offsets: Offsets, targets: NDArray[np.int32], layers: Layers, training: Training, epoch: int
) -> float:
    order = schedule(targets, training, epoch)
    rate = training.learning_rate * (1 - epoch / training.epochs)
    decay = training.learning_rate / training.epochs / len(order)
    grams = Grams(training.buckets, *training.grams, 1, np.empty(0, np.int32))
    return float(learn(data, offsets, targets, order, rate, decay, no_words(), grams, layers))


def no_words() -> Words:
    """No word has a vector of its own: n-grams take a fixed room, and do not depend on where a script has spaces."""
    none, text = np.empty(0, np.int64), np.empty(0, np.uint8)
    return Words(text, none, none, index_words(text, none, none), -1)
