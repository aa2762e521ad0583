"""fastText's classifier: the labels' probabilities of a text's features, and training.

Joulin et al., Bag of Tricks for Efficient Text Classification (arXiv 1607.01759): a text is the mean of its features'
vectors, and a linear layer turns it into labels. Sums run in a fixed order, so the numbers do not depend on how many
texts come at once or on the width of the processor's registers.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel
from emma.kernels.subwords import Grams, Words, add_features, close_text, features_room, words_room
from emma.kernels.text import Bytes, Offsets

SOFTMAX, INDEPENDENT, TREE = range(3)
"""Ways in which outputs become probabilities: together, each by itself, or along the branches of a Huffman tree."""


class Layers(NamedTuple):
    """The numbers that were learnt."""

    vectors: NDArray[np.float32]
    """(words + buckets, dimension)"""
    outputs: NDArray[np.float32]
    """(dimension, outputs)"""
    loss: int
    branches: NDArray[np.int32]
    """For TREE, (outputs - 1, 2): the children of each inner node, those below `outputs` being leaves; else (0, 2)."""


@kernel
def average(ids: NDArray[np.int32], count: int, vectors: NDArray[np.float32], hidden: NDArray[np.float32]) -> None:
    """Write the mean of the features' vectors to `hidden`."""
    hidden[:] = 0
    for at in range(count):
        row = ids[at]
        for column in range(len(hidden)):
            hidden[column] += vectors[row, column]
    scale = np.float32(1 / count)
    for column in range(len(hidden)):
        hidden[column] *= scale


@kernel
def score(hidden: NDArray[np.float32], layers: Layers, scores: NDArray[np.float32]) -> None:
    """Write the outputs' probabilities for one text to `scores`, (outputs,)."""
    scores[:] = 0
    # Outputs are the inner loop: it is a few vector instructions, and each output's sum still has one order.
    for column in range(len(hidden)):
        weight = hidden[column]
        for output in range(len(scores)):
            scores[output] += weight * layers.outputs[column, output]
    if layers.loss == SOFTMAX:
        soften(scores)
    elif layers.loss == INDEPENDENT:
        for output in range(len(scores)):
            scores[output] = 1 / (1 + np.exp(-scores[output]))
    else:
        _walk_tree(layers.branches, scores)


@kernel
def soften(scores: NDArray[np.float32]) -> None:
    """Softmax in place."""
    most, total = scores.max(), np.float32(0)  # less the largest, so that no exponential overflows
    for output in range(len(scores)):
        scores[output] = np.exp(scores[output] - most)
        total += scores[output]
    scale = np.float32(1) / total
    for output in range(len(scores)):
        scores[output] *= scale


@kernel
def _walk_tree(branches: NDArray[np.int32], scores: NDArray[np.float32]) -> None:
    """Turn the outputs of a tree's inner nodes, the root being the last, into the probabilities of its leaves."""
    leaves = len(branches) + 1
    reached = np.zeros(2 * leaves - 1, np.float32)
    reached[-1] = 1
    for node in range(len(branches) - 1, -1, -1):  # a parent was made after its children, so it comes first here
        right = 1 / (1 + np.exp(-scores[node]))
        reached[branches[node, 0]] = reached[leaves + node] * (1 - right)
        reached[branches[node, 1]] = reached[leaves + node] * right
    for leaf in range(leaves):
        scores[leaf] = reached[leaf]


@kernel
def learn(  # noqa: PLR0917 - compiled functions take arguments by position
    data: Bytes,
    offsets: Offsets,
    targets: NDArray[np.int32],
    order: NDArray[np.int64],
    rate: float,
    decay: float,
    words: Words,
    grams: Grams,
    layers: Layers,
) -> float:
    """Stochastic gradient descent on a softmax over the texts in `order`; `layers` change in place.

    `rate` falls by `decay` with each text. Returns the mean of their negative log-likelihoods, in nats.
    """
    vectors, outputs = layers.vectors, layers.outputs
    longest = 0
    for text in order:
        longest = max(longest, offsets[text + 1] - offsets[text])
    ids, hashes = np.empty(features_room(longest, grams), np.int32), np.empty(words_room(longest, grams), np.uint64)
    counts = np.zeros(2, np.int64)
    hidden, gradient = np.empty(vectors.shape[1], np.float32), np.empty(vectors.shape[1], np.float32)
    scores = np.empty(outputs.shape[1], np.float32)
    loss = 0.0
    for step in range(len(order)):
        text = order[step]
        add_features(data, offsets[text], offsets[text + 1], words, grams, ids, hashes, counts)
        count = close_text(words, grams, ids, hashes, counts)
        if not count:
            continue
        average(ids, count, vectors, hidden)
        score(hidden, layers, scores)
        # The floor keeps one probability that float32 rounds to 0 from making the mean infinite.
        loss -= np.log(max(scores[targets[text]], np.float32(1e-30)))
        step_size = np.float32(rate - decay * step)
        for output in range(len(scores)):
            # The gradient of the loss by the outputs is the probabilities, less 1 for the right label.
            scores[output] *= -step_size
        scores[targets[text]] += step_size
        _backward(hidden, scores, outputs, gradient)
        scale = np.float32(1 / count)
        for column in range(len(gradient)):
            # The mean of the features passes each of them its part of the gradient.
            gradient[column] *= scale
        for at in range(count):
            for column in range(len(gradient)):
                vectors[ids[at], column] += gradient[column]
    return loss / max(1, len(order))


@kernel
def _backward(
    hidden: NDArray[np.float32],
    steps: NDArray[np.float32],
    outputs: NDArray[np.float32],
    gradient: NDArray[np.float32],
) -> None:
    """Write what `hidden` should change by to `gradient`, then change `outputs`.

    Eight partial sums at once: as fast as the processor can, and in an order that does not depend on it.
    """
    whole = len(steps) // 8 * 8
    sums = np.empty(8, np.float32)
    for column in range(len(hidden)):
        weights = outputs[column]
        sums[:] = 0
        for at in range(0, whole, 8):
            for lane in range(8):
                sums[lane] += steps[at + lane] * weights[at + lane]
        total = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))
        for at in range(whole, len(steps)):
            total += steps[at] * weights[at]
        gradient[column] = total
        value = hidden[column]
        for at in range(len(steps)):
            weights[at] += value * steps[at]
