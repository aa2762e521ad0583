"""The learning rate: linear warm-up, then cosine decay to a floor (Loshchilov and Hutter, arXiv 1608.03983)."""

import math

from emma.train.config import TrainConfig


def rate_share(step: int, steps: int, section: TrainConfig) -> float:
    """The share of its peak that each rate has at step `step` (from 0) of `steps`: above 0, at last the floor."""
    rising = round(section.warmup * steps)
    if step < rising:
        return (step + 1) / rising
    done = (step - rising) / max(1, steps - rising - 1)
    return section.min_lr_ratio + (1 - section.min_lr_ratio) * 0.5 * (1 + math.cos(math.pi * done))
