"""The tokenizer of a model folder as its own files state it: the JSON of `tokenizer.json`.

That file is what the model was trained with. transformers 5 builds the steps around the model anew for some classes
(Llama's, say), and then leaves out what the file says; so it is read by the library that wrote it. What only the call
may decide (truncation, padding), and what makes chance of it (BPE dropout), is switched off wherever text is encoded.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from emma.errors import RecipeError
from emma.extras import need
from emma.models import sentencepiece as spm

JSON, CONFIG, MAP, ADDED = "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"
NAMED = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
"""The special tokens that have a name, in the order in which transformers adds them."""
BYTES = tuple(f"<0x{byte:02X}>" for byte in range(256))
_OBEYS_PREFIX_SPACE = ("GPT2Tokenizer", "RobertaTokenizer", "CodeGenTokenizer")
"""Classes that do what `add_prefix_space` in their configuration says, whatever `tokenizer.json` has."""

Table = dict[str, Any]
"""The JSON of `tokenizer.json`."""


def read_table(folder: Path) -> Table:
    """The tokenizer of a model folder. Raises RecipeError when there is none that can be read.

    A token that only the configuration beside it names gets the id that transformers gives it.
    """
    if (folder / JSON).exists():
        return _stated(folder)
    proto = read_proto(folder)
    if proto is not None and not (folder / CONFIG).exists():
        return _alone(folder, proto)
    table: Table = json.loads(pretrained(folder).backend_tokenizer.to_str())
    return spm.as_model_has_it(table, proto) if spm.agrees(table, proto) else table


def read_json(path: Path) -> dict[str, Any]:
    """What a JSON file says; nothing where there is none. Raises RecipeError when it cannot be read."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except ValueError as error:
        raise RecipeError(f"{path} cannot be read: {error}. Fetch the base again.") from None
    return found


def _stated(folder: Path) -> Table:
    tokenizer, config = _from_json(folder / JSON), read_json(folder / CONFIG)
    for token in named_tokens(folder):
        if tokenizer.token_to_id(token.content) is None:
            tokenizer.add_tokens([token])
    table: Table = json.loads(tokenizer.to_str())
    if _class_of(folder).removesuffix("Fast") in _OBEYS_PREFIX_SPACE:
        prefixed = bool(config.get("add_prefix_space", False))
        table["pre_tokenizer"] = _with_prefix_space(table["pre_tokenizer"], prefixed)
    return table


def _class_of(folder: Path) -> str:
    """The class that transformers reads it with; the first releases of GPT-2 leave it to the model's type."""
    model = read_json(folder / "config.json")
    named = read_json(folder / CONFIG).get("tokenizer_class") or model.get("tokenizer_class")
    return named or ("GPT2Tokenizer" if model.get("model_type") == "gpt2" else "")


def _with_prefix_space(step: Any, prefixed: bool) -> Any:
    if isinstance(step, list):
        return [_with_prefix_space(each, prefixed) for each in step]
    if not isinstance(step, dict):
        return step
    inner = {name: _with_prefix_space(value, prefixed) for name, value in step.items()}
    return inner | {"add_prefix_space": prefixed} if step.get("type") == "ByteLevel" else inner


def named_tokens(folder: Path) -> Iterator[Any]:
    """The added tokens that the files beside `tokenizer.json` name, in the order in which transformers adds them."""
    AddedToken = need("tokenizers", "train").AddedToken
    config = read_json(folder / CONFIG)
    decoder = config.get("added_tokens_decoder")
    if decoder is None:
        config = config | read_json(folder / MAP)
        added = read_json(folder / ADDED)
        yield from (AddedToken(each, normalized=True) for each in sorted(added, key=added.__getitem__))
    else:
        yield from (AddedToken(**_flags(decoder[number])) for number in sorted(decoder, key=int))
    for token in (*(config.get(name) for name in NAMED), *_more(config)):
        if token:
            yield AddedToken(**(_flags(token) | {"special": True}))


