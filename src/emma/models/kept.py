"""A base's configuration as its makers wrote it, with nothing changed but what the adaptation changed.

transformers writes a configuration anew when it saves a model: in its own version's words, with its own defaults. Here
the file is the base's own, field by field, and each field that is touched is in a table with the reason.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emma.errors import ArtifactError
from emma.models.folder import CONFIG, GENERATION, read_json

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
SAVED = {"architectures", "transformers_version"}
"""Of the class and version that save, which is no business of the base."""
ROPE = ("rope_parameters", "rope_theta", "rope_scaling", "rope_local_base_freq")
GPT_NEOX = {"rotary_emb_base": "rope_theta", "rotary_pct": "partial_rotary_factor"}
UNSCALED = "default"
FAR, NEAR = "full_attention", "sliding_attention"
"""Layers with rotary settings of their own (Gemma 3): those that see far, and those with a sliding window."""

Config = dict[str, Any]


def kept_config(base: Config, before: Config, after: Config) -> Config:
    """The base's own `config.json` with what differs between two readings of it by transformers, `before` and `after`.

    Raises ArtifactError for a difference that no reason is known for: a mistake of ours.
    """
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    if unknown := sorted(name for name in changed - REASONS.keys() - SAVED if not name.startswith("_")):
        raise ArtifactError(
            f"config.json would change in {', '.join(unknown)}, for no reason that is known. This is a bug in EMMA: "
            "please report it with the base's config.json."
        )
    found = {name: value for name, value in base.items() if name != "auto_map"}
    found |= {name: after.get(name) for name in changed if name in REASONS and name not in (*ROPE, "dtype")}
    found = with_type(found, after)
    return with_rotary(found, after) if "rope_parameters" in changed or "rope_parameters" in base else found


def with_type(config: Config, after: Config) -> Config:
    """The configuration with the type of the weights, under the name that it uses for it."""
    kind = str(after.get("dtype")).removeprefix("torch.")
    names = [name for name in ("dtype", "torch_dtype") if name in config]
    # One that names none, as GPT-2's does, means float32.
    return config | dict.fromkeys(names or ([] if kind == "float32" else ["torch_dtype"]), kind)


def with_rotary(config: Config, after: Config) -> Config:
    """The configuration with rotary settings where transformers 5 looks for them, and where 4 does.

    Without the latter 4 takes theta = 10,000 and no scaling, without a word.
    """
    rope: Config = after.get("rope_parameters") or {}
    found = {name: value for name, value in config.items() if name not in ROPE} | {"rope_parameters": rope}
    far: Config = rope.get(FAR, rope)
    near: Config | None = rope.get(NEAR)
    found |= {"rope_theta": far["rope_theta"]} if "rope_theta" in far else {}
    found |= {"rope_local_base_freq": near["rope_theta"]} if near else {}
    if "partial_rotary_factor" in far:
        found["partial_rotary_factor"] = far["partial_rotary_factor"]
    if config.get("model_type") == "gpt_neox":
        found |= {old: far[new] for old, new in GPT_NEOX.items() if new in far}
    if far.get("rope_type", UNSCALED) != UNSCALED:
        found["rope_scaling"] = {name: value for name, value in far.items() if name != "rope_theta"}
        if after.get("head_dim"):
            found.setdefault("head_dim", after["head_dim"])
    return found


def changes(before: Config, after: Config) -> dict[str, str]:
    """What differs between two `config.json`, with the reason."""
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    return {name: REASONS[name] for name in names}


def write_configs(folder: Path, config: Config, generation: Path | None) -> None:
    """Put `config.json`, and the base's own generation settings where it has any, in the place of what transformers
    wrote into a model folder."""
    (folder / CONFIG).write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    path = folder / GENERATION
    path.unlink(missing_ok=True)
    if generation is not None and generation.is_file():
        path.write_text(json.dumps(read_json(generation), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
