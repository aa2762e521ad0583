"""Train: one explicit loop over the planned mixture. Base-free and adapted models, one process and many take one way.

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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import distributed

from emma.models.folder import ORIGIN, read_json
from emma.store.artifact import Artifact
from emma.tokens.samples import Samples
from emma.train.checkpoint import Checkpoints, State
from emma.train.config import TrainConfig
from emma.train.data import Batch, check_tokenizer, check_vocabulary, make_batch
from emma.train.export import export
from emma.train.flops import flops_per_token, peak_flops
from emma.train.guard import Guard, Seen
from emma.train.heap import keep_freed
from emma.train.ledger import Ledger, first
from emma.train.load import load
from emma.train.logs import Logs
from emma.train.memory import told
from emma.train.model import head_of
from emma.train.optimizers import make_optimizers, set_rates
from emma.train.parallel import own_device, processes
from emma.train.repeat import deterministic, seed_step
from emma.train.schedule import rate_share, stage_starts
from emma.train.settle import Settled, settle, write_record
from emma.train.step import Steps, everywhere, micro_batches, nothing, optimise
from emma.work import interrupt
from emma.work.work import StageOutput, Work


@dataclass(frozen=True)
class Training:
    """What a run is about."""

    section: TrainConfig
    samples: Samples
    steps: Steps
    state: State

    @property
    def facts(self) -> dict[str, Any]:
        """What a checkpoint must share with a run that goes on from it."""
        return {
            "weights": sum(each.numel() for each in self.state.trainee.parameters()),
            "optimiser": "+".join(type(each).__name__ for each in self.state.optimizers),
            "sources": len(self.samples.sources),
            "samples": self.steps.samples,
            "samples a step": self.steps.sequences,
            "precision": self.section.precision,
        }


def train(section: TrainConfig, *, adapt: Artifact, pack: Artifact, mix: Artifact, work: Work) -> StageOutput:
    """Write `model/`, `metrics.jsonl`, `losses.parquet` and `spikes.jsonl`; goes on from a stopped run's checkpoint."""
    samples, folder = Samples(pack, mix), adapt.file("model")
    check_tokenizer(samples, folder)
    device = own_device(section)
    if device.type == "cpu":
        keep_freed()
    with processes(section), deterministic(section.seed, device):
        tell_of_others(device, work)
        settled = settle(section, adapt, device, work)
        with told(settled.section, samples.sequence_length, device):
            return run_settled(settled, samples, folder, work)


def run_settled(settled: Settled, samples: Samples, folder: Path, work: Work) -> StageOutput:
    """Train with nothing left to choose, and write what came of it."""
    section = settled.section
    training = Training(section, samples, cut(section, samples), begin(settled, folder, samples))
    state = training.state
    with Checkpoints(work.scratch, state, training.facts, section.checkpoints_kept) as checkpoints:
        run(training, checkpoints, work)
    export(state.trainee, folder, work.out / "model")
    if first():
        state.ledger.write(work.out, samples.sources)
        state.guard.write(work.out)
        facts = {"steps": len(training.steps), "tokens": state.ledger.seen}
        facts["changed_from_base"] = read_json(folder.parent / ORIGIN).get("changed", {})
        write_record(section, facts, work.out / "model")
    return StageOutput({"steps": len(training.steps), "samples": len(samples), "tokens": state.ledger.seen})


