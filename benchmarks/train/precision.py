"""A training step in float32 and in bfloat16, with AdamW and Muon, on this processor's kernels and on AVX2's alone.

    python -m benchmarks.train.precision [--rounds 3]

A Llama of random weights (4 blocks of width 256, inner width 704, 8,192 pieces), 8 sequences of 256 tokens a step, one
thread. Each cell is a process of its own, since kernels are chosen once; AVX2 is this processor, told to use no more
(ATEN_CPU_CAPABILITY=avx2, ONEDNN_MAX_CPU_ISA=AVX2). Milliseconds are of CPU time: the median step of a round, and of
the rounds the fastest. Beside them what matrix products reach, and what one iteration of Muon takes for a 256 × 704
matrix, in both types; and which type `train.precision = "auto"` takes.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import product
from statistics import median
from typing import Any

from benchmarks.machine import machine, result_path

KERNELS = {"this processor's": {}, "AVX2 alone": {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"}}
OPTIMISERS, PRECISIONS = ("adamw", "muon"), ("fp32", "bf16")
SEQUENCES, LENGTH, PIECES, WIDTH, INNER = 8, 256, 8192, 256, 704
BUDGET_S = 12.0
"""Steps are taken for so long, three at least."""


def main() -> None:
    """Measure all cells and write the dated result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(*arguments.one)))
        return
    found = {
        (kernels, *cell): [run(KERNELS[kernels], cell) for _ in range(arguments.rounds)]
        for kernels, *cell in product(KERNELS, OPTIMISERS, PRECISIONS)
    }
    path = result_path("precision")
    path.write_text("\n".join(lines(found)), encoding="utf-8")
    print(path.read_text(encoding="utf-8"))


def run(limits: dict[str, str], cell: list[str]) -> dict[str, Any]:
    """One cell, in a process of its own."""
    threads = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "benchmarks.train.precision", "--one", *cell]
    done = subprocess.run(command, env={**os.environ, **limits, **threads}, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(optimizer: str, precision: str) -> dict[str, Any]:
    """What a step takes in this process."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from emma.models.device import choose_precision
    from emma.train.config import TrainConfig
    from emma.train.model.flops import measured_flops
    from emma.train.model.loss_model import LossModel
    from emma.train.optimizer.muon import orthogonalise
    from emma.train.optimizer.optimizers import make_optimizers

    torch.set_num_threads(1)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=PIECES, hidden_size=WIDTH, intermediate_size=INNER, num_hidden_layers=4, num_attention_heads=4
    )
    section = TrainConfig(optimizer=optimizer, precision=precision, learning_rate=1e-4, device="cpu")  # type: ignore[arg-type]
    loss_model = LossModel(LlamaForCausalLM(config), section)
    optimizers = make_optimizers(loss_model.model, section)
    ids = torch.randint(PIECES, (SEQUENCES, LENGTH + 1))
    positions = torch.arange(LENGTH).expand(SEQUENCES, -1)

    def step() -> None:
        loss_model(ids[:, :-1], positions, ids[:, 1:])[0].backward()
        for each in optimizers:
            each.step()
        loss_model.zero_grad()

    kind = torch.bfloat16 if precision == "bf16" else torch.float32
    matrix = torch.randn(WIDTH, INNER)
    return {
        "step": 1e3 * repeated(step, BUDGET_S),
        "gflops": measured_flops(kind, 512, 3) / 1e9,
        "orthogonal": 1e3 * repeated(lambda: orthogonalise(matrix, kind), 1.0),
        "auto": choose_precision("auto", torch.device("cpu")).value,
    }


def repeated(do: Callable[[], Any], budget: float) -> float:
    """CPU seconds of the median call; the first does not count."""
    do()
    times, start = [], time.perf_counter()
    while len(times) < 3 or time.perf_counter() - start < budget:
        before = time.process_time()
        do()
        times.append(time.process_time() - before)
    return median(times)


def lines(found: dict[tuple[str, ...], list[dict[str, Any]]]) -> list[str]:
    """The result file."""
    rows = []
    for (kernels, optimizer, precision), rounds in found.items():
        best = {name: min(each[name] for each in rounds) for name in ("step", "orthogonal")}
        gflops, auto = max(each["gflops"] for each in rounds), rounds[0]["auto"]
        rows.append(
            f"| {kernels} | {optimizer} | {precision}{' (auto)' if auto == precision else ''} | {best['step']:,.0f} | "
            f"{gflops:,.1f} | {best['orthogonalise']:,.1f} |"
        )
    return [
        "# A step in float32 and in bfloat16",
        "",
        f"`python -m benchmarks.train.precision --rounds {len(next(iter(found.values())))}`",
        "",
        machine(),
        "",
        (__doc__ or "").partition("\n\n    python")[2].partition("\n\n")[2].strip(),
        "",
        "Muon's iteration runs in the type that the device is fast in, whatever the precision of the rest.",
        "",
        "| kernels | optimiser | precision | step, ms | products, GFLOP/s | orthogonal 256 × 704, ms |",
        "|---|---|---|--:|--:|--:|",
        *rows,
        "",
    ]


if __name__ == "__main__":
    main()