def _more(config: Mapping[str, Any]) -> Iterator[Any]:
    """Special tokens beyond the usual ones: a list in transformers 4 or 5, or named ones."""
    own = [name for name in config if name.endswith("_token") and name not in NAMED]
    yield from (config[name] for name in own if isinstance(config[name], str | dict))
    for key in ("extra_special_tokens", "additional_special_tokens", "model_specific_special_tokens"):
        found = config.get(key) or []
        yield from found.values() if isinstance(found, dict) else found


def _flags(token: Any) -> dict[str, Any]:
    """A token's text and flags, whether it is stated as text or as a table."""
    if isinstance(token, str):
        return {"content": token, "normalized": False}
    return {name: value for name, value in token.items() if name not in ("__type", "id")}


def text_of(token: Any) -> str | None:
    """The text of a token that is stated as text or as a table."""
    text: str | None = token.get("content") if isinstance(token, dict) else token
    return text or None


def _from_json(path: Path) -> Any:
    try:
        return need("tokenizers", "train").Tokenizer.from_file(str(path))
    except Exception as error:  # what the library raises has no class of its own
        raise RecipeError(f"{path} cannot be read: {error}. Fetch the base again.") from None


def read_proto(folder: Path) -> Any:
    """The folder's SentencePiece model, None where it has none. What cannot be read matters only without a JSON."""
    if not (folder / spm.FILE).exists():
        return None
    try:
        return spm.read(folder / spm.FILE)
    except RecipeError:
        if (folder / JSON).exists():
            return None
        raise


def _alone(folder: Path, proto: Any) -> Table:
    """The JSON of a SentencePiece model that nothing but its file tells of; transformers would take any for BPE."""
    if spm.is_exact(proto):
        return spm.table_of(proto)
    raise RecipeError(
        f"The tokenizer in {folder} is a SentencePiece model of the kind {spm.kind_of(proto)}, and nothing beside "
        f"{spm.FILE} says how it is used. BPE with byte fallback and plain text can be taken as it is; for this one, "
        f"save a {JSON} with the model's own class first, or choose another base."
    )


def pretrained(folder: Path) -> Any:
    """The tokenizer as transformers loads it, without running code of the folder's own. Raises RecipeError when it
    cannot, or has it in Python only."""
    transformers = need("transformers", "train")
    if not (folder / JSON).exists() and (folder / spm.FILE).exists():
        need("google.protobuf", "train")  # transformers reads SentencePiece models with it
    try:
        found = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise RecipeError(
            f"No tokenizer can be read from {folder}: {error} A base is a folder with {JSON} or {spm.FILE} beside "
            "config.json."
        ) from None
    if not getattr(found, "is_fast", False):
        raise RecipeError(
            f"The tokenizer in {folder} is {type(found).__name__}, which exists in Python only and cannot be expanded. "
            f"Choose another base, or save this one with a {JSON} first."
        )
    return found


def switch_off(table: Table) -> tuple[Table, dict[str, Any]]:
    """The table without truncation, padding and BPE dropout, and what it had of them."""
    found = {name: table[name] for name in ("truncation", "padding") if table.get(name)}
    model = table["model"]
    if model.get("dropout"):
        found["dropout"], model = model["dropout"], {**model, "dropout": None}
    return {**table, "truncation": None, "padding": None, "model": model}, found


def open_table(table: Table) -> Any:
    """The tokenizer that encodes text; text that spells a special token is encoded as text."""
    tokenizer = need("tokenizers", "train").Tokenizer.from_str(json.dumps(table))
    tokenizer.encode_special_tokens = True
    return tokenizer


def open_tokenizer(folder: Path) -> Any:
    """The tokenizer of a model folder, with nothing left on that would cut, fill or vary what it gives."""
    return open_table(switch_off(read_table(folder))[0])
