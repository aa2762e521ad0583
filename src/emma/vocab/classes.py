"""The class that a written tokenizer names, and what its configuration must say for transformers 4 and 5 to read it
alike."""

import json
from pathlib import Path
from typing import Any

from emma.models.folder import read_json
from emma.models.round_trip import ROUND_TRIP_TEXTS
from emma.models.tokenizer_class import Table, ends_agree, prefix_space
from emma.models.tokenizer_file import open_table, pretrained, switch_off
from emma.models.tokenizer_names import CONFIG, JSON

PLAIN_CLASS = "PreTrainedTokenizerFast"
_CLASSES = (
    "BloomTokenizer", "CodeGenTokenizer", "CohereTokenizer", "GPT2Tokenizer", "GPTNeoXTokenizer", "GemmaTokenizer",
    "LlamaTokenizer", "Qwen2Tokenizer",
)  # fmt: skip
"""Classes of decoders that transformers 4.57 and 5 both have, with or without Fast."""
_STEPS = ("normalizer", "pre_tokenizer", "decoder")
_PROBES = (*ROUND_TRIP_TEXTS, " a", "  a  b ", "a\n\n b\t", "12 345", "")


def for_both(config: dict[str, Any]) -> dict[str, Any]:
    """A configuration that transformers 4 and 5 both read: the former has a list of extra tokens under another name,
    and under this one gives them names. Version 5 reads the names there too, but then no list."""
    config = dict(config)
    extra = config.get("extra_special_tokens")
    if isinstance(extra, list):
        del config["extra_special_tokens"]
        config["additional_special_tokens"] = [*config.get("additional_special_tokens", []), *extra]
    if config.get("model_specific_special_tokens") and not config.get("additional_special_tokens"):
        named = config.pop("model_specific_special_tokens")
        config["extra_special_tokens"] = named | config.get("extra_special_tokens", {})
    return config


def with_prefix_space(config: dict[str, Any], table: Table) -> dict[str, Any]:
    """A configuration by which transformers 4 leaves the step that puts a space before a text as `tokenizer.json` has
    it: it sets the step right by `add_prefix_space`, which it takes for false where there is none."""
    stated = prefix_space(table)
    if stated is None or stated == bool(config.get("add_prefix_space")):
        return config
    return config | {"add_prefix_space": stated}


def has_usable_class(folder: Path) -> bool:
    """Whether the class that a written folder names does what its `tokenizer.json` says, in transformers 4 and 5."""
    config = read_json(folder / CONFIG)
    name = config.get("tokenizer_class") or ""
    if name.removesuffix("Fast") == "LlamaTokenizer" and config.get("add_prefix_space") is not None:
        return False  # transformers 4 then builds it from tokenizer.model
    if name == PLAIN_CLASS:
        return True
    return name.removesuffix("Fast") in _CLASSES and ends_agree(folder, read_json(folder / JSON)) and _reads(folder)


def _reads(folder: Path) -> bool:
    """Whether transformers 5 reads a written folder as it is stated."""
    if (opened := loaded(folder)) is None:
        return False
    found = opened.backend_tokenizer
    stated = open_table(switch_off(read_json(folder / JSON))[0])
    stated.encode_special_tokens = found.encode_special_tokens = False
    steps = [[json.loads(one.to_str())[name] for name in _STEPS] for one in (stated, found)]
    marks = [f"a {token.content} b" for token in stated.get_added_tokens_decoder().values()]
    ids = [[each.ids for each in one.encode_batch([*_PROBES, *marks])] for one in (stated, found)]
    same_pieces = found.get_vocab() == stated.get_vocab()  # some classes add tokens of their own
    return same_pieces and steps[0] == steps[1] and ids[0] == ids[1]


def loaded(folder: Path) -> Any:
    """The tokenizer as transformers loads it; None where this version cannot, for which it raises whatever it meets."""
    try:
        return pretrained(folder)
    except Exception:
        return None
