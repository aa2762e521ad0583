"""How fast it will go, and how that is known: said, measured now, measured before, or assumed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from emma.errors import RecipeError
from emma.inspect.plan.machines import Machine
from emma.inspect.plan.memory import Setting, trained
from emma.inspect.plan.shape import Shape, from_config
from emma.train.config import HALF, TrainConfig

FEWEST = 3
"""Rows that a log must have: its first is left out, since compilation and first contact are in it."""
CLOSE = 0.03
"""Weights of a model of the same shape may differ by this share: a vocabulary gets fewer pieces than it asked for."""
ASSUMED = {"none": 0.45, "selective": 0.45, "full": 0.40}
"""Share of the peak in bfloat16, by what is recomputed. Published for 7 B on H100: 46 % without recomputation and
40.4 % with (LLM-Foundry, scripts/train/benchmarking), 46 % (IBM, foundation-model-stack/fms-fsdp issue 89)."""
UNCOMPILED = 0.85
"""5,762 against 6,667 tokens/s for 8 B on 8 H100 (torchtitan, benchmarks/llama3_h100_202412_torchtitan.md)."""
ASSUMED_8 = 0.35
"""Share of the peak in 8 bits: 682 to 776 of 1,979 TFLOP/s at 7 B (NeMo 24.07, performance summary)."""
CPU_SHARE = 0.5
"""Of what one matrix product reaches on a CPU; measured between 0.3 and 0.7 (benchmarks/train/plan.py)."""

ALIKE = (
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
    """Tokens a second of one process, and where the number is from."""

    tokens_per_s: float
    source: str


def speed(
    shape: Shape,
    setting: Setting,
    machine: Machine,
    home: Path | None,
    *,
    said: float | None = None,
    measure: bool = False,
) -> Speed | None:
    """The best there is to know; `said` is of one process. None when nothing is known of the machine."""
    if said is not None:
        return Speed(said, "as you say")
    if measure:
        from emma.inspect.plan.probe import probe

        return Speed(probe(shape, setting), "measured now, on two small stacks of such blocks")
    logs = sorted(home.glob("*/logs")) if home is not None else []
    before = [found for each in logs if (found := earlier(each, shape, setting, machine)) is not None]
    return before[-1] if before else assumed(shape, setting, machine)


def flops_per_token(shape: Shape, setting: Setting) -> float:
    """Operations to train on one token, counted as the trainer does: of a frozen weight 4, as it has no gradient."""
    whole = shape.flops_per_token(setting.sequence_length)
    if setting.section.lora is None:
        return whole
    adapters, ends = trained(shape, setting.section)
    frozen = shape.layers * shape.block + (0 if ends else shape.outside - (0 if shape.tied else shape.embedding))
    return whole - 2.0 * frozen + 6.0 * adapters


def assumed(shape: Shape, setting: Setting, machine: Machine) -> Speed | None:
    """A share of the machine's peak that others have reached."""
    each, section = flops_per_token(shape, setting), setting.section
    if machine.kind == "cpu":
        peak = matrix_products(section)
        return Speed(CPU_SHARE * peak / each, "assumed: half of what matrix products reach here. --measure finds out")
    share = ASSUMED[section.activation_checkpointing] * (1 if section.compile else UNCOMPILED)
    if section.precision == "fp8" and machine.flops8:
        return Speed(
            ASSUMED_8 * machine.flops8 / each, f"assumed: {ASSUMED_8:.0%} of its peak in 8 bits, as NeMo published"
        )
    if machine.flops is None or section.precision not in HALF:
        return None
    return Speed(share * machine.flops / each, "assumed, as published for 7 B on H100")


def matrix_products(section: TrainConfig) -> float:
    """Operations a second in a matrix product on this machine's processor."""
    from emma.config.extras import need

    torch = need("torch", "train")
    from emma.train.flops import measured_flops

    return measured_flops(torch.bfloat16 if section.precision in HALF else torch.float32)


def earlier(logs: Path, shape: Shape, setting: Setting, machine: Machine) -> Speed | None:
    """What a run of this home measured, if its model, settings and machine were the same."""
    try:
        setup = json.loads((logs / "train.json").read_text(encoding="utf-8"))
        rates = list(_rates(logs / "train.jsonl"))
    except (OSError, ValueError, KeyError):
        return None
    if len(rates) < FEWEST or not alike(setup, shape, setting, machine):
        return None
    name = logs.parent.name
    return Speed(median(rates[1:]) / setup["ranks"], f"measured in the run '{name}' on {setup['device']}")


def _rates(path: Path) -> Iterator[float]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield float(json.loads(line)["tokens_per_s"])


def alike(setup: dict[str, Any], shape: Shape, setting: Setting, machine: Machine) -> bool:
    """Whether a run was of this shape, with settings that speed depends on the same, on such a machine."""
    try:
        there, section = from_config(setup["model"], "train.json"), TrainConfig.model_validate(setup["train"])
    except (RecipeError, ValueError):
        return False
    return (
        abs(there.weights / shape.weights - 1) <= CLOSE
        and (there.layers, there.width) == (shape.layers, shape.width)
        and setup["sequence_length"] == setting.sequence_length
        and machine.name.lower() in setup["device"].lower().replace(" ", "")
        and all(getattr(section, name) == getattr(setting.section, name) for name in ALIKE)
    )
