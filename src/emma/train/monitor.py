"""What happens at an evaluation while training: scores are logged, alarms are said, the best weights are kept."""

import time
from functools import lru_cache

from emma.train.save.checkpoint import Checkpointer
from emma.train.step import Training
from emma.train.watch.forgetting import name_probe
from emma.train.watch.logs import Logs
from emma.train.watch.validation import Validation
from emma.work.work import Work


def is_evaluated(training: Training, step: int) -> bool:
    """Whether held-out text is to be scored after so many steps."""
    validation = training.state.validation
    return validation is not None and validation.is_due(step, len(training.steps))


def monitor(training: Training, step: int, checkpoints: Checkpointer, logs: Logs, work: Work) -> bool:
    """Evaluate after `step` steps where that is due; whether training is to go on. All ranks call it."""
    validation = training.state.validation
    if validation is None:
        return True
    if is_evaluated(training, step):
        start = time.perf_counter()
        validation.evaluate(training.state.loss_model, step)
        logs.log_held_out(validation, time.perf_counter() - start)
        for line in describe_alarms(validation):
            work.reporter.say(f"  train: {line}")
        # Not after the last step, whose weights the model has anyway.
        if validation.best_step == step and step < len(training.steps):
            checkpoints.save(step)
    return validation.stopped_at is None


def describe_alarms(validation: Validation) -> list[str]:
    """Sentences on what the last evaluation found over the limit that was not at the one before."""
    *_, before, last = [[], *validation.alarms.values()]
    known = {alarm["probe"] for alarm in before}
    limit = f"train.max_forgetting: {100 * (validation.section.max_forgetting or 0.0):g} %"
    lines = [
        f"warning: after step {alarm['step']} the bits per byte of {name_probe(alarm['probe'])} are "
        f"{100 * alarm['rise']:.1f} % above those before the first ({limit})"
        for alarm in last
        if alarm["probe"] not in known
    ]
    if validation.stopped_at is not None:
        lines.append("stopped by that")
    return lines


def describe_last(validation: Validation | None) -> str:
    """The last evaluation, for the line of progress; nothing where there was none."""
    return "" if validation is None else _describe(validation, len(validation.evaluations))


@lru_cache(maxsize=1)  # the line is written after every step, and adding up a thousand languages takes milliseconds
def _describe(validation: Validation, evaluations: int) -> str:
    if not evaluations:
        return ""
    scores, rises = validation.last
    probe = max(rises, key=rises.__getitem__, default=None)
    worst = "" if probe is None else f", worst probe {name_probe(probe)} {100 * rises[probe]:+.1f} % since step 0"
    return f" · held out {scores.mean():.3f}{worst}"


def take_chosen_weights(training: Training, taken: int, checkpoints: Checkpointer, work: Work) -> None:
    """Put the weights that are to be the result into the model, and say so, unless they are those after the last step
    taken."""
    validation = training.state.validation
    step = None if validation is None else validation.result_step
    if step is not None and step != taken:
        checkpoints.load_weights(step)
        work.reporter.say(f"  train: the weights after step {step} are the result, not those after step {taken}")
