"""The learning rate over a run, as a share of its peak: a warm-up, then one of four ways down to the floor.

`cosine` is that of Loshchilov and Hutter (arXiv 1608.03983), `rewarm` repeats it for every stage of the mix (Ibrahim
et al., arXiv 2403.08763), `wsd` stays at the peak until its last part (Hu et al., arXiv 2404.06395), in which it falls
as 1 - √x, the best of the shapes that Hägele et al. compared (arXiv 2405.18392, section 4).
"""

import math
from collections.abc import Sequence

from emma.train.config import TrainConfig


def rate_share(step: int, steps: int, section: TrainConfig, stages: Sequence[int] = (0,)) -> float:
    """The share of its peak that each rate has at step `step` (from 0) of `steps`; at the last step the floor.

    `stages` are the steps at which the stages of the mix begin (`stage_starts`); only `rewarm` looks at them.
    """
    if section.schedule == "rewarm":
        bounds = [*stages, steps]
        last = max(index for index, start in enumerate(stages) if start <= step)
        step, steps = step - bounds[last], bounds[last + 1] - bounds[last]
    rising = round(section.warmup * steps)
    if step < rising:
        return section.warmup_from + (1 - section.warmup_from) * (step + 1) / rising
    return section.min_lr_ratio + (1 - section.min_lr_ratio) * height(step - rising, steps - rising, steps, section)


def height(step: int, length: int, steps: int, section: TrainConfig) -> float:
    """How far above the floor, from 1 to 0, the rate is at step `step` of the `length` that follow the warm-up."""
    falling = min(length, max(1, round(section.decay * steps))) if section.schedule == "wsd" else length
    # A fall over n steps begins one step after the peak and ends with the last step, which has the floor.
    peak = length - falling - 1 if falling < length else 0
    done = max(0, step - peak) / max(1, length - 1 - peak)
    if section.schedule == "linear":
        return 1 - done
    if section.schedule == "wsd":
        return 1 - math.sqrt(done)
    return 0.5 * (1 + math.cos(math.pi * done))


def stage_starts(samples: Sequence[int], sequences: int) -> list[int]:
    """The steps at which the stages of a mix begin, of `samples` each, at `sequences` a step: 0 first, ascending.

    A step that is shared by two stages belongs to the one before; stages that fill no step of their own begin none.
    """
    starts, seen = [0], 0
    for count in samples[:-1]:
        seen += count
        start = math.ceil(seen / sequences)
        if start > starts[-1] and start < math.ceil(sum(samples) / sequences):
            starts.append(start)
    return starts
