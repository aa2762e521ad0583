"""The files beside `tokenizer.json`: the tokens they name, and what each tokenizer class of transformers makes of them.

transformers 4 gives some classes a post-processor made of the flags `add_bos_token` and `add_eos_token`, whatever the
file says; 5 leaves the flags out, and for GPT-NeoX's class the file's too. A flag that is stated counts here, since a
base was made with it.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from emma.config.extras import need
from emma.errors import RecipeError
from emma.models.folder import Json, read_model_json

TOKENIZER_JSON, TOKENIZER_CONFIG, SPECIAL_TOKENS_MAP, ADDED_TOKENS = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
)
NAMED_TOKENS = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
"""The special tokens that have a name, in the order in which transformers adds them."""


def named_tokens(folder: Path) -> Iterator[Any]:
    """The added tokens that the files beside `tokenizer.json` name, in the order in which transformers adds them.

    Raises RecipeError where one is neither text nor a table.
    """
    try:
        yield from _read_named_tokens(folder)
    except (TypeError, ValueError, AttributeError) as error:
        raise RecipeError(
            f"The special tokens that {folder / TOKENIZER_CONFIG} and the files beside it name cannot be read: "
            f"{error}. Correct them, or fetch the base again."
        ) from None


def _read_named_tokens(folder: Path) -> Iterator[Any]:
    AddedToken = need("tokenizers", "train").AddedToken
    config = read_model_json(folder / TOKENIZER_CONFIG)
    decoder = config.get("added_tokens_decoder")
    if decoder is None:
        config = config | read_model_json(folder / SPECIAL_TOKENS_MAP)
        added = read_model_json(folder / ADDED_TOKENS)
        yield from (AddedToken(text, normalized=True) for text in sorted(added, key=added.__getitem__))
    else:
        yield from (AddedToken(**_flags(decoder[number])) for number in sorted(decoder, key=int))
    for token in (*(config.get(name) for name in NAMED_TOKENS), *_further_special_tokens(config)):
        if token:
            yield AddedToken(**(_flags(token) | {"special": True}))


def _further_special_tokens(config: Mapping[str, Any]) -> Iterator[Any]:
    """Special tokens beyond the usual ones: a list in transformers 4 or 5, or named ones."""
    own = [name for name in config if name.endswith("_token") and name not in NAMED_TOKENS]
    yield from (config[name] for name in own if isinstance(config[name], str | dict))
    for key in ("extra_special_tokens", "additional_special_tokens", "model_specific_special_tokens"):
        tokens = config.get(key) or []
        yield from tokens.values() if isinstance(tokens, dict) else tokens


def _flags(token: Any) -> Json:
    """A token's text and flags, whether it is stated as text or as a table."""
    if isinstance(token, str):
        return {"content": token, "normalized": False}
    if not isinstance(token, dict) or not isinstance(token.get("content"), str):
        raise TypeError(f"{token!r} is neither text nor a table with the text as its content")
    return {name: value for name, value in token.items() if name not in ("__type", "id")}


def text_of(token: Any) -> str | None:
    """The text of a token that is stated as text or as a table; None without one. Raises RecipeError for any other."""
    text = token.get("content") if isinstance(token, dict) else token
    if text and not isinstance(text, str):
        raise RecipeError(
            f"A special token is stated as {token!r} in {TOKENIZER_CONFIG} or beside it, which is neither text nor a "
            "table with the text as its content. Correct it, or fetch the base again."
        )
    return text or None


Table = Json
"""The JSON of `tokenizer.json`."""

ENDS = ("bos", "eos")
DEFAULT_ENDS = {
    "CodeGenTokenizer": ("<|endoftext|>", "<|endoftext|>"),
    "GPT2Tokenizer": ("<|endoftext|>", "<|endoftext|>"),
    "GPTNeoXTokenizer": ("<|endoftext|>", "<|endoftext|>"),
    "GemmaTokenizer": ("<bos>", "<eos>"),
    "LlamaTokenizer": ("<s>", "</s>"),
    "Qwen2Tokenizer": (None, "<|endoftext|>"),
}
"""Beginning and end of a text that classes of transformers use where their configuration names none."""
_OBEYS_PREFIX_SPACE = ("GPT2Tokenizer", "RobertaTokenizer", "CodeGenTokenizer")
"""Classes that do what `add_prefix_space` in their configuration says, whatever `tokenizer.json` has."""
_OBEYS_FLAGS = {
    "CodeLlamaTokenizer": True, "CohereTokenizer": True, "GPTNeoXTokenizer": False, "GemmaTokenizer": True,
    "LlamaTokenizer": True,
}  # fmt: skip
"""Classes whose post-processor transformers 4 makes of flags, and what it takes for `add_bos_token` without one."""
TextEnds = list[str | None]
"""The tokens before and after a text."""
_FLAGS = tuple(f"add_{end}_token" for end in ENDS)


