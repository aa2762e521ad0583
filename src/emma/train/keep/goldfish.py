"""Goldfish loss (Hans et al., arXiv 2406.10209): some tokens are read but never learnt to be predicted.

Which ones is decided by a hash of the tokens before. So a passage that repeats loses the same tokens each time, and the
model cannot learn to recite it: at every token that was left out it has to guess.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from emma.train.batch import IGNORE, Batch
from emma.train.keep.config import GoldfishConfig

BASE = np.uint64(0x9E3779B97F4A7C15)
"""Odd factor of the polynomial over the tokens: 2^64 divided by the golden ratio."""
MIXERS = ((np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)), (np.uint64(27), np.uint64(0x94D049BB133111EB)))
"""Shifts and factors that spread every bit over all (SplitMix64: Steele, Lea and Flood, OOPSLA 2014)."""


def drop_targets(batch: Batch, goldfish: GoldfishConfig | None) -> Batch:
    """The batch without the targets that are not to be learnt.

    Where a document or a sequence begins there are not tokens enough to decide by, and every token is learnt.
    """
    if goldfish is None:
        return batch
    dropped = hash_contexts(batch.inputs, goldfish.context) % np.uint64(goldfish.every) == 0
    dropped &= batch.positions >= goldfish.context - 1
    return replace(batch, targets=np.where(dropped, IGNORE, batch.targets))


def hash_contexts(inputs: npt.NDArray[np.int64], context: int) -> npt.NDArray[np.uint64]:
    """A hash, uint64, of each token and the `context` - 1 before it; of fewer at the left edge.

    `inputs` are (sequences, tokens), and so is the result.
    """
    tokens = inputs.astype(np.uint64) + np.uint64(1)
    hashes: npt.NDArray[np.uint64] = np.zeros_like(tokens)
    for back in range(min(context, tokens.shape[1]) - 1, -1, -1):
        hashes *= BASE
        hashes[:, back:] += tokens[:, : tokens.shape[1] - back]
    for shift, factor in MIXERS:
        hashes = (hashes ^ (hashes >> shift)) * factor
    hashes ^= hashes >> np.uint64(31)
    return hashes
