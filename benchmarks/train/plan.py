"""What `emma plan` predicts against what training takes, on this machine's processor: peak memory and time of a step.

    python -m benchmarks.train.plan

Every line trains a model with random weights for a few steps, by the trainer's own code, in a process of its own with
one thread. Memory is the peak of the resident set over what it was before the model was made: once with the C library
giving every large block back (that is what tensors take, and what the plan counts), once as it comes (the plan leaves
35 % for it). Time is CPU seconds of the fastest step, in the measurement as in `--measure`, as other work was going on
beside it.
"""

import json
import os
import subprocess
import sys
import time
from typing import Any

from benchmarks.machine import machine, result_path

SMALL = {"layers": 6, "width": 384, "inner": 1024, "heads": 6, "kv_heads": 6, "head_width": 64, "rows": 8192}
WIDE = {"layers": 4, "width": 768, "inner": 2048, "heads": 12, "kv_heads": 12, "head_width": 64, "rows": 32768}
GROUPED = {"layers": 8, "width": 512, "inner": 1376, "heads": 8, "kv_heads": 4, "head_width": 64, "rows": 16384}
ONE, TWO, FEW = (
    {"micro_batch": 4, "batch_tokens": 1024},
    {"micro_batch": 2, "batch_tokens": 1024},
    {"micro_batch": 1, "batch_tokens": 256},
)
CASES: tuple[tuple[str, dict[str, int], int, dict[str, Any]], ...] = (
    ("17 M", SMALL, 256, ONE),
    ("17 M, two micro-batches", SMALL, 256, TWO),
    ("17 M, 512 tokens", SMALL, 512, TWO),
    ("17 M, no masks", SMALL, 256, {**ONE, "document_masks": False}),
    ("17 M, bf16", SMALL, 256, {**ONE, "precision": "bf16"}),
    ("41 M, full", GROUPED, 256, {**ONE, "activation_checkpointing": "full"}),
    ("41 M, selective", GROUPED, 256, {**ONE, "activation_checkpointing": "selective"}),
    ("79 M", WIDE, 256, FEW),
    ("79 M, bf16 moments", WIDE, 256, {**FEW, "optimizer_states": "bf16"}),
    ("79 M, int8 moments", WIDE, 256, {**FEW, "optimizer_states": "int8"}),
    ("79 M, Muon", WIDE, 256, {**FEW, "optimizer": "muon", "learning_rate": 0.01}),
)
STEPS = 4
GIVEN_BACK = {"MALLOC_MMAP_THRESHOLD_": str(128 * 1024)}
"""glibc then takes every block above this from the system and gives it back when it is freed."""


def main() -> None:
    """Measure all cases and write the result."""
    rows = []
    for name, shape, length, section in CASES:
        case = {"shape": shape, "length": length, "section": {"device": "cpu", **section}}
        tensors, plain = (child("training", case, more) for more in (GIVEN_BACK, {}))
        rows.append((name, child("prediction", case, {}), tensors, plain))
        print(line(*rows[-1]), flush=True)
    path = result_path("plan")
    path.write_text(page(rows), encoding="utf-8")
    print(path)