def class_of(folder: Path) -> str:
    """The class that transformers reads a tokenizer with, without `Fast`; the first releases of GPT-2 leave it to the
    model's type."""
    model = read_model_json(folder / "config.json")
    named = read_model_json(folder / TOKENIZER_CONFIG).get("tokenizer_class") or model.get("tokenizer_class")
    return str(named or ("GPT2Tokenizer" if model.get("model_type") == "gpt2" else "")).removesuffix("Fast")


def stated_tokens(folder: Path) -> Json:
    """The configuration with the flags of tokens: as transformers has it, the map is read over a configuration that
    does not list the added tokens."""
    config, flags = read_model_json(folder / TOKENIZER_CONFIG), read_model_json(folder / SPECIAL_TOKENS_MAP)
    return flags | config if "added_tokens_decoder" in config else config | flags


def default_ends(name: str) -> dict[str, str | None]:
    """The ends that a class brings, as a configuration would state them."""
    return {f"{end}_token": text for end, text in zip(ENDS, DEFAULT_ENDS.get(name, (None, None)), strict=True)}


def apply_class_rules(table: Table, folder: Path, id_of: Callable[[str], int | None]) -> Table:
    """The table with what the base's class and configuration say beside it. `id_of` knows its tokens."""
    name, config = class_of(folder), read_model_json(folder / TOKENIZER_CONFIG)
    if name in _OBEYS_PREFIX_SPACE:
        prefixed = bool(config.get("add_prefix_space", False))
        table = {**table, "pre_tokenizer": _with_prefix_space(table["pre_tokenizer"], prefixed)}
    stated = any(flag in config for flag in _FLAGS) or _OBEYS_FLAGS.get(name) is False
    around = _flagged_ends(folder) if stated else None
    if around is None or around == _template_ends(table):
        return table
    ids = {text: id_of(text) for text in around if text is not None}
    known = {text: number for text, number in ids.items() if number is not None}
    return {**table, "post_processor": make_template(around, known)} if len(known) == len(ids) else table


def ends_agree(folder: Path, table: Table) -> bool:
    """Whether the class of a folder puts around a text in transformers 4 what its `tokenizer.json` says."""
    name = class_of(folder)
    if name == "CodeGenTokenizer":
        return not read_model_json(folder / TOKENIZER_CONFIG).get("add_bos_token")  # it raises
    flagged = _flagged_ends(folder)
    return name not in _OBEYS_FLAGS or (flagged is not None and flagged == _template_ends(table))


def prefix_space(table: Table) -> bool | None:
    """`add_prefix_space` of the step of `tokenizer.json` that transformers 4 overrules: only one that is not in a
    sequence."""
    flag: bool | None = (table.get("pre_tokenizer") or {}).get("add_prefix_space")
    return flag


def _flagged_ends(folder: Path) -> TextEnds | None:
    """The tokens that transformers 4 puts around a text for a class that obeys flags; None where it asks the file, or
    raises."""
    if (first := _OBEYS_FLAGS.get(name := class_of(folder))) is None:
        return None
    tokens = default_ends(name) | stated_tokens(folder)
    flags = [bool(tokens.get(flag, usual)) for flag, usual in zip(_FLAGS, (first, False), strict=True)]
    texts = [text_of(tokens.get(f"{end}_token")) if is_set else None for end, is_set in zip(ENDS, flags, strict=True)]
    return None if [text is not None for text in texts] != flags else texts


def _template_ends(table: Table) -> TextEnds | None:
    """The tokens that a post-processor puts around a text; None where there is more than one at an end."""
    model = {"type": "BPE", "vocab": {"a": 0}, "merges": []}
    parts = {"version": "1.0", "model": model, "post_processor": table.get("post_processor")}
    tokens = need("tokenizers", "train").Tokenizer.from_str(json.dumps(parts)).encode("a").tokens
    before, after = tokens[: tokens.index("a")], tokens[tokens.index("a") + 1 :]
    return None if max(len(before), len(after)) > 1 else [next(iter(tokens), None) for tokens in (before, after)]


def make_template(around: TextEnds, ids: Mapping[str, int]) -> Json:
    """The post-processor that puts these tokens before and after a text, as transformers 4 makes it of the flags."""
    first, last = around
    begin, end = ([{"SpecialToken": {"id": each, "type_id": 0}}] if each is not None else [] for each in around)
    other = [[{"SpecialToken": {"id": each, "type_id": 1}}] if each is not None else [] for each in (first, last)]
    text, text2 = ({"Sequence": {"id": side, "type_id": kind}} for kind, side in enumerate("AB"))
    single = [*begin, text, *end]
    named = {each: {"id": each, "ids": [number], "tokens": [each]} for each, number in ids.items()}
    pair = [*single, *other[0], text2, *other[1]]
    return {"type": "TemplateProcessing", "single": single, "pair": pair, "special_tokens": named}


def _with_prefix_space(step: Any, prefixed: bool) -> Any:
    if isinstance(step, list):
        return [_with_prefix_space(part, prefixed) for part in step]
    if not isinstance(step, dict):
        return step
    inner = {name: _with_prefix_space(value, prefixed) for name, value in step.items()}
    return inner | {"add_prefix_space": prefixed} if step.get("type") == "ByteLevel" else inner
