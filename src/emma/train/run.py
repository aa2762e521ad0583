"""Train: one explicit loop over the planned mixture. Base-free and adapted models, one rank and many take one way.

The result is a Hugging Face folder with the tokenizer beside the weights, the loss curve, the loss by language, and
the steps that spiked.
"""

# ruff: noqa: E402 - a missing extra is to be named before the modules that need it are imported

from emma.config.extras import need

need("torch", "train")
need("transformers", "train")

import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import torch
from torch import distributed

from emma.models.head import head_of
from emma.store.artifact import Artifact
from emma.tokens.samples import Samples
from emma.train.auto import TrainingSetup, resolve_auto
from emma.train.batch import StepPlan, check_vocabulary
from emma.train.config import TrainConfig
from emma.train.keep.anchor import make_anchor
from emma.train.keep.merge import check_merge, merge_with_base
from emma.train.keep.shield import choose_columns
from emma.train.memory import explain_out_of_memory, keep_freed_memory
from emma.train.model.flops import flops_per_token, peak_flops
from emma.train.model.freeze import check_base_settings
from emma.train.model.sharding import load_sharded
from emma.train.monitor import describe_last, is_evaluated, monitor, take_chosen_weights
from emma.train.optimizer.optimizers import make_optimizers, set_rates
from emma.train.optimizer.rates import rate_share, stage_starts
from emma.train.ranks import choose_own_device, deterministic, is_rank_zero, process_group
from emma.train.save.checkpoint import Checkpointer
from emma.train.save.export import export_model, write_record
from emma.train.save.state import TrainingState
from emma.train.start import Start, choose_start
from emma.train.step import Training, take_step
from emma.train.stopping import say_heard, stop_if_signalled
from emma.train.watch.guard import Guard
from emma.train.watch.ledger import Ledger
from emma.train.watch.logs import Logs
from emma.train.watch.sinks import LogSetup
from emma.train.watch.validation import open_validation
from emma.work import interrupt
from emma.work.work import StageOutput, Work


def train(
    section: TrainConfig,
    *,
    adapt: Artifact,
    pack: Artifact,
    mix: Artifact,
    start: Artifact | None = None,
    work: Work,
) -> StageOutput:
    """Write `model/`, `metrics.jsonl`, `losses.parquet` and `spikes.jsonl`; goes on from a stopped run's checkpoint.

    `start` has another training's model in the place of that of `adapt`.
    """
    samples = Samples(pack, mix)
    origin = choose_start(section, adapt, start, samples)
    device = choose_own_device(section)
    if device.type == "cpu":
        keep_freed_memory()
    with process_group(section), deterministic(section.seed, device):
        note_idle_accelerators(device, work)
        setup = resolve_auto(section, adapt, device, work, start)
        with explain_out_of_memory(setup.section, samples.sequence_length, device):
            return run_setup(setup, samples, origin, work)


def run_setup(setup: TrainingSetup, samples: Samples, start: Start, work: Work) -> StageOutput:
    """Train with no setting left open, and write the results."""
    section, folder = setup.section, start.folder
    training = Training(section, samples, plan_steps(section, samples), initial_state(setup, folder, samples))
    state = training.state
    start.note(section, training.steps, samples, work)
    with Checkpointer(work.scratch, state, training.facts, section.checkpoints_kept) as checkpoints:
        taken = train_steps(training, checkpoints, work)
        take_chosen_weights(training, taken, checkpoints, work)
    for optimizer in state.optimizers:
        optimizer.state.clear()  # the moments are not needed any more, and make room for what comes
    merged = merge_with_base(
        state.loss_model, section, samples, folder, first_new_row=setup.start.first_new_row, work=work
    )
    export_model(state.loss_model, folder, work.out / "model")
    if is_rank_zero():
        state.ledger.write(work.out, samples.sources)
        state.guard.write(work.out)
        facts: dict[str, object] = {"steps": taken, "tokens": state.ledger.input_tokens}
        if state.validation is not None:
            state.validation.write(work.out)
            facts["validation"] = state.validation.summarise()
        write_record(section, {**facts, **start.facts(), **merged}, work.out / "model")
    seen = min(len(samples), taken * training.steps.sequences)
    return StageOutput({"steps": taken, "samples": seen, "tokens": state.ledger.input_tokens})


def plan_steps(section: TrainConfig, samples: Samples) -> StepPlan:
    """The samples in steps of about `train.batch_tokens`."""
    sequences = section.sequences_per_step(samples.sequence_length)
    return StepPlan(len(samples), sequences, distributed.get_rank(), distributed.get_world_size())


