"""Llama-kind tokenizers: byte-pair encoding on characters, ▁ for space, bytes for characters without a piece.

Everything is kept in Hugging Face's `tokenizer.json`. New pieces and merges go into the model itself and never into
`added_tokens`, which are matched before any merge, also inside words.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from emma.errors import RecipeError
from emma.extras import need
from emma.vocab.words import SPACE

SPECIALS = ("<unk>", "<s>", "</s>")
BYTES = tuple(f"<0x{byte:02X}>" for byte in range(256))
_CONFIG = "tokenizer_config.json"


@dataclass(frozen=True)
class LlamaTokenizer:
    """A tokenizer as the JSON of `tokenizer.json`."""

    table: dict[str, Any]

    @property
    def pieces(self) -> list[str]:
        """All pieces by id; "" where an id is not used."""
        pieces = [""] * (1 + max(self.table["model"]["vocab"].values()))
        for piece, number in self.table["model"]["vocab"].items():
            pieces[number] = piece
        return pieces

    @property
    def closed(self) -> list[bool]:
        """For each id whether it stands for something other than its text: a byte, a special token, nothing."""
        names = {"", *BYTES, *(each["content"] for each in self.table["added_tokens"])}
        return [piece in names for piece in self.pieces]

    @property
    def splits_digits(self) -> bool:
        """Whether no piece holds two digits, so that numbers are spelled digit by digit."""
        usual = (piece for piece, shut in zip(self.pieces, self.closed, strict=True) if not shut)
        return all(sum(char.isdecimal() for char in piece) < 2 for piece in usual)

    @property
    def prefixes(self) -> bool:
        """Whether a space is put before each text."""
        return any(step["type"] == "Prepend" for step in _steps(self.table["normalizer"], "normalizers"))

    def open(self) -> Tokenizer:
        """The tokenizer that encodes text; text that spells a special token is encoded as text."""
        tokenizer = Tokenizer.from_str(json.dumps(self.table))
        tokenizer.encode_special_tokens = True
        return tokenizer

    def open_bare(self) -> Tokenizer:
        """The model alone, for words that already have ▁ for a space."""
        nothing = dict.fromkeys(("normalizer", "pre_tokenizer", "post_processor", "decoder"))
        return Tokenizer.from_str(json.dumps({**self.table, **nothing, "added_tokens": []}))

    def extended(self, pieces: Iterable[str], merges: Iterable[Sequence[str]] = ()) -> "LlamaTokenizer":
        """The same with more pieces at the next ids, and merges that come after all others."""
        model = self.table["model"]
        size = len(self.pieces)
        vocab = model["vocab"] | {piece: size + number for number, piece in enumerate(pieces)}
        more = {"vocab": vocab, "merges": [*model["merges"], *(list(each) for each in merges)]}
        return LlamaTokenizer({**self.table, "model": {**model, **more}})


def segment(tokenizer: Tokenizer, words: list[str]) -> list[list[int]]:
    """The ids of each word; `tokenizer` is a bare one."""
    return [encoding.ids for encoding in tokenizer.encode_batch_fast(words, add_special_tokens=False)]


def blank() -> LlamaTokenizer:
    """The vocabulary to start from without a base: three specials, the bytes, and no merge."""
    tokens = [{"id": number, "content": each, "special": True} for number, each in enumerate(SPECIALS)]
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    bos: dict[str, Any] = {"id": SPECIALS[1], "ids": [1], "tokens": [SPECIALS[1]]}
    begin = {"SpecialToken": {"id": SPECIALS[1], "type_id": 0}}
    model = {"type": "BPE", "unk_token": SPECIALS[0], "fuse_unk": True, "byte_fallback": True}
    vocab = {piece: number for number, piece in enumerate((*SPECIALS, *BYTES))}
    table = {
        "version": "1.0",
        "added_tokens": [{**each, **flags} for each in tokens],
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [begin, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [begin, *({"Sequence": {"id": side, "type_id": kind}} for kind, side in enumerate("AB"))],
            "special_tokens": {SPECIALS[1]: bos},
        },
        "model": {**model, "vocab": vocab, "merges": []},
    }
    return LlamaTokenizer({**table, **_exact_space(True)})


def load(folder: Path) -> LlamaTokenizer:
    """The tokenizer of a model folder. Raises RecipeError when there is none, or one of another kind."""
    table = json.loads(_pretrained(folder).backend_tokenizer.to_str())
    check_kind(table, folder)
    added = {each["content"]: each["id"] for each in table["added_tokens"]}
    table["model"]["vocab"] |= added  # else ids of tokens that are added would be given out again
    prefixes = "Prepend" in json.dumps(table["normalizer"]) or _metaspace_prefixes(table["pre_tokenizer"])
    return LlamaTokenizer({**table, **_exact_space(prefixes)})


def check_kind(table: dict[str, Any], folder: Path) -> None:
    """Raise RecipeError, with the kind it is, unless the tokenizer is of Llama's kind."""
    model = table["model"]
    if model["type"] == "BPE" and model.get("byte_fallback") and set(BYTES) <= set(model["vocab"]):
        return
    bytes_inside = "ByteLevel" in json.dumps([table["pre_tokenizer"], table["decoder"]])
    kind = "byte-level BPE" if bytes_inside else f"{model['type']} without byte fallback"
    raise RecipeError(
        f"The tokenizer in {folder} is {kind}. Expanding is supported for Llama's kind: BPE with byte fallback, as in "
        "Llama 1 and 2, Mistral and Gemma. Choose such a base, or leave `base` out to start from scratch."
    )