def child(what: str, case: dict[str, Any], more: dict[str, str]) -> dict[str, float]:
    """What a process of its own measures or predicts. Raises RuntimeError with the end of its output if it fails."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.train.plan", what, json.dumps(case)]
    quiet = {**os.environ, "OMP_NUM_THREADS": "1", **more}
    done = subprocess.run(command, capture_output=True, text=True, env=quiet, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def prediction(case: dict[str, Any]) -> dict[str, float]:
    """What the plan says; its probe is timed in CPU seconds, the fastest of its calls."""
    from emma.inspect.plan import measurement as probe
    from emma.inspect.plan.memory import TrainingSetting, find_memory_peak
    from emma.models.shape import Shape
    from emma.train.config import TrainConfig

    shape = Shape(**case["shape"])
    setting = TrainingSetting(TrainConfig(**case["section"]), case["length"], 1, "cpu")
    vars(probe).update(time=type("Clock", (), {"perf_counter": staticmethod(time.process_time)}), median=min, REPEATS=3)
    tokens = setting.sequences_per_rank * setting.sequence_length
    return {"bytes": find_memory_peak(shape, setting).total, "seconds": tokens / probe.measure_speed(shape, setting)}


def training(case: dict[str, Any]) -> dict[str, float]:
    """Peak memory of a few steps, over what there was before, and CPU seconds of the fastest."""
    from emma.inspect.plan.measurement import build_stack, draw_random_batch
    from emma.inspect.plan.memory import TrainingSetting
    from emma.models.shape import Shape
    from emma.train.config import TrainConfig
    from emma.train.optimizer.optimizers import make_optimizers
    from emma.train.ranks import process_group
    from emma.train.step import optimise

    shape, section = Shape(**case["shape"]), TrainConfig(**case["section"])
    setting = TrainingSetting(section, case["length"], 1, "cpu")
    parts = [draw_random_batch(shape.rows, setting)] * (-(-setting.sequences_per_rank // section.micro_batch))
    tokens = sum(part.predicted for part in parts)
    with process_group(section):
        tiny = Shape(1, 16, 16, 2, 2, 8, 64)
        warm = build_stack(tiny, 1, setting)
        optimise(
            warm, make_optimizers(warm.model, section), [draw_random_batch(64, setting)], 1, section
        )  # imports, first calls
        before = resident("VmRSS")
        loss_model = build_stack(shape, shape.layers, setting)
        optimizers, times = make_optimizers(loss_model.model, section), []
        reset()
        for _ in range(STEPS):
            start = time.process_time()
            optimise(loss_model, optimizers, parts, tokens, section)
            times.append(time.process_time() - start)
        return {"bytes": resident("VmHWM") - before, "seconds": min(times[1:])}


def resident(what: str) -> int:
    """Memory of this process in bytes: VmRSS now, VmHWM at most since `reset`."""
    with open("/proc/self/status") as status:  # noqa: PTH123
        return next(int(row.split()[1]) * 1024 for row in status if row.startswith(what))


def reset() -> None:
    """Forget the peak so far (man 5 proc)."""
    with open("/proc/self/clear_refs", "w") as stream:  # noqa: PTH123
        stream.write("5")


def line(name: str, said: dict[str, float], tensors: dict[str, float], plain: dict[str, float]) -> str:
    """A row of the table."""
    peak_memory = f"{said['bytes'] / 1e6:,.0f} | {tensors['bytes'] / 1e6:,.0f} | {error(said, tensors, 'bytes')}"
    speed = f"{said['seconds']:.2f} | {plain['seconds']:.2f} | {error(said, plain, 'seconds')}"
    return f"| {name} | {peak_memory} | {plain['bytes'] / 1e6:,.0f} | {speed} |"


def error(said: dict[str, float], found: dict[str, float], what: str) -> str:
    return f"{100 * (said[what] / found[what] - 1):+.0f} %"


def worst(rows: list[tuple[str, dict[str, float], dict[str, float], dict[str, float]]], what: str) -> float:
    """The largest error of all, in per cent."""
    pairs = [(said, tensors if what == "bytes" else plain) for _, said, tensors, plain in rows]
    return max(abs(100 * (said[what] / found[what] - 1)) for said, found in pairs)


def page(rows: list[Any]) -> str:
    """The result as Markdown."""
    shapes = {name: in_words(shape) for name, shape in (("17 M", SMALL), ("41 M", GROUPED), ("79 M", WIDE))}
    heads = "| model | MB said | measured | error | as it comes | s a step said | measured | error |"
    return "\n".join(
        [
            "# The plan against training on a CPU",
            "",
            f"`python -m benchmarks.train.plan` on {machine()}.",
            "",
            (__doc__ or "").split("\n\n", 2)[2].strip(),
            "",
            f"The largest error is {worst(rows, 'bytes'):.0f} % of memory and {worst(rows, 'seconds'):.0f} % of time.",
            "",
            heads,
            "|---|---:|---:|---:|---:|---:|---:|---:|",
            *(line(*row) for row in rows),
            "",
            *(f"- {name}: {shape}" for name, shape in shapes.items()),
            "",
        ]
    )


def in_words(shape: dict[str, int]) -> str:
    """A shape in words."""
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in shape.items())


if __name__ == "__main__":
    if len(sys.argv) > 2:
        print(json.dumps({"training": training, "prediction": prediction}[sys.argv[1]](json.loads(sys.argv[2]))))
    else:
        main()