def initial_state(setup: TrainingSetup, folder: Path, samples: Samples) -> TrainingState:
    """The state before the first step."""
    section = setup.section
    check_merge(section, samples, folder)
    loss_model = load_sharded(folder, section, samples.sequence_length)
    check_vocabulary(samples, len(head_of(loss_model.model)))
    check_base_settings(loss_model.model, section, setup.start)
    first_new_row = setup.start.first_new_row
    optimizers = make_optimizers(loss_model.model, section, setup.muon_type, first_new_row)
    anchor = make_anchor(loss_model.model, section, first_new_row, choose_columns(folder, samples, section))
    ledger, guard = Ledger(len(samples.sources)), Guard(section.spike_factor)
    return TrainingState(loss_model, optimizers, ledger, guard, anchor, open_validation(section, samples, folder))


def train_steps(training: Training, checkpoints: Checkpointer, work: Work) -> int:
    """Train the model in place, from the last checkpoint on; returns the number of steps that are then taken.

    A signal to stop is obeyed between two steps, and what an evaluation finds may end the training.
    """
    section, steps, state = training.section, training.steps, training.state
    taken = done = checkpoints.resume()
    if done:
        work.reporter.say(f"  train: going on after step {done} of {len(steps)}")
    logs, setup = open_logs(training, work)
    stages = stage_starts([count for _, count in training.samples.stages], steps.sequences)
    began = time.perf_counter()
    heard = partial(say_heard, lambda: (taken, (time.perf_counter() - began) / max(1, taken - done)), work.reporter.say)
    with interrupt.deferred(heard), closing(logs), work.reporter.track("train: steps", len(steps)) as track:
        track.advance(done)
        goes_on = monitor(training, done, checkpoints, logs, work)
        speed = make_speedometer(setup, steps.sequences * training.samples.sequence_length)
        while goes_on and taken < len(steps):
            stop_if_signalled(taken, steps, checkpoints, work)
            share = rate_share(taken, len(steps), section, stages)
            set_rates(state.optimizers, share)
            loss, norm = take_step(training, taken)
            taken += 1
            if taken % section.log_every == 0 or taken == len(steps) or is_evaluated(training, taken):
                state.ledger.log(taken, float(section.learning_rate) * share, norm)
                logs.log_row()
            goes_on = monitor(training, taken, checkpoints, logs, work)
            # Not after the last step, when the model itself is written.
            if taken % section.checkpoint_every == 0 and goes_on and taken < len(steps):
                checkpoints.save(taken)
            track.advance(note=f"loss {loss:.2f} · {speed(taken - done)}{describe_last(state.validation)}")
    return taken


def open_logs(training: Training, work: Work) -> tuple[Logs, LogSetup]:
    """The logs, and what speeds in them are measured on."""
    section, samples, steps, state = training.section, training.samples, training.steps, training.state
    model, device = state.loss_model.model, next(state.loss_model.parameters()).device
    setup: LogSetup = {
        "flops_per_token": flops_per_token(model, samples.sequence_length),
        "peak_flops": peak_flops(device, section.precision),
        "ranks": steps.world_size,
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
        "sequence_length": samples.sequence_length,
        "weights": training.facts["weights"],
        "model": model.config.to_dict(),
        "train": section.model_dump(mode="json"),
        "key": work.key,
    }
    logs = Logs(
        work.logs if is_rank_zero() else None,
        setup,
        samples.sources,
        state.ledger,
        evaluated=state.validation is not None and bool(state.validation.evaluations),
        wandb_project=section.wandb_project,
        say=work.reporter.say,
    )
    return logs, setup


def make_speedometer(setup: LogSetup, tokens_per_step: int) -> Callable[[int], str]:
    """A function from the number of steps taken since now to tokens per second, and the share of the ranks' peak that
    this is, where the peak is known."""
    start, peak = time.perf_counter(), setup["peak_flops"]

    def describe_speed(steps: int) -> str:
        rate = steps * tokens_per_step / (time.perf_counter() - start)
        used = f" · MFU {100 * rate * setup['flops_per_token'] / (peak * setup['ranks']):.0f} %" if peak else ""
        return f"{rate:,.0f} tok/s{used}"

    return describe_speed


def note_idle_accelerators(device: torch.device, work: Work) -> None:
    """Say so where one process trains on one of several accelerators."""
    count = torch.accelerator.device_count() if device.type != "cpu" else 1
    if count > 1 and distributed.get_world_size() == 1:
        work.reporter.say(
            f"  train: one of {count} accelerators is used; all are with torchrun --nproc-per-node {count} "
            "-m emma.train RECIPE"
        )
