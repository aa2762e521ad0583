"""What training took: tokens and operations, and what an accelerator would need for them in hours, energy and money.

All of it follows from the artifacts and the settings, so that a report is the same wherever it is made. What the
machine that trained really needed is in the log of the run: `emma report --compare` shows it.
"""

from collections.abc import Mapping
from typing import Any, TypedDict

from emma.errors import RecipeError
from emma.models.accelerators import ASSUMED_SHARE, PEAK_FLOPS, RATED_WATTS
from emma.models.folder import read_model_json
from emma.models.shape import Shape, shape_from_config
from emma.report.config import ReportConfig
from emma.store import manifest
from emma.store.artifact import Artifact
from emma.store.files import read_json

CONFIG, PLAN = "model/config.json", "plan.json"


class Cost(TypedDict):
    """What training took; None for what is not known."""

    weights: int | None
    steps: int | None
    tokens: int | None
    """Read and learnt from, each as often as it was drawn."""
    flops_per_token: float | None
    """6 N + 12 L d S, less what frozen weights save."""
    flops: float | None
    is_at_most: bool
    """Whether some blocks were frozen, which saves operations that are counted here."""
    gpu: str
    """The accelerator that the following are estimated for."""
    share: float
    """Of the accelerator's peak in bfloat16, that training is taken to reach."""
    gpu_hours: float | None
    watts: float
    kwh: float | None
    price: float | None
    """Of an hour of it."""
    money: float | None


def find_cost(train: Artifact, mix: Artifact, section: ReportConfig, steps: int | None, tokens: int | None) -> Cost:
    """What training took, and would take on the accelerator that the recipe names."""
    shape = read_trained_shape(train)
    settings = read_settings(train)
    each = None if shape is None or mix.find(PLAN) is None else count_flops(shape, mix, settings)
    flops = None if each is None or tokens is None else each * tokens
    hours = None if flops is None else flops / (ASSUMED_SHARE * PEAK_FLOPS[section.gpu]) / 3600
    watts = RATED_WATTS[section.gpu]
    return {
        "weights": None if shape is None else shape.weights,
        "steps": steps,
        "tokens": tokens,
        "flops_per_token": each,
        "flops": flops,
        "is_at_most": bool(settings.get("freeze")),
        "gpu": section.gpu,
        "share": ASSUMED_SHARE,
        "gpu_hours": hours,
        "watts": watts,
        "kwh": None if hours is None else hours * watts / 1000,
        "price": section.price,
        "money": None if hours is None or section.price is None else hours * section.price,
    }


def read_trained_shape(train: Artifact) -> Shape | None:
    """The shape of the model that was trained; None where its configuration is not that of a dense decoder."""
    if train.find(CONFIG) is None:
        return None
    config = read_model_json(train.file(CONFIG))
    try:
        return shape_from_config({**config, **config.get("text_config", {})}, CONFIG)
    except RecipeError:
        return None


def read_settings(train: Artifact) -> Mapping[str, Any]:
    """The settings that a model was trained with; empty where its manifest is not here."""
    content = manifest.read(train.path, train.url)
    settings: dict[str, Any] = {} if content is None else content["made_by"]["config"]
    return settings


def count_flops(shape: Shape, mix: Artifact, settings: Mapping[str, Any]) -> float:
    """Operations for one token of the plan's sequences."""
    lora = settings.get("lora")
    return shape.flops_per_token(
        read_json(mix.file(PLAN))["sequence_length"],
        lora_rank=None if lora is None else lora["rank"],
        trains_ends=lora is not None and lora["train_embeddings"],
    )
