"""A base's `config.json`: how long sequences may be, what is wrong with it, and what adaptation may change in it.

transformers writes a configuration anew when it saves a model: in its own version's words, with its own defaults. Here
the file is the base's own, field by field, and each field that is touched is in a table with the reason.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from emma.config.extras import need
from emma.errors import ArtifactError
from emma.models.folder import CONFIG, GENERATION, WEIGHT_TYPES, Json, configured_type, read_model_json


def context_length(config: Any) -> int | None:
    """The longest sequence, in tokens, that a Hugging Face configuration allows; None when it takes no positions.

    Dynamic scaling leaves `max_position_embeddings` where it was, since it scales from there, and allows `factor`
    times as much; all other types count the scaling in.
    """
    positions: int | None = getattr(config, "max_position_embeddings", None)
    rope = getattr(config, "rope_parameters", None) or {}
    if positions is None or rope.get("rope_type") != "dynamic":
        return positions
    return int(positions * rope["factor"])


NESTED_CONFIGS = ("text_config", "vision_config", "audio_config", "llm_config", "language_config", "thinker_config")
"""Keys under which models of more than text keep the configurations of their parts."""
POSITIVE_FIELDS = (
    "num_attention_heads", "num_key_value_heads", "n_head", "hidden_size", "n_embd", "num_hidden_layers", "n_layer",
    "vocab_size", "max_position_embeddings", "n_positions",
)  # fmt: skip
"""Fields that must be numbers above 0 where they are set; null leaves them to transformers."""


def find_config_problems(config: Json) -> Iterator[str]:
    """Find what is wrong with a `config.json`, each problem in a sentence."""
    kind = config.get("model_type")
    known = need("transformers", "train").CONFIG_MAPPING
    if not isinstance(kind, str) or kind not in known:
        own = "needs code of its own, which EMMA never runs" if "auto_map" in config else "is not known to transformers"
        yield (
            f"Its kind of model ({CONFIG}: model_type = {kind!r}) {own}. Choose a base whose kind transformers has, or "
            "convert it to one."
        )
    if nested := [name for name in NESTED_CONFIGS if isinstance(config.get(name), dict)]:
        yield (
            f"Its configuration is nested ({', '.join(nested)}), as of models that also see or hear. Extract the "
            "language model into a folder of its own, or choose the text-only model of the family."
        )
    if quantised := config.get("quantization_config"):
        method = quantised.get("quant_method", "unknown") if isinstance(quantised, dict) else quantised
        yield f"Its weights are quantised ({method}), and cannot be trained in full. Take the base in bfloat16."
    dtype = configured_type(config)
    if dtype not in (None, "auto", *WEIGHT_TYPES):
        yield f"{CONFIG} says that weights are of type {dtype!r}; EMMA knows {', '.join(WEIGHT_TYPES)}. Correct it."
    yield from _number_problems(config)


def _number_problems(config: Json) -> Iterator[str]:
    """Problems of sizes that are no numbers, or do not divide one another."""
    for name in POSITIVE_FIELDS:
        if (value := config.get(name)) is not None and not (type(value) is int and value > 0):
            yield f"{CONFIG} has {name} = {value!r}, which must be a number above 0. Correct it."
            return
    heads, kv, width = (config.get(name) for name in ("num_attention_heads", "num_key_value_heads", "hidden_size"))
    if heads and kv and heads % kv:
        yield f"{CONFIG} has {heads} attention heads, which its {kv} key-value heads do not divide. Correct it."
    if heads and width and not config.get("head_dim") and width % heads:
        yield f"{CONFIG} has a width of {width}, which its {heads} attention heads do not divide. Correct it."


REASONS: Mapping[str, str] = {
    "vocab_size": "rows for new pieces and padding",
    "tie_word_embeddings": "the head is a matrix of its own: by adapt.untie, or since the base's weights hold another",
    "max_position_embeddings": "adapt.context",
    "n_positions": "adapt.context",
    "rope_parameters": "adapt.rope, in the words of transformers 5",
    "rope_theta": "as rope_parameters, where transformers 4 looks for it",
    "rope_scaling": "as rope_parameters, where transformers 4 looks for it",
    "partial_rotary_factor": "as rope_parameters, where transformers 4 looks for it",
    "rotary_pct": "as rope_parameters, under transformers 4's name for it in GPT-NeoX",
    "rotary_emb_base": "as rope_parameters, under transformers 4's name for it in GPT-NeoX",
    "rope_local_base_freq": "as rope_parameters, where transformers 4 looks for it",
    "head_dim": "as it follows from the width: with scaled positions transformers 4 asks for it",
    "dtype": "the type in which the weights are stored",
    "torch_dtype": "the type in which the weights are stored",
    "auto_map": "names code that is not run, and does not come with the result",
}
"""Fields of a base's configuration that may change, and why. No other does."""
WRITER_FIELDS = {"architectures", "transformers_version"}
"""Fields that name the class and version that saved, which say nothing of the base."""
ROPE_FIELDS = ("rope_parameters", "rope_theta", "rope_scaling", "rope_local_base_freq")
GPT_NEOX_FIELDS = {"rotary_emb_base": "rope_theta", "rotary_pct": "partial_rotary_factor"}
UNSCALED = "default"
FULL_ATTENTION, SLIDING_ATTENTION = "full_attention", "sliding_attention"
"""Kinds of layers with rotary settings of their own (Gemma 3)."""


