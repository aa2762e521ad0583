"""The tokenizer of a model folder as its own files state it, which kind it is, and how it splits text into words.

`tokenizer.json` is what the model was trained with. transformers 5 builds the steps around the model anew for some
classes (Llama's, say), and then leaves out what the file says; so it is read by the library that wrote it. What only
the call may decide (truncation, padding), and what makes chance of it (BPE dropout), is switched off wherever text is
encoded.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emma.config.extras import need
from emma.errors import RecipeError
from emma.models import sentencepiece as spm
from emma.models.folder import Json
from emma.models.sentencepiece import SPACE
from emma.models.tokenizer_class import TOKENIZER_CONFIG, TOKENIZER_JSON, Table, apply_class_rules, named_tokens

BYTE_PIECES = tuple(f"<0x{byte:02X}>" for byte in range(256))


def read_tokenizer_table(folder: Path) -> Table:
    """The tokenizer of a model folder. Raises RecipeError when there is none that can be read.

    A token that only the configuration beside it names gets the id that transformers gives it.
    """
    if (folder / TOKENIZER_JSON).exists():
        return _read_stated(folder)
    proto = read_proto(folder)
    if proto is not None and not (folder / TOKENIZER_CONFIG).exists():
        return _read_sentencepiece(folder, proto)
    table: Table = json.loads(pretrained(folder).backend_tokenizer.to_str())
    return spm.apply_model(table, proto) if spm.has_same_pieces(table, proto) else table


def _read_stated(folder: Path) -> Table:
    tokenizer = _from_json(folder / TOKENIZER_JSON)
    for token in named_tokens(folder):
        if tokenizer.token_to_id(token.content) is None:
            tokenizer.add_tokens([token])
    return apply_class_rules(json.loads(tokenizer.to_str()), folder, tokenizer.token_to_id)


def _from_json(path: Path) -> Any:
    try:
        return need("tokenizers", "train").Tokenizer.from_file(str(path))
    except Exception as error:  # what the library raises has no class of its own
        raise RecipeError(f"{path} cannot be read: {error}. Fetch the base again.") from None


def read_proto(folder: Path) -> Any:
    """The folder's SentencePiece model, None where it has none. What cannot be read matters only without a JSON."""
    if not (folder / spm.MODEL_FILE).exists():
        return None
    try:
        return spm.read_model(folder / spm.MODEL_FILE)
    except RecipeError:
        if (folder / TOKENIZER_JSON).exists():
            return None
        raise


def _read_sentencepiece(folder: Path, proto: Any) -> Table:
    """The JSON of a SentencePiece model that nothing but its file tells of; transformers would take any for BPE."""
    if spm.is_exact(proto):
        return spm.build_table(proto)
    raise RecipeError(
        f"The tokenizer in {folder} is a SentencePiece model of the kind {spm.model_kind(proto)}, and nothing beside "
        f"{spm.MODEL_FILE} says how it is used. BPE with byte fallback and plain text can be taken as it is; for this "
        f"one, save a {TOKENIZER_JSON} with the model's own class first, or choose another base."
    )


def pretrained(folder: Path) -> Any:
    """The tokenizer as transformers loads it, without running code of the folder's own. Raises RecipeError when it
    cannot, or has it in Python only."""
    transformers = need("transformers", "train")
    if not (folder / TOKENIZER_JSON).exists() and (folder / spm.MODEL_FILE).exists():
        need("google.protobuf", "train")  # transformers reads SentencePiece models with it
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise RecipeError(
            f"No tokenizer can be read from {folder}: {error} A base is a folder with {TOKENIZER_JSON} or "
            f"{spm.MODEL_FILE} beside config.json."
        ) from None
    if not getattr(tokenizer, "is_fast", False):
        raise RecipeError(
            f"The tokenizer in {folder} is {type(tokenizer).__name__}, which exists in Python only and cannot be "
            f"expanded. Choose another base, or save this one with a {TOKENIZER_JSON} first."
        )
    return tokenizer


def switch_off(table: Table) -> tuple[Table, Json]:
    """The table without truncation, padding and BPE dropout, and what it had of them."""
    removed = {name: table[name] for name in ("truncation", "padding") if table.get(name)}
    model = table["model"]
    if model.get("dropout"):
        removed["dropout"], model = model["dropout"], {**model, "dropout": None}
    return {**table, "truncation": None, "padding": None, "model": model}, removed


def open_table(table: Table) -> Any:
    """The tokenizer that encodes text; text that spells a special token is encoded as text."""
    tokenizer = need("tokenizers", "train").Tokenizer.from_str(json.dumps(table))
    # Else a document that holds `</s>` would end there.
    tokenizer.encode_special_tokens = True
    return tokenizer


def open_tokenizer(folder: Path) -> Any:
    """The tokenizer of a model folder, with nothing left on that would cut, fill or vary what it gives."""
    return open_table(switch_off(read_tokenizer_table(folder))[0])


BYTE_LEVEL, BYTE_FALLBACK = "byte-level BPE", "BPE with byte fallback"
EXPANDABLE = (BYTE_LEVEL, BYTE_FALLBACK)
_NAMES = {"Unigram": "unigram SentencePiece"}
_STEPS = ("normalizer", "pre_tokenizer")


def tokenizer_kind(table: Table) -> str:
    """The name of the tokenizer's kind; one of EXPANDABLE if it can take new pieces."""
    model = table["model"]
    if (name := str(model["type"])) != "BPE":
        return _NAMES.get(name, name)
    if model.get("continuing_subword_prefix") or model.get("end_of_word_suffix"):
        # A piece inside a word is spelled otherwise than the same text at its end, so no merge could join the two.
        return "BPE that marks where words begin or end (GPT-1, CLIP)"
    if is_byte_level(table):
        return BYTE_LEVEL
    if not model.get("byte_fallback") or not set(BYTE_PIECES) <= set(model["vocab"]):
        return "BPE without byte fallback"
    return BYTE_FALLBACK if _writes_spaces(table) else f"BPE with byte fallback that does not write spaces as {SPACE}"


def is_byte_level(table: Table) -> bool:
    """Whether the steps around the model write bytes in the alphabet of byte-level tokenizers."""
    return all("ByteLevel" in json.dumps(table[step]) for step in ("pre_tokenizer", "decoder"))


def _writes_spaces(table: Table) -> bool:
    words = split_words(steps_before_model(table), "a b")
    return SPACE in "".join(words) and not any(" " in word for word in words)


def steps_before_model(table: Mapping[str, Any]) -> Any:
    """A tokenizer with nothing but the steps before the model."""
    model = {"type": "BPE", "vocab": {}, "merges": []}
    steps = {name: table[name] for name in _STEPS}
    return need("tokenizers", "train").Tokenizer.from_str(json.dumps({"version": "1.0", **steps, "model": model}))


def split_words(steps: Any, text: str) -> list[str]:
    """The words that the steps before the model make of a text, as the model is given them."""
    normal = text if steps.normalizer is None else steps.normalizer.normalize_str(text)
    if steps.pre_tokenizer is None:
        return [normal] if normal else []
    return [word for word, _ in steps.pre_tokenizer.pre_tokenize_str(normal)]
