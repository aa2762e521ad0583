"""The configuration of the adapted model: the base's, with the recipe's tying, context and rotary scaling.

What a base cannot be made to be is refused here, before any weight is read.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from transformers import AutoConfig, PretrainedConfig

from emma.adapt.config import AdaptConfig
from emma.adapt.rope import scale
from emma.errors import RecipeError
from emma.models.configuration import context_of
from emma.models.folder import stored

T = TypeVar("T")
SEPARATE = ("head_init", "distil")
"""Settings that treat the head apart from the input embeddings."""


def plan_config(folder: Path, section: AdaptConfig) -> PretrainedConfig:
    """The configuration that the adapted model will have. RecipeError for what the base cannot be made to be."""
    config = read_config(folder)
    settle(config, section, str(folder))
    asked = [name for name in SEPARATE if getattr(section, name) is not None]
    if asked and config.tie_word_embeddings and not has_head(folder):
        raise RecipeError(
            f"adapt.{asked[0]} needs a head apart from the input embeddings, but the base ties them. Set adapt.untie = "
            f"true, which adds a head, or leave adapt.{asked[0]} out."
        )
    return config


def has_head(folder: Path) -> bool:
    """Whether the weights hold a head, whatever the configuration says."""
    return any(each.name == "lm_head.weight" for each in stored(folder))


def read_config(folder: Path) -> PretrainedConfig:
    """The configuration of a model folder; none of the folder's code runs."""
    config: PretrainedConfig = build(
        str(folder), lambda: AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    )
    return config


def settle(config: PretrainedConfig, section: AdaptConfig, name: str) -> None:
    """Put the recipe's tying, context and rotary scaling into a configuration."""
    if section.untie is False and not config.tie_word_embeddings:
        raise RecipeError(
            f"{name} has a head of its own, so it cannot be tied. Remove `adapt.untie` or set it to true."
        )
    if section.untie:
        config.tie_word_embeddings = False
    check_positions(config, section, name)
    if section.rope is not None:
        scale(config, section.rope, section.context)
    rope = getattr(config, "rope_parameters", None) or {}
    if section.context is None:
        return
    if rope.get("rope_type") != "dynamic":
        config.max_position_embeddings = section.context
    elif section.rope is None:
        # Dynamic scaling starts where the base ended, so the base's number stays (emma.models.configuration).
        config.rope_parameters = {**rope, "factor": section.context / config.max_position_embeddings}


def check_positions(config: PretrainedConfig, section: AdaptConfig, name: str) -> None:
    """RecipeError for rotary settings, or more context, where positions are learned vectors or a fixed table."""
    if hasattr(config, "rope_parameters"):
        return
    positions, kind = context_of(config), f"{name} ({config.model_type})"
    if section.rope is not None:
        has = f"its {positions} positions are learned or fixed" if positions else "it takes no positions"
        raise RecipeError(
            f"[adapt.rope] sets rotary positions, and {kind} has no such settings: {has}. "
            "Remove the table, or choose a base with rotary positions."
        )
    if section.context is not None and section.context != (positions or section.context):
        raise RecipeError(
            f"adapt.context = {section.context} cannot be had with {kind}: its {positions} positions are learned or "
            "fixed. Leave it out, or choose a base with rotary positions; mix.sequence_length may be shorter."
        )


def build(name: str, make: Callable[[], T]) -> T:
    """What `make` returns. Whatever transformers or its readers raise becomes a RecipeError."""
    try:
        return make()
    except Exception as error:
        reason = f"unknown or missing {error}" if isinstance(error, KeyError) else str(error)
        raise RecipeError(
            f"transformers cannot build {name}: {reason}. Check [adapt], its `rope` and `architecture`, and the base."
        ) from error
