"""The speed of training, and how it is known: stated, measured now, measured before, or assumed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from emma.errors import RecipeError
from emma.inspect.plan.machines import Machine
from emma.inspect.plan.memory import TrainingSetting
from emma.models.shape import Shape, shape_from_config
from emma.train.config import BF16_PRECISIONS, TrainConfig

MIN_ROWS = 3
"""Rows that a log of speeds must have: its first is left out, since compilation and first contact are in it."""
WEIGHT_TOLERANCE = 0.03
"""Weights of a model of the same shape may differ by this share: a vocabulary gets fewer pieces than it asked for."""
ASSUMED_MFU = {"none": 0.45, "selective": 0.45, "full": 0.40}
"""Share of the peak in bfloat16, by what is recomputed. Published for 7 B on H100: 46 % without recomputation and
40.4 % with (LLM-Foundry, scripts/train/benchmarking), 46 % (IBM, foundation-model-stack/fms-fsdp issue 89)."""
UNCOMPILED_SPEED = 0.85
"""5,762 against 6,667 tokens/s for 8 B on 8 H100 (torchtitan, benchmarks/llama3_h100_202412_torchtitan.md)."""
ASSUMED_MFU_8BIT = 0.35
"""Share of the peak in 8 bits: 682 to 776 of 1,979 TFLOP/s at 7 B (NeMo 24.07, performance summary)."""
ASSUMED_CPU_SHARE = 0.7
"""Share of the speed of one matrix product that training reaches on a CPU at best, so that its time is the least;
measured between 0.3 and 0.7 (benchmarks/train/plan.py)."""

SPEED_SETTINGS = (
    "optimizer",
    "micro_batch",
    "precision",
    "attention",
    "document_masks",
    "compile",
    "activation_checkpointing",
    "lora",
)
"""Settings on which the speed of a step depends."""


@dataclass(frozen=True)
class Speed:
    """Tokens per second of one rank, and where the number is from."""

    tokens_per_s: float
    source: str
    is_assumed: bool = False
    """Whether nobody measured or stated it: it is then what large models reach, and a small one is much slower."""


def estimate_speed(
    shape: Shape,
    setting: TrainingSetting,
    machine: Machine,
    home: Path | None,
    *,
    stated: float | None = None,
    measure: bool = False,
) -> Speed | None:
    """The speed by the best source; `stated` is that of one rank. None when nothing is known of the machine."""
    if stated is not None:
        return Speed(stated, "as you say")
    if measure:
        from emma.inspect.plan.measurement import measure_speed

        return Speed(measure_speed(shape, setting), "measured now, on two small stacks of such blocks")
    logs = sorted(home.glob("*/logs")) if home is not None else []
    earlier = [speed for folder in logs if (speed := find_measured_speed(folder, shape, setting, machine)) is not None]
    # By the run's name and not by time: files that were copied have no times to trust.
    return earlier[-1] if earlier else assume_speed(shape, setting, machine)


def flops_per_token(shape: Shape, setting: TrainingSetting) -> float:
    """Operations to train on one token, counted as the trainer does."""
    lora = setting.section.lora
    return shape.flops_per_token(
        setting.sequence_length,
        lora_rank=None if lora is None else lora.rank,
        trains_ends=lora is not None and lora.train_embeddings,
    )


def assume_speed(shape: Shape, setting: TrainingSetting, machine: Machine) -> Speed | None:
    """The speed at a share of the machine's peak that others have reached."""
    flops, section = flops_per_token(shape, setting), setting.section
    if machine.kind == "cpu":
        peak = measure_product_flops(section)
        return Speed(ASSUMED_CPU_SHARE * peak / flops, "assumed: at best 70 % of what matrix products reach here", True)
    share = ASSUMED_MFU[section.activation_checkpointing] * (1 if section.compile else UNCOMPILED_SPEED)
    if section.precision == "fp8" and machine.flops8:
        return Speed(
            ASSUMED_MFU_8BIT * machine.flops8 / flops,
            f"assumed: {ASSUMED_MFU_8BIT:.0%} of its peak in 8 bits, as NeMo published",
            True,
        )
    if machine.flops is None or section.precision not in BF16_PRECISIONS:
        return None
    return Speed(share * machine.flops / flops, "assumed, as published for 7 B on H100", True)


def measure_product_flops(section: TrainConfig) -> float:
    """Operations per second in a matrix product on this machine's processor."""
    from emma.config.extras import need

    torch = need("torch", "train")
    from emma.train.model.flops import measured_flops

    return measured_flops(torch.bfloat16 if section.precision in BF16_PRECISIONS else torch.float32)


def find_measured_speed(logs: Path, shape: Shape, setting: TrainingSetting, machine: Machine) -> Speed | None:
    """The speed that a run of this home logged, if its model, settings and machine were the same."""
    try:
        # The standard library's JSON: a model's configuration may hold Infinity, which orjson refuses.
        setup = json.loads((logs / "train.json").read_text(encoding="utf-8"))
        rates = list(_rates(logs / "train.jsonl"))
    except (OSError, ValueError, KeyError):
        return None
    if len(rates) < MIN_ROWS or not is_same_setup(setup, shape, setting, machine):
        return None
    name = logs.parent.name
    return Speed(median(rates[1:]) / setup["ranks"], f"measured in the run '{name}' on {setup['device']}")


def _rates(path: Path) -> Iterator[float]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if "held_out" not in row:  # a row of an evaluation has no speed
            yield float(row["tokens_per_s"])


def is_same_setup(setup: dict[str, Any], shape: Shape, setting: TrainingSetting, machine: Machine) -> bool:
    """Whether a run was of this shape, with settings that speed depends on the same, on such a machine."""
    try:
        there, section = shape_from_config(setup["model"], "train.json"), TrainConfig.model_validate(setup["train"])
    except (RecipeError, ValueError):
        return False
    return (
        abs(there.weights / shape.weights - 1) <= WEIGHT_TOLERANCE
        and (there.layers, there.width) == (shape.layers, shape.width)
        and setup["sequence_length"] == setting.sequence_length
        and machine.name.lower() in setup["device"].lower().replace(" ", "")
        and all(getattr(section, name) == getattr(setting.section, name) for name in SPEED_SETTINGS)
    )
