"""Ctrl-C and SIGTERM in a training: heard at once, obeyed by all ranks between two steps, once all is saved."""

import signal
from collections.abc import Callable

import numpy as np

from emma.train.batch import StepPlan
from emma.train.ranks import all_reduce_sum
from emma.train.save.checkpoint import Checkpointer
from emma.work import interrupt
from emma.work.work import Work

NAMES = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}
SHORT_S = 1.0
"""A step that takes less ends before anybody wonders."""


def say_heard(progress: Callable[[], tuple[int, float]], say: Callable[[str], None], number: int) -> None:
    """Say that a signal was heard, what is waited for, and what a second one costs.

    `progress` gives the steps that are taken and the seconds that each took.
    """
    taken, seconds = progress()
    how_long = f", which takes about {seconds:.0f} s" if taken and seconds > SHORT_S else ""
    say(
        f"  train: {NAMES[signal.Signals(number)]} heard: ends when step {taken + 1} is done and saved{how_long}. "
        "A second one ends at once, and what was done since the last checkpoint is done again later"
    )


def stop_if_signalled(step: int, steps: StepPlan, checkpoints: Checkpointer, work: Work) -> None:
    """Save and stop on all ranks if any of them got a signal to stop. Raises KeyboardInterrupt."""
    # Ranks get signals at different times; stopping at what all of them know keeps them in the same step.
    counts = all_reduce_sum(np.array([interrupt.pending_signal() == number for number in interrupt.SIGNALS], np.int64))
    if not counts.any():
        return
    checkpoints.save(step)
    checkpoints.wait()
    work.reporter.say(f"  train: {step} of {len(steps)} steps are done and saved")
    interrupt.obey_signal(max(zip(counts.tolist(), interrupt.SIGNALS, strict=True))[1])
