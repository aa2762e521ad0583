"""Accuracy of choices: by likelihood as it is, by likelihood for each byte, and averaged over labels as F1."""

from collections.abc import Callable, Sequence
from itertools import chain

import numpy as np

from emma.errors import SourceError
from emma.evaluate.engine.requests import Output, ScoreAnswer
from emma.evaluate.metrics.metric import Floats, Mean, ScoreItems, divide
from emma.evaluate.tasks.task import Item


def list_nats(output: Output) -> list[float]:
    """Negative log-likelihood of every choice, over all requests of the item."""
    return list(chain.from_iterable(answer.nats for answer in output if isinstance(answer, ScoreAnswer)))


def find_likeliest(output: Output) -> int:
    """The number of the choice that costs least; the first of equals, and one without a number last of all."""
    return int(np.argmin(np.nan_to_num(list_nats(output), nan=np.inf)))


def find_likeliest_by_byte(item: Item, output: Output) -> int:
    """The number of the choice that costs least for each UTF-8 byte of it, so that long ones are not at a loss.

    The texts are `item.fields["choices"]`, without the space before them, as in lm-evaluation-harness (`acc_bytes`).
    """
    sizes = [len(choice.encode()) for choice in item.fields["choices"]]
    nats = list_nats(output)
    if len(sizes) != len(nats) or 0 in sizes:
        file, row = item.place
        raise SourceError(f"{file}, row {row}: item '{item.id}' has an empty choice, or not as many as were scored.")
    return int(np.argmin(np.nan_to_num(nats, nan=np.inf) / sizes))


def accuracy() -> Mean:
    """Share of items whose right choice is the likeliest."""
    return Mean("accuracy", _share_right(lambda _, output: find_likeliest(output)), "norm:none|ties:first")


def accuracy_by_byte() -> Mean:
    """Share of items whose right choice is the likeliest for its length in bytes."""
    return Mean("accuracy_by_byte", _share_right(find_likeliest_by_byte), "norm:bytes|ties:first")


def _share_right(choose: Callable[[Item, Output], int]) -> ScoreItems:
    return lambda items, outputs: [float(choose(*pair) == pair[0].gold) for pair in zip(items, outputs, strict=True)]


class MacroF1:
    """The mean over labels of the harmonic mean of precision and recall; for items that share their choices.

    A label that is neither right nor chosen for any item takes no part, as in scikit-learn.
    """

    name = "macro_f1"
    higher_is_better = True
    highest = 1.0
    signature = "average:macro|labels:occurring|ties:first"

    def statistics(self, items: Sequence[Item], outputs: Sequence[Output]) -> Floats:
        """Of each item, whether a label is rightly chosen, chosen, and right: (items, 3 × labels)."""
        chosen = np.array([find_likeliest(output) for output in outputs], np.int64)
        gold = np.array([item.gold for item in items], np.int64)
        labels = np.arange(max((len(list_nats(output)) for output in outputs), default=0))
        is_chosen, is_gold = chosen[:, None] == labels, gold[:, None] == labels
        return np.concatenate([is_chosen & is_gold, is_chosen, is_gold], axis=1).astype(np.float64)

    def total(self, sums: Floats) -> Floats:
        """F1 averaged over the labels that occur, (…) of (…, 3 × labels)."""
        hits, chosen, right = np.split(sums, 3, axis=-1)
        occurring = (chosen + right) > 0
        scores = np.where(occurring, 2 * hits / np.maximum(chosen + right, 1e-300), 0.0)
        return divide(scores.sum(axis=-1), occurring.sum(axis=-1).astype(np.float64))
