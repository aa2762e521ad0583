"""What is wrong with a base's `config.json`, told from the file alone."""

from collections.abc import Iterator
from typing import Any

from emma.config.extras import need
from emma.models.folder import CONFIG, TYPES, said_type

NESTED = ("text_config", "vision_config", "audio_config", "llm_config", "language_config", "thinker_config")
"""Where models of more than text keep the configurations of their parts."""
NUMBERS = (
    "num_attention_heads", "num_key_value_heads", "n_head", "hidden_size", "n_embd", "num_hidden_layers", "n_layer",
    "vocab_size", "max_position_embeddings", "n_positions",
)  # fmt: skip
"""Fields that are numbers above 0 where they are there; null leaves them to transformers."""


def problems_of_config(config: dict[str, Any]) -> Iterator[str]:
    """What is wrong with a `config.json`, each in a sentence."""
    kind = config.get("model_type")
    known = need("transformers", "train").CONFIG_MAPPING
    if not isinstance(kind, str) or kind not in known:
        own = "needs code of its own, which EMMA never runs" if "auto_map" in config else "is not known to transformers"
        yield (
            f"Its kind of model ({CONFIG}: model_type = {kind!r}) {own}. Choose a base whose kind transformers has, or "
            "convert it to one."
        )
    if nested := [name for name in NESTED if isinstance(config.get(name), dict)]:
        yield (
            f"Its configuration is nested ({', '.join(nested)}), as of models that also see or hear. Extract the "
            "language model into a folder of its own, or choose the text-only model of the family."
        )
    if quantised := config.get("quantization_config"):
        method = quantised.get("quant_method", "unknown") if isinstance(quantised, dict) else quantised
        yield f"Its weights are quantised ({method}), and cannot be trained in full. Take the base in bfloat16."
    said = said_type(config)
    if said not in (None, "auto", *TYPES):
        yield f"{CONFIG} says that weights are of type {said!r}; EMMA knows {', '.join(TYPES)}. Correct it."
    yield from _numbers(config)


def _numbers(config: dict[str, Any]) -> Iterator[str]:
    for name in NUMBERS:
        if (value := config.get(name)) is not None and not (type(value) is int and value > 0):
            yield f"{CONFIG} has {name} = {value!r}, which must be a number above 0. Correct it."
            return
    heads, kv, width = (config.get(name) for name in ("num_attention_heads", "num_key_value_heads", "hidden_size"))
    if heads and kv and heads % kv:
        yield f"{CONFIG} has {heads} attention heads, which its {kv} key-value heads do not divide. Correct it."
    if heads and width and not config.get("head_dim") and width % heads:
        yield f"{CONFIG} has a width of {width}, which its {heads} attention heads do not divide. Correct it."
