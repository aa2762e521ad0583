"""What a class of transformers makes of `tokenizer.json` by its own lights: a space before a text."""

from pathlib import Path
from typing import Any

from emma.models.folder import read_json
from emma.models.tokenizer_names import CONFIG, MAP

Table = dict[str, Any]
"""The JSON of `tokenizer.json`."""

ENDS = ("bos", "eos")
DEFAULTS = {
    "CodeGenTokenizer": ("<|endoftext|>", "<|endoftext|>"),
    "GPT2Tokenizer": ("<|endoftext|>", "<|endoftext|>"),
    "GPTNeoXTokenizer": ("<|endoftext|>", "<|endoftext|>"),
    "GemmaTokenizer": ("<bos>", "<eos>"),
    "LlamaTokenizer": ("<s>", "</s>"),
    "Qwen2Tokenizer": (None, "<|endoftext|>"),
}
"""What classes of transformers take for the beginning and the end of a text where their configuration says nothing."""
_OBEYS_PREFIX_SPACE = ("GPT2Tokenizer", "RobertaTokenizer", "CodeGenTokenizer")
"""Classes that do what `add_prefix_space` in their configuration says, whatever `tokenizer.json` has."""


def class_of(folder: Path) -> str:
    """The class that transformers reads a tokenizer with, without `Fast`; the first releases of GPT-2 leave it to the
    model's type."""
    model = read_json(folder / "config.json")
    named = read_json(folder / CONFIG).get("tokenizer_class") or model.get("tokenizer_class")
    return str(named or ("GPT2Tokenizer" if model.get("model_type") == "gpt2" else "")).removesuffix("Fast")


def stated_tokens(folder: Path) -> dict[str, Any]:
    """The configuration with the flags of tokens: as transformers has it, the map is read over a configuration that
    does not list the added tokens."""
    config, flags = read_json(folder / CONFIG), read_json(folder / MAP)
    return flags | config if "added_tokens_decoder" in config else config | flags


def default_ends(name: str) -> dict[str, str | None]:
    """The ends that a class brings, as a configuration would state them."""
    return {f"{end}_token": text for end, text in zip(ENDS, DEFAULTS.get(name, (None, None)), strict=True)}


def as_class_has_it(table: Table, folder: Path) -> Table:
    """The table with what the base's class and configuration say beside it."""
    name, config = class_of(folder), read_json(folder / CONFIG)
    if name in _OBEYS_PREFIX_SPACE:
        prefixed = bool(config.get("add_prefix_space", False))
        table = {**table, "pre_tokenizer": _with_prefix_space(table["pre_tokenizer"], prefixed)}
    return table


def prefix_space(table: Table) -> bool | None:
    """What the step of `tokenizer.json` that transformers 4 sets right by `add_prefix_space` says: only one that is not
    in a sequence."""
    found: bool | None = (table.get("pre_tokenizer") or {}).get("add_prefix_space")
    return found


def _with_prefix_space(step: Any, prefixed: bool) -> Any:
    if isinstance(step, list):
        return [_with_prefix_space(each, prefixed) for each in step]
    if not isinstance(step, dict):
        return step
    inner = {name: _with_prefix_space(value, prefixed) for name, value in step.items()}
    return inner | {"add_prefix_space": prefixed} if step.get("type") == "ByteLevel" else inner
