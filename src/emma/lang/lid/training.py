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
from emma.kernels.arrow import buffers
from emma.kernels.fasttext import SOFTMAX, Grams, Layers, Words, index_words, learn
from emma.lang.lid.format import write
from emma.lang.lid.settings import Training


def train(path: Path, lines: pa.Table, training: Training) -> list[float]:
    """Train on `lines` (LINES), write the model to `path`, and return each epoch's mean loss in nats a line.

    Raises RecipeError when there are not two languages, or the steps were so large that nothing was learnt.
    """
    labels = pc.unique(lines["lang"]).sort() if lines.num_rows else pa.array([], pa.string())
    if len(labels) < 2:
        raise RecipeError(
            f"A language-identification model needs lines of two languages at least; the clean sources have "
            f"{len(labels)} ({', '.join(labels.to_pylist())}). Name more sources in [annotate.lid] train."
        )
    targets = pc.index_in(lines["lang"], labels).to_numpy().astype(np.int32)
    counts = np.bincount(targets, minlength=len(labels))
    layers = fresh(training, len(labels))
    losses = [
        loss
        for epoch in range(training.epochs)
        for loss in [_epoch(lines, targets, schedule(counts, targets, training, epoch), layers, training, epoch)]
    ]
    if not (np.isfinite(losses[-1]) and np.isfinite(layers.vectors).all() and losses[-1] < np.log(len(labels))):
        raise RecipeError(
            f"The language-identification model learnt nothing (loss {losses[-1]:.2f} nats a line): its steps are too "
            f"large. Lower [annotate.lid.training] learning_rate, which is {training.learning_rate}."
        )
    named = list(zip(labels.to_pylist(), counts.tolist(), strict=True))
    write(path, named, (*training.grams, training.buckets), (layers.vectors, layers.outputs.T))
    return losses


def fresh(training: Training, labels: int) -> Layers:
    """Layers before training: small random vectors, outputs of zero."""
    bound = 1 / training.dimension
    random = np.random.Generator(np.random.PCG64(training.seed))
    vectors = random.random((training.buckets, training.dimension), np.float32) * (2 * bound) - bound
    outputs = np.zeros((training.dimension, labels), np.float32)
    return Layers(vectors.astype(np.float32), outputs, SOFTMAX, np.empty((0, 2), np.int32))


def schedule(counts: NDArray[np.int64], targets: NDArray[np.int32], training: Training, epoch: int) -> NDArray[np.int64]:
    """The lines of one epoch in their order, those of small languages repeated."""
    most = counts.max()
    wanted = np.rint(most * (counts / most) ** training.temperature).astype(np.int64)
    rows = np.argsort(targets, kind="stable")
    starts = np.cumsum(counts) - counts
    chosen = [rows[start + np.arange(want) % count] for start, want, count in zip(starts, wanted, counts, strict=True)]
    random = np.random.Generator(np.random.PCG64([training.seed, epoch]))
    return random.permutation(np.concatenate(chosen))


def _epoch(
    lines: pa.Table,
    targets: NDArray[np.int32],
    order: NDArray[np.int64],
    layers: Layers,
    training: Training,
    epoch: int,
) -> float:
    data, offsets = buffers(lines["text"].combine_chunks().cast(pa.large_string()))
    none = np.empty(0, np.int64)
    words = Words(np.empty(0, np.uint8), none, none, index_words(np.empty(0, np.uint8), none, none), -1)
    grams = Grams(training.buckets, *training.grams, 1, np.empty(0, np.int32))
    rate = training.learning_rate * (1 - epoch / training.epochs)
    decay = training.learning_rate / training.epochs / len(order)
    return float(learn(data, offsets, targets, order, rate, decay, words, grams, layers))