def _exact_space(prefixes: bool) -> dict[str, Any]:
    """The steps around the model that give every text back exactly.

    transformers writes a Metaspace step for some Llama folders, which swallows a text's own leading space;
    SentencePiece, with which the models were trained, always adds one and takes one away.
    """
    replace = {"type": "Replace", "pattern": {"String": " "}, "content": SPACE}
    restore = {"type": "Replace", "pattern": {"String": SPACE}, "content": " "}
    front = [{"type": "Prepend", "prepend": SPACE}] if prefixes else []
    strip = [{"type": "Strip", "content": " ", "start": 1, "stop": 0}] if prefixes else []
    return {
        "normalizer": {"type": "Sequence", "normalizers": [*front, replace]},
        "pre_tokenizer": None,
        "decoder": {"type": "Sequence", "decoders": [restore, {"type": "ByteFallback"}, {"type": "Fuse"}, *strip]},
    }


def _metaspace_prefixes(step: dict[str, Any] | None) -> bool:
    steps = _steps(step, "pretokenizers")
    return any(each["type"] == "Metaspace" and each.get("prepend_scheme") != "never" for each in steps)


def _steps(step: dict[str, Any] | None, name: str) -> list[dict[str, Any]]:
    if step is None:
        return []
    steps: list[dict[str, Any]] = step.get(name, [step])
    return steps


def _pretrained(folder: Path) -> Any:
    transformers = need("transformers", "train")
    if not (folder / "tokenizer.json").exists() and (folder / "tokenizer.model").exists():
        need("google.protobuf", "train")  # transformers reads SentencePiece models with it
    try:
        pretrained = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise RecipeError(
            f"No tokenizer can be read from {folder}: {error} A base is a folder with tokenizer.json or "
            "tokenizer.model beside config.json."
        ) from None
    if not getattr(pretrained, "is_fast", False):
        raise RecipeError(f"The tokenizer in {folder} exists in Python only; save it with a tokenizer.json first.")
    return pretrained


def save(tokenizer: LlamaTokenizer, base: Path | None, folder: Path) -> None:
    """Write a folder that `AutoTokenizer.from_pretrained` loads, with the base's other files (chat template, say).

    The class is the one that takes `tokenizer.json` as it is; the Llama class rebuilds the steps around the model.
    """
    folder.mkdir()
    if base is not None:
        _pretrained(base).save_pretrained(folder)
        config = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
        for key in ("is_local", "local_files_only", "backend"):  # how it was loaded here, not what it is
            config.pop(key, None)
    else:
        config = dict(zip(("unk_token", "bos_token", "eos_token"), SPECIALS, strict=True))
    config |= {"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": False}
    (folder / _CONFIG).write_text(json.dumps(config, indent=1, sort_keys=True, ensure_ascii=False), encoding="utf-8")
    tokenizer.open().save(str(folder / "tokenizer.json"))
