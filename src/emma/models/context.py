"""How long a model's sequences may be."""

from typing import Any


def context_of(config: Any) -> int | None:
    """The longest sequence, in tokens, that a Hugging Face configuration allows; None when it takes no positions.

    Dynamic scaling leaves `max_position_embeddings` where it was, since it scales from there, and allows `factor`
    times as much; all other types count the scaling in.
    """
    positions: int | None = getattr(config, "max_position_embeddings", None)
    rope = getattr(config, "rope_parameters", None) or {}
    if positions is None or rope.get("rope_type") != "dynamic":
        return positions
    return int(positions * rope["factor"])
