"""Train: one explicit loop over the planned mixture. Base-free and adapted models take the same way.

The result is a Hugging Face folder with the tokenizer beside the weights, the loss curve, and the loss by language.
"""

# ruff: noqa: E402 - a missing extra is to be named before the modules that need it are imported

from emma.extras import need

need("torch", "train")
need("transformers", "train")

import math
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from transformers import PreTrainedModel

from emma.device import choose_device
from emma.store.artifact import Artifact
from emma.train import checkpoint
from emma.train.config import TrainConfig
from emma.train.data import Samples, check_vocabulary
from emma.train.flops import flops_per_token, peak_flops
from emma.train.ledger import Ledger
from emma.train.model import check_model, head_of, load_model
from emma.train.optimizers import make_optimizers, set_rates
from emma.train.repeat import deterministic
from emma.train.schedule import rate_share
from emma.train.step import check_finite, optimise
from emma.work.work import Made, Work

WEIGHTS = (".safetensors", ".bin", ".index.json")
"""How files of a model folder end that hold weights; configurations are written with them."""


def train(section: TrainConfig, *, adapt: Artifact, pack: Artifact, mix: Artifact, work: Work) -> Made:
    """Write `model/`, `metrics.jsonl` and `losses.parquet`; goes on from the last checkpoint of a killed run."""
    samples = Samples(pack, mix)
    with deterministic(section.seed):
        model = load_model(adapt.file("model"), choose_device(section.device, "train"))
        check_vocabulary(samples, len(head_of(model)))
        check_model(model, samples.sequence_length)
        ledger = Ledger(len(samples.sources))
        steps = run(section, model, samples, ledger, work)
    model.save_pretrained(work.out / "model")
    copy_tokenizer(adapt.file("model"), work.out / "model")
    ledger.write(work.out, samples.sources)
    return Made({"steps": steps, "samples": len(samples), "tokens": ledger.seen})


def run(section: TrainConfig, model: PreTrainedModel, samples: Samples, ledger: Ledger, work: Work) -> int:
    """Train the model in place; returns the number of steps. Each sample of the plan is seen once."""
    sequences = max(1, section.batch_tokens // samples.sequence_length)
    steps = math.ceil(len(samples) / sequences)
    optimizers = make_optimizers(model, section)
    done = checkpoint.resume(work.scratch, model, optimizers, ledger)
    speed = speedometer(section, model, samples.sequence_length, ledger)
    with work.reporter.track("train: steps", steps) as track:
        track.advance(done)
        for step in range(done, steps):
            batch = samples.batch(range(step * sequences, min((step + 1) * sequences, len(samples))))
            share = rate_share(step, steps, section)
            set_rates(optimizers, share)
            nats, norm = optimise(model, optimizers, batch, section)
            check_finite(step, batch, samples.sources, nats, norm)
            ledger.add(batch, nats)
            if (step + 1) % section.log_every == 0 or step + 1 == steps:
                ledger.log(step + 1, section.learning_rate * share, norm)
            if (step + 1) % section.checkpoint_every == 0 and step + 1 < steps:
                checkpoint.save(work.scratch, step + 1, model, optimizers, ledger)
            track.advance(note=f"loss {nats.mean():.2f} · {speed()}")
    return steps


def speedometer(section: TrainConfig, model: PreTrainedModel, length: int, ledger: Ledger) -> Callable[[], str]:
    """A function that says tokens a second since now and, where the machine's peak is known, the share of it used."""
    peak, each = peak_flops(model.device, section.precision), flops_per_token(model, length)
    start, before = time.perf_counter(), ledger.seen

    def say() -> str:
        rate = (ledger.seen - before) / (time.perf_counter() - start)
        return f"{rate:,.0f} tok/s" + (f" · MFU {100 * rate * each / peak:.0f} %" if peak else "")

    return say


def copy_tokenizer(source: Path, to: Path) -> None:
    """Copy what lies beside the weights and configurations, which are the tokenizer's files."""
    for each in sorted(source.iterdir()):
        if not (to / each.name).exists() and not each.name.endswith(WEIGHTS):
            shutil.copyfile(each, to / each.name)