def merge_config(base: Json, before: Json, after: Json) -> Json:
    """The base's own `config.json` with what differs between two readings of it by transformers, `before` and `after`.

    Raises ArtifactError for a difference that no reason is known for: a mistake of ours.
    """
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    if unknown := sorted(name for name in changed - REASONS.keys() - WRITER_FIELDS if not name.startswith("_")):
        raise ArtifactError(
            f"config.json would change in {', '.join(unknown)}, for no reason that is known. This is a bug in EMMA: "
            "please report it with the base's config.json."
        )
    result = {name: value for name, value in base.items() if name != "auto_map"}
    result |= {name: after.get(name) for name in changed if name in REASONS and name not in (*ROPE_FIELDS, "dtype")}
    result = with_type(result, after)
    return with_rotary(result, after) if "rope_parameters" in changed or "rope_parameters" in base else result


def with_type(config: Json, after: Json) -> Json:
    """The configuration with the type of the weights, under the name that it uses for it."""
    kind = str(after.get("dtype")).removeprefix("torch.")
    names = [name for name in ("dtype", "torch_dtype") if name in config]
    # One that names none, as GPT-2's does, means float32.
    return config | dict.fromkeys(names or ([] if kind == "float32" else ["torch_dtype"]), kind)


def with_rotary(config: Json, after: Json) -> Json:
    """The configuration with rotary settings where transformers 5 looks for them, and where 4 does.

    Without the latter 4 takes theta = 10,000 and no scaling, without a word.
    """
    rope: Json = after.get("rope_parameters") or {}
    result = {name: value for name, value in config.items() if name not in ROPE_FIELDS} | {"rope_parameters": rope}
    far: Json = rope.get(FULL_ATTENTION, rope)
    near: Json | None = rope.get(SLIDING_ATTENTION)
    result |= {"rope_theta": far["rope_theta"]} if "rope_theta" in far else {}
    result |= {"rope_local_base_freq": near["rope_theta"]} if near else {}
    if "partial_rotary_factor" in far:
        result["partial_rotary_factor"] = far["partial_rotary_factor"]
    if config.get("model_type") == "gpt_neox":
        result |= {old: far[new] for old, new in GPT_NEOX_FIELDS.items() if new in far}
    if far.get("rope_type", UNSCALED) != UNSCALED:
        result["rope_scaling"] = {name: value for name, value in far.items() if name != "rope_theta"}
        if after.get("head_dim"):
            result.setdefault("head_dim", after["head_dim"])
    return result


def explain_changes(before: Json, after: Json) -> dict[str, str]:
    """The fields that differ between two `config.json`, with the reason of each."""
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    return {name: REASONS[name] for name in names}


def write_configs(folder: Path, config: Json, generation: Path | None) -> None:
    """Put `config.json`, and the base's own generation settings where it has any, in the place of what transformers
    wrote into a model folder."""
    (folder / CONFIG).write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    path = folder / GENERATION
    path.unlink(missing_ok=True)
    if generation is not None and generation.is_file():
        path.write_text(json.dumps(read_model_json(generation), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_type(path: Path, kind: str) -> None:
    """Let a `config.json` name the type that the weights beside it now have (torch's name)."""
    config = with_type(read_model_json(path), {"dtype": kind})
    path.write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
