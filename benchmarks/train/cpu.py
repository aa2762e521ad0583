"""EMMA's trainer beside transformers' Trainer and LitGPT, on one thread: time of a step, start-up, peak memory.

    python -m benchmarks.train.cpu [--work DIR] [--rounds 3]

The same Llama of random weights, the same samples in the same order, AdamW in float32 with the same settings. EMMA and
the Trainer also mask documents alike, and must come to the same loss. Start-up is from the start of the process to the
end of its first step; the others are given batches that are made before the clock starts, EMMA reads its own shards.
Seconds are CPU seconds, which other work on the machine changes little. Trainers take turns, in as many rounds, and the
fastest round counts; a step is the median of a round, without its first five.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.machine import machine, result_path

PEERS = Path(__file__).parent / "peers"
ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "recipes" / "demo-base.toml"
STEPS, SEQUENCES, LENGTH, RATE = 40, 8, 256, 1e-3
SETTINGS = {
    "vocab.new_pieces": 8000,
    "mix.tokens": STEPS * SEQUENCES * LENGTH,
    "mix.sequence_length": LENGTH,
    "adapt.architecture.hidden_size": 256,
    "adapt.architecture.intermediate_size": 704,
    "adapt.architecture.layers": 4,
    "adapt.architecture.heads": 4,
    "adapt.architecture.kv_heads": 4,
    "train.optimizer": "adamw",
    "train.learning_rate": RATE,
    "train.embedding_lr": RATE,
    "train.head_lr": RATE,
    "train.weight_decay": 0.0,
    "train.warmup": 0.0,
    "train.min_lr_ratio": 1.0,
    "train.batch_tokens": SEQUENCES * LENGTH,
    "train.micro_batch": SEQUENCES,
    "train.precision": "fp32",
    "train.device": "cpu",
}
IMPORT = "from transformers import LlamaForCausalLM"
WARM = 5
"""Steps that are not counted."""


@dataclass(frozen=True)
class Found:
    """What one run took."""

    step_s: float
    start_s: float
    start_wall_s: float
    peak_mb: float
    loss: float | None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "emma-train-bench")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    trainers = commands(arguments.work)
    rounds: dict[str, list[Found]] = {name: [] for name in trainers}
    for turn in range(arguments.rounds):
        for name, command in trainers.items():
            found = run(name, command, arguments.work)
            print(turn + 1, name, found, file=sys.stderr, flush=True)
            rounds[name].append(found)
    config = json.loads((model_of(arguments.work) / "config.json").read_text())
    result = page(rounds, config["vocab_size"])
    print(result)
    result_path("train-cpu").write_text(result, encoding="utf-8")


def commands(work: Path) -> dict[str, list[str]]:
    """What to run for each trainer; everything that they read is made first."""
    given = [str(RECIPE), "--home", str(work / "home"), "--quiet", "--workers", "1"]
    given += [part for name, value in SETTINGS.items() for part in ("--set", f"{name}={value}")]
    subprocess.run([sys.executable, "-m", "emma", "adapt", *given], check=True)
    model, batches = export(work)
    common = [str(batches), str(SEQUENCES), str(RATE), str(work / "out")]
    emma = [sys.executable, "-m", "benchmarks.train.peers.emma_train", *given]
    unmasked = [*emma, "--set", "train.document_masks=false"]
    found = {
        "EMMA": emma,
        "EMMA, no masks": unmasked,
        "EMMA, no masks, compiled": [*unmasked, "--set", "train.compile=true"],
        "transformers Trainer": [sys.executable, "-m", "benchmarks.train.peers.hf_trainer", str(model), *common],
    }
    if (python := litgpt(work)) is not None:
        script = [str(python), str(PEERS / "litgpt_pretrain.py")]
        found["LitGPT"] = [*script, str(model / "config.json"), *common]
    return found


def model_of(work: Path) -> Path:
    """The folder of the model to start from."""
    from emma.pipeline.home import Home

    return Home(work / "home").run("demo-base").artifact("adapt").file("model")


def export(work: Path) -> tuple[Path, Path]:
    """The model to start from, and all samples of the plan as arrays."""
    from emma.pipeline.home import Home
    from emma.tokens.samples import Samples
    from emma.train.batch import make_batch

    run = Home(work / "home").run("demo-base")
    samples = Samples(run.artifact("pack"), run.artifact("mix"))
    batch = make_batch(samples, range(len(samples)))
    tokens = np.stack([samples.draw(number).tokens for number in range(len(samples))])
    path = work / "batches.npz"
    np.savez(path, inputs=batch.inputs, targets=batch.targets, positions=batch.positions, tokens=tokens)
    return model_of(work), path


def litgpt(work: Path) -> Path | None:
    """The interpreter of LitGPT's own environment, made once; None where it cannot be installed."""
    folder = work / "litgpt"
    python = folder / "bin" / "python"
    if not (folder / "installed").exists():
        venv.create(folder, with_pip=True, clear=True)
        wanted = ["install", "--quiet", "--requirement", str(PEERS / "litgpt.txt")]
        if subprocess.run([python, "-m", "pip", *wanted], check=False).returncode:
            return None
        (folder / "installed").touch()
    return python


