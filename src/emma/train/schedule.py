"""The learning rate: linear warm-up, then cosine decay to a floor (Loshchilov and Hutter, arXiv 1608.03983)."""

import math

from emma.train.config import TrainConfig


def learning_rate(step: int, steps: int, section: TrainConfig) -> float:
    """The rate of step `step` (from 0) of `steps`. The last step has the floor, the first is above zero."""
    rising = round(section.warmup * steps)
    if step < rising:
        return section.learning_rate * (step + 1) / rising
    done = (step - rising) / max(1, steps - rising - 1)
    share = section.min_lr_ratio + (1 - section.min_lr_ratio) * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
    return section.learning_rate * share