def cut(section: TrainConfig, samples: Samples) -> Steps:
    """The samples in steps of about `train.batch_tokens`."""
    sequences = max(1, section.batch_tokens // samples.sequence_length)
    return Steps(len(samples), sequences, distributed.get_rank(), distributed.get_world_size())


def begin(settled: Settled, folder: Path, samples: Samples) -> State:
    """The state before the first step."""
    section = settled.section
    trainee = load(folder, section, samples.sequence_length)
    check_vocabulary(samples, len(head_of(trainee.model)))
    optimizers = make_optimizers(trainee.model, section, settled.muon)
    return State(trainee, optimizers, Ledger(len(samples.sources)), Guard(section.spike_factor))


def run(training: Training, checkpoints: Checkpoints, work: Work) -> None:
    """Train the model in place, from the last checkpoint on. A signal to stop is obeyed between two steps."""
    section, steps, state = training.section, training.steps, training.state
    done = checkpoints.resume()
    if done:
        work.reporter.say(f"  train: going on after step {done} of {len(steps)}")
    logs, speed = watch(training, work)
    stages = stage_starts([count for _, count in training.samples.stages], steps.sequences)
    with interrupt.deferred(), closing(logs), work.reporter.track("train: steps", len(steps)) as track:
        track.advance(done)
        for step in range(done, len(steps)):
            stop_if_told(step, steps, checkpoints, work)
            share = rate_share(step, len(steps), section, stages)
            set_rates(state.optimizers, share)
            loss, norm = take(training, step)
            if (step + 1) % section.log_every == 0 or step + 1 == len(steps):
                state.ledger.log(step + 1, float(section.learning_rate) * share, norm)
                logs.row()
            if (step + 1) % section.checkpoint_every == 0 and step + 1 < len(steps):
                checkpoints.save(step + 1)
            track.advance(note=f"loss {loss:.2f} · {speed(step + 1 - done)}")


def take(training: Training, step: int) -> tuple[float, float]:
    """Take step `step` (from 0); returns nats a token and the gradient's norm, both over all processes."""
    section, samples, steps, state = training.section, training.samples, training.steps, training.state
    seed_step(section.seed, step, steps.rank)
    batch = own_batch(samples, steps.own(step))
    (tokens,) = everywhere(batch.predicted)
    parts = micro_batches(batch, section.micro_batch, steps.parts(step, section.micro_batch))
    nats, norm = optimise(state.trainee, state.optimizers, parts, int(tokens), section, takes=state.guard.takes)
    loss = everywhere(float(nats.sum(dtype=np.float64)))[0] / max(1, tokens)
    state.guard.watch(step, loss, norm, Seen(steps.own(step), batch, nats), samples)
    state.ledger.add(batch, nats)
    return loss, norm


def own_batch(samples: Samples, numbers: range) -> Batch:
    """The samples of these numbers; in the last step there may be none for a process."""
    return make_batch(samples, numbers) if numbers else nothing(samples.sequence_length).part(0, 0)


def stop_if_told(step: int, steps: Steps, checkpoints: Checkpoints, work: Work) -> None:
    """Where any process was told to stop: save, and stop all. Raises KeyboardInterrupt."""
    told = everywhere(*(interrupt.pending_signal() == number for number in interrupt.SIGNALS))
    if not any(told):
        return
    checkpoints.save(step)
    checkpoints.wait()
    work.reporter.say(f"  train: {step} of {len(steps)} steps are done and saved")
    interrupt.obey_signal(max(zip(told, interrupt.SIGNALS, strict=True))[1])


def watch(training: Training, work: Work) -> tuple[Logs, Callable[[int], str]]:
    """The logs, and a function that says how fast it goes."""
    section, samples, steps, state = training.section, training.samples, training.steps, training.state
    model, device = state.trainee.model, next(state.trainee.parameters()).device
    setup = {
        "flops_per_token": flops_per_token(model, samples.sequence_length),
        "peak_flops": peak_flops(device, section.precision),
        "ranks": steps.size,
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
        "sequence_length": samples.sequence_length,
        "weights": training.facts["weights"],
        "model": model.config.to_dict(),
        "train": section.model_dump(mode="json"),
        "key": work.key,
    }
    logs = Logs(
        work.logs if first() else None,
        setup,
        samples.sources,
        state.ledger,
        wandb_project=section.wandb_project,
        say=work.reporter.say,
    )
    return logs, speedometer(setup, steps.sequences * samples.sequence_length)


def speedometer(setup: dict[str, Any], tokens: int) -> Callable[[int], str]:
    """A function that says, after a number of steps of `tokens` each, tokens a second since now, and how much of the
    processes' peak that is, where that is known."""
    start, peak = time.perf_counter(), setup["peak_flops"]

    def say(steps: int) -> str:
        rate = steps * tokens / (time.perf_counter() - start)
        used = f" · MFU {100 * rate * setup['flops_per_token'] / (peak * setup['ranks']):.0f} %" if peak else ""
        return f"{rate:,.0f} tok/s{used}"

    return say


def tell_of_others(device: torch.device, work: Work) -> None:
    """Say so where one process trains on one of several accelerators."""
    there = torch.accelerator.device_count() if device.type != "cpu" else 1
    if there > 1 and distributed.get_world_size() == 1:
        work.reporter.say(
            f"  train: one of {there} accelerators is used; all are with torchrun --nproc-per-node {there} "
            "-m emma.train RECIPE"
        )
