"""The model to adapt: read from a Hugging Face folder, or made from random weights."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import torch
from transformers import AutoConfig, AutoModelForCausalLM, PretrainedConfig, PreTrainedModel

from emma.adapt.config import AdaptConfig, ArchitectureConfig
from emma.adapt.rope import scale
from emma.errors import RecipeError

T = TypeVar("T")

WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json")
"""Files of which a model folder must have one."""


def load_base(folder: Path, section: AdaptConfig) -> PreTrainedModel:
    """The base model in float32, with the recipe's context, rotary scaling and tying."""
    check_folder(folder)
    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    was_tied = bool(getattr(config, "tie_word_embeddings", False))
    settle(config, section, str(folder))
    model, report = build(str(folder), lambda: _read(folder, config))
    made_here = set()
    if was_tied and not config.tie_word_embeddings:
        inputs, head = matrices(model)
        head.data.copy_(inputs.data)
        made_here = {name for name, each in model.named_parameters() if each is head}
    check_complete(folder, set(report["missing_keys"]) - made_here)
    return model


def _read(folder: Path, config: PretrainedConfig) -> tuple[PreTrainedModel, dict[str, Any]]:
    """The model, and what transformers found missing in its files."""
    auto: Any = AutoModelForCausalLM
    found: tuple[PreTrainedModel, dict[str, Any]] = auto.from_pretrained(
        folder, config=config, dtype=torch.float32, local_files_only=True, output_loading_info=True
    )
    return found


def check_complete(folder: Path, lacking: set[str]) -> None:
    """RecipeError when weights of the model are not in its files: transformers would make them up at random."""
    if missing := sorted(lacking):
        raise RecipeError(
            f"The weights in {folder} lack {len(missing)} of the model's tensors: {', '.join(missing[:3])}"
            f"{', …' if len(missing) > 3 else ''}. Fetch the base model again."
        )


def make_random(section: AdaptConfig, pieces: int) -> PreTrainedModel:
    """A model of the recipe's architecture with random weights and `pieces` vocabulary rows."""
    name = f"adapt.architecture ({section.architecture.model_type})"
    config: PretrainedConfig = build(
        name,
        lambda: AutoConfig.for_model(
            section.architecture.model_type, **_words(section.architecture), vocab_size=pieces
        ),
    )
    settle(config, section, name)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(section.seed)
        auto: Any = AutoModelForCausalLM
        model: PreTrainedModel = build(name, lambda: auto.from_config(config, dtype=torch.float32))
        return model


def _words(architecture: ArchitectureConfig) -> dict[str, Any]:
    return {
        "hidden_size": architecture.hidden_size,
        "intermediate_size": architecture.intermediate_size,
        "num_hidden_layers": architecture.layers,
        "num_attention_heads": architecture.heads,
        "num_key_value_heads": architecture.kv_heads,
        "max_position_embeddings": architecture.context,
        "tie_word_embeddings": architecture.tie,
        "initializer_range": architecture.init_std,
    }


def check_folder(folder: Path) -> None:
    """RecipeError unless the folder has a configuration and weights."""
    for what, names in (("configuration", ("config.json",)), ("weights", WEIGHTS)):
        if not any((folder / name).is_file() for name in names):
            raise RecipeError(
                f"The base {folder} has no {what}: looked for {', '.join(names)}. "
                "Set `base` to a Hugging Face model folder, or leave it out to start from random weights."
            )


def settle(config: PretrainedConfig, section: AdaptConfig, name: str) -> None:
    """Put the recipe's tying, context and rotary scaling into a configuration."""
    if section.untie is False and not config.tie_word_embeddings:
        raise RecipeError(
            f"{name} has a head of its own, so it cannot be tied. Remove `adapt.untie` or set it to true."
        )
    if section.untie:
        config.tie_word_embeddings = False
    if section.rope is not None:
        scale(config, section.rope, section.context)
    # Dynamic scaling starts where the base ended, so the base's number stays (emma.models.context).
    if section.context is not None and (section.rope is None or section.rope.type != "dynamic"):
        config.max_position_embeddings = section.context


def build(name: str, make: Callable[[], T]) -> T:
    """What `make` returns. Whatever transformers or its readers raise becomes a RecipeError."""
    try:
        return make()
    except Exception as error:
        reason = f"unknown or missing {error}" if isinstance(error, KeyError) else str(error)
        raise RecipeError(
            f"transformers cannot build {name}: {reason}. Check [adapt], its `rope` and `architecture`, and the base."
        ) from error


def matrices(model: PreTrainedModel) -> list[torch.nn.Parameter]:
    """The input embeddings and the head, once if they are one."""
    both: list[Any] = [model.get_input_embeddings(), model.get_output_embeddings()]  # type: ignore[no-untyped-call]
    inputs, head = both[0].weight, both[1].weight
    return [inputs] if inputs is head else [inputs, head]