def run(name: str, command: Sequence[str], work: Path) -> Found:
    """Run a trainer from its beginning. Raises RuntimeError with the end of its output if it took no steps."""
    clock, log = work / "clock.json", work / f"{name.replace(' ', '-')}.log"
    clock.unlink(missing_ok=True)
    forget(work)
    quiet = {**os.environ, "OMP_NUM_THREADS": "1", "CLOCK": str(clock), "TOKENIZERS_PARALLELISM": "false"}
    with log.open("wb") as output:
        subprocess.run(command, stdout=output, stderr=output, env=quiet, cwd=ROOT, check=False)
    if not clock.exists():
        raise RuntimeError(f"{' '.join(command)} failed:\n{log.read_text(errors='replace')[-2000:]}")
    noted = json.loads(clock.read_text())
    walls, cpus = zip(*noted["steps"], strict=True)
    loss = noted["loss"] if noted["loss"] is not None else own_loss(work)
    times = np.diff(cpus)[WARM:].tolist()
    return Found(median(times), cpus[0], walls[0] - noted["began"], noted["peak_bytes"] / 1e6, loss)


def forget(work: Path) -> None:
    """Let EMMA train again: what it made before is found by its address."""
    import shutil

    for folder in (work / "home" / "store" / "train", work / "out"):
        shutil.rmtree(folder, ignore_errors=True)


def own_loss(work: Path) -> float | None:
    """The last row of EMMA's curve, over as many steps as the Trainer's."""
    for path in (work / "home" / "store" / "train").glob("*/metrics.jsonl"):
        return float(json.loads(path.read_text().splitlines()[-1])["loss"])
    return None


def page(rounds: dict[str, list[Found]], rows: int) -> str:
    """The result as Markdown."""
    best = {
        name: Found(*(min(column) for column in zip(*map(numbers, found), strict=True)), found[-1].loss)
        for name, found in rounds.items()
    }
    emma = best["EMMA"]
    lines = [
        f"| {name} | {1000 * each.step_s:.0f} | {each.step_s / emma.step_s:.2f} | {each.start_s:.1f} | "
        f"{each.start_s / emma.start_s:.2f} | {each.start_wall_s:.1f} | {each.peak_mb:.0f} | "
        f"{each.loss if each.loss is not None else math.nan:.4f} |"
        for name, each in best.items()
    ]
    return "\n".join(
        [
            "# Training on a CPU beside its peers",
            "",
            f"`python -m benchmarks.train.cpu` on {machine()}; load {os.getloadavg()[0]:.1f} at the end.",
            "",
            (__doc__ or "").split("\n\n", 2)[2].strip(),
            "",
            f"4 blocks, 256 wide, {rows:,} rows: {STEPS} steps of {SEQUENCES} sequences of {LENGTH} tokens. LitGPT "
            "knows no document masks and compiles the model: it is to be held against EMMA's third line.",
            "",
            "| trainer | ms a step | to EMMA | start-up, CPU s | to EMMA | start-up, s | peak MB | last loss |",
            "|---|--:|--:|--:|--:|--:|--:|--:|",
            *lines,
            "",
            f"A process that does nothing but `{IMPORT}` takes {importing():.1f} CPU seconds: that is below what any "
            "trainer of transformers' models can start in.",
            "",
        ]
    )


def importing() -> float:
    """CPU seconds of the import that all trainers of transformers' models share, the least of three."""
    code = f"import time; {IMPORT}; print(time.process_time())"
    quiet = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "ignore", "-c", code]
    tries = (subprocess.run(command, capture_output=True, text=True, check=True, env=quiet) for _ in range(3))
    return min(float(each.stdout.split()[-1]) for each in tries)


def numbers(found: Found) -> tuple[float, ...]:
    """What is compared."""
    return found.step_s, found.start_s, found.start_wall_s, found.peak_mb


if __name__ == "__main__":
    main()
