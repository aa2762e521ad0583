"""Rotary scaling: from the recipe's settings to Hugging Face's `rope_parameters`, which inference engines read.

Position interpolation (`linear`: Chen et al., arXiv 2306.15595), a larger theta for the factor (`ntk`: bloc97 2023),
the same chosen anew for each length (`dynamic`), YaRN (arXiv 2309.00071), LongRoPE (arXiv 2402.13753), and Llama 3.1's.
"""

from collections.abc import Mapping
from typing import Any

from transformers import PretrainedConfig

from emma.adapt.config import RopeConfig
from emma.errors import RecipeError
from emma.models.configuration import FULL_ATTENTION, UNSCALED

HF_KEYS = {
    "type": "rope_type",
    "theta": "rope_theta",
    "original_context": "original_max_position_embeddings",
}
"""Hugging Face's keys where they differ from the names of our settings."""
KEEPS_ORIGINAL_CONTEXT = ("yarn", "llama3", "longrope")
"""Types that scale from the context the model was first trained with."""
NEEDS_FACTOR = ("linear", "dynamic", "ntk", "yarn", "llama3", "longrope")
"""Types that need a factor."""
LLAMA_3 = {"low_freq_factor": 1.0, "high_freq_factor": 4.0}
"""The factors that Llama 3.1 was released with."""
LENGTHS = {"factor", "original_max_position_embeddings"}
KNOWN_KEYS: Mapping[str, set[str]] = {
    UNSCALED: set(),
    "linear": LENGTHS,
    "dynamic": LENGTHS,
    "ntk": LENGTHS,
    "yarn": LENGTHS | {"beta_fast", "beta_slow", "attention_factor"},
    "llama3": LENGTHS | {"low_freq_factor", "high_freq_factor"},
    "longrope": LENGTHS | {"short_factor", "long_factor", "attention_factor"},
}
"""Keys that each kind takes beside theta, under Hugging Face's names."""

Parameters = dict[str, Any]


def set_rotary_scaling(config: PretrainedConfig, rope: RopeConfig, context: int | None) -> None:
    """Put rotary scaling into a configuration; `context` is the longest sequence that is asked for, None: as it was.

    Raises RecipeError when the factor is not known, or LongRoPE's factors are not there.
    """
    before: Parameters = dict(getattr(config, "rope_parameters", None) or {})
    old = before.get(FULL_ATTENTION, before)
    rotated = _rotary_width(config, old)
    parameters = rope_parameters(rope, old, config.max_position_embeddings, context, rotated)
    config.rope_parameters = {**before, FULL_ATTENTION: parameters} if FULL_ATTENTION in before else parameters


def rope_parameters(rope: RopeConfig, base: Parameters, before: int, context: int | None, rotated: int) -> Parameters:
    """The `rope_parameters` of a transformers configuration.

    `base` are those of the base model, `before` its longest sequence, `context` the one asked for, and `rotated` the
    dimensions of a head that turn. What the base's kind of model has besides (`partial_rotary_factor`) is kept.
    """
    values = {HF_KEYS.get(name, name): value for name, value in rope.model_dump(mode="json", exclude_none=True).items()}
    if rope.type is None:
        return override_base_scaling({"rope_type": UNSCALED, **base}, values, (context or before) / before)
    check_known(rope.type, values)
    # 10,000 is what RoFormer has (arXiv 2104.09864, section 3.2.2), and what a configuration without a number means.
    values.setdefault("rope_theta", base.get("rope_theta", 10_000.0))
    if "partial_rotary_factor" in base:
        values["partial_rotary_factor"] = base["partial_rotary_factor"]
    original = values.pop("original_max_position_embeddings", base.get("original_max_position_embeddings", before))
    if rope.type in NEEDS_FACTOR and "factor" not in values:
        values["factor"] = scaling_factor(rope, context, original)
    if rope.type == "ntk":
        return raise_theta(values, rotated)
    if rope.type == "llama3":
        values = LLAMA_3 | values
    if rope.type == "longrope":
        check_factors(values, rotated)
    return values | {"original_max_position_embeddings": original} if rope.type in KEEPS_ORIGINAL_CONTEXT else values


def override_base_scaling(base: Parameters, values: Parameters, longer: float) -> Parameters:
    """The base's rotary settings with some of them changed; scaling grows with the context, which is `longer` times as
    long, unless the recipe has a factor. RecipeError for a number that its kind does not know."""
    kind = base["rope_type"]
    if kind == UNSCALED and (needless := sorted(values.keys() - {"rope_theta"})):
        raise RecipeError(
            f"adapt.rope.{needless[0]} says how positions are scaled, but not by which method, and the base scales "
            f"none. Set adapt.rope.type too: {', '.join(NEEDS_FACTOR)}."
        )
    check_known(kind, values)
    before = 1.0 if kind == "dynamic" else base.get("factor")  # dynamic scaling counts from the context before it
    scaled = {"factor": before * longer} if before and longer > 1 else {}
    return {**base, **scaled, **values}


def check_known(kind: str, values: Parameters) -> None:
    """RecipeError for a number that means nothing to this kind of scaling."""
    if needless := sorted(values.keys() - KNOWN_KEYS.get(kind, values.keys()) - {"rope_theta", "rope_type"}):
        known = ", ".join(sorted(KNOWN_KEYS[kind])) or "theta alone"
        raise RecipeError(
            f"adapt.rope.{needless[0]} means nothing to rotary scaling of type '{kind}', which takes {known}."
        )


def scaling_factor(rope: RopeConfig, context: int | None, original: int) -> float:
    """Divide `context` by the `original` one. RecipeError unless it is longer."""
    if context is None or context <= original:
        raise RecipeError(
            f"adapt.rope: '{rope.type}' needs a factor. Set adapt.rope.factor, or adapt.context to more than the "
            f"{original} tokens of the base."
        )
    return context / original


def raise_theta(values: Parameters, rotated: int) -> Parameters:
    """Plain rotary positions with theta raised so that the slowest dimension turns `factor` times slower.

    Hugging Face has no name for it and needs none: theta times factor to the power d / (d - 2).
    """
    # With a larger theta no position is interpolated: the fastest dimensions turn as before, the slowest `factor` times
    # slower.
    theta = values["rope_theta"] * values["factor"] ** (rotated / (rotated - 2))
    kept = {name: value for name, value in values.items() if name == "partial_rotary_factor"}
    return {**kept, "rope_type": "default", "rope_theta": theta}


def check_factors(values: Parameters, rotated: int) -> None:
    """RecipeError unless LongRoPE has a factor for every two dimensions that turn: they come from a search."""
    for name in ("short_factor", "long_factor"):
        if len(values.get(name, ())) != rotated // 2:
            raise RecipeError(
                f"adapt.rope: 'longrope' needs {name} with {rotated // 2} numbers, one for every two dimensions, and "
                f"has {len(values.get(name, ()))}. They come from a search (arXiv 2402.13753); without one, use yarn."
            )


def _rotary_width(config: PretrainedConfig, base: Parameters) -> int:
    """Dimensions of a head that turn."""
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return int(width * base.get("partial_rotary_factor", 1.0))
