"""What kind of tokenizer it is, and whether pieces can be added to it without changing what it has."""

import json
from collections.abc import Mapping
from typing import Any

from emma.config.extras import need
from emma.models.sentencepiece import SPACE
from emma.models.tokenizer_class import Table
from emma.models.tokenizer_file import BYTES

BYTE_LEVEL, BYTE_FALLBACK = "byte-level BPE", "BPE with byte fallback"
EXPANDABLE = (BYTE_LEVEL, BYTE_FALLBACK)
_NAMES = {"Unigram": "unigram SentencePiece"}
_STEPS = ("normalizer", "pre_tokenizer")


def kind_of(table: Table) -> str:
    """What the kind is called; one of EXPANDABLE if it can take new pieces."""
    model = table["model"]
    if (name := str(model["type"])) != "BPE":
        return _NAMES.get(name, name)
    if model.get("continuing_subword_prefix") or model.get("end_of_word_suffix"):
        # A piece inside a word is spelled otherwise than the same text at its end, so no merge could join the two.
        return "BPE that marks where words begin or end (GPT-1, CLIP)"
    if speaks_bytes(table):
        lacks = not set(need("tokenizers", "train").pre_tokenizers.ByteLevel.alphabet()) <= set(model["vocab"])
        return "byte-level BPE without all bytes" if lacks else BYTE_LEVEL
    if not model.get("byte_fallback") or not set(BYTES) <= set(model["vocab"]):
        return "BPE without byte fallback"
    return BYTE_FALLBACK if _writes_spaces(table) else f"BPE with byte fallback that does not write spaces as {SPACE}"


def speaks_bytes(table: Table) -> bool:
    """Whether the steps around the model write bytes in the alphabet of byte-level tokenizers."""
    return all("ByteLevel" in json.dumps(table[step]) for step in ("pre_tokenizer", "decoder"))


def _writes_spaces(table: Table) -> bool:
    words = words_of(steps_of(table), "a b")
    return SPACE in "".join(words) and not any(" " in word for word in words)


def steps_of(table: Mapping[str, Any]) -> Any:
    """A tokenizer with nothing but the steps before the model."""
    model = {"type": "BPE", "vocab": {}, "merges": []}
    steps = {name: table[name] for name in _STEPS}
    return need("tokenizers", "train").Tokenizer.from_str(json.dumps({"version": "1.0", **steps, "model": model}))


def words_of(steps: Any, text: str) -> list[str]:
    """The words that the steps before the model make of a text, as the model is given them."""
    normal = text if steps.normalizer is None else steps.normalizer.normalize_str(text)
    if steps.pre_tokenizer is None:
        return [normal] if normal else []
    return [word for word, _ in steps.pre_tokenizer.pre_tokenize_str(normal)]
