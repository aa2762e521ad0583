"""Rotary scaling: from the recipe's words to Hugging Face's `rope_parameters`."""

from typing import Any

from emma.adapt.config import RopeConfig

HF_NAMES = {
    "type": "rope_type",
    "theta": "rope_theta",
    "original_context": "original_max_position_embeddings",
}
"""Where our word differs from Hugging Face's."""
REMEMBER_CONTEXT = ("dynamic", "yarn", "llama3", "longrope")
"""Types that scale from the context the model was first trained with."""


def rope_parameters(rope: RopeConfig, base: dict[str, Any] | None, context: int) -> dict[str, Any]:
    """The `rope_parameters` of a transformers configuration.

    `base` are those of the base model and `context` its longest sequence in tokens; both fill what `rope` leaves out.
    """
    given = {HF_NAMES.get(name, name): value for name, value in rope.model_dump(mode="json", exclude_none=True).items()}
    given.setdefault("rope_theta", (base or {}).get("rope_theta", 10_000.0))
    if rope.type in REMEMBER_CONTEXT:
        before = (base or {}).get("original_max_position_embeddings", context)
        given.setdefault("original_max_position_embeddings", before)
    return given
