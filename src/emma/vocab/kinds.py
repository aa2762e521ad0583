"""Which kind of tokenizer a model folder holds."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from emma.errors import RecipeError
from emma.extras import need
from emma.vocab import llama
from emma.vocab import proto as spm
from emma.vocab.bpe import Bpe, with_added
from emma.vocab.byte_level import ALPHABET, ByteLevelTokenizer
from emma.vocab.llama import BYTES

JSON, CONFIG = "tokenizer.json", "tokenizer_config.json"
_NAMES = {"Unigram": "unigram SentencePiece", "BPE": "BPE without byte fallback"}


@dataclass(frozen=True)
class OtherTokenizer(Bpe):
    """A tokenizer that can be used as it is, but not expanded."""

    name: str = ""
    """What kind it is."""

    @cached_property
    def pieces(self) -> list[str]:
        vocab = self.open().get_vocab()
        pieces = [""] * (1 + max(vocab.values()))
        for piece, number in vocab.items():
            pieces[number] = piece
        return pieces


def expandable(folder: Path) -> Bpe:
    """The tokenizer of a model folder, as `load`. Raises RecipeError also when it cannot be expanded."""
    tokenizer = load(folder)
    if not isinstance(tokenizer, OtherTokenizer):
        return tokenizer
    raise RecipeError(
        f"The tokenizer in {folder} is of a kind that cannot be expanded: {tokenizer.name}. Pieces are added "
        "to BPE with byte fallback (Llama 1 and 2, Mistral, Gemma) and to byte-level BPE (GPT-2, Llama 3, Qwen). "
        "Choose such a base, or set vocab.new_pieces = 0 to keep this one's vocabulary, or leave `base` out to start "
        "from scratch."
    )


def load(folder: Path) -> Bpe:
    """The tokenizer of a model folder. Raises RecipeError when there is none that can be read."""
    proto = _proto(folder)
    table = _table(folder, proto)
    if (name := table["model"]["type"]) != "BPE":
        return OtherTokenizer(table, _NAMES.get(name, name))
    table = with_added(table)
    if _speaks_bytes(table):
        lacks = not set(ALPHABET) <= set(table["model"]["vocab"])
        return OtherTokenizer(table, "byte-level BPE without all bytes") if lacks else ByteLevelTokenizer(table)
    if not table["model"].get("byte_fallback") or not set(BYTES) <= set(table["model"]["vocab"]):
        return OtherTokenizer(table, _NAMES["BPE"])
    return llama.of_model(table, proto) if _agree(table, proto) else llama.of_table(table)


def _speaks_bytes(table: dict[str, Any]) -> bool:
    """Whether the steps around the model write bytes in the alphabet of byte-level tokenizers."""
    return all("ByteLevel" in json.dumps(table[step]) for step in ("pre_tokenizer", "decoder"))


def _agree(table: dict[str, Any], proto: Any) -> bool:
    """Whether the SentencePiece model has the pieces of `tokenizer.json`, but for tokens added to it since."""
    if proto is None or not spm.is_exact(proto):
        return False
    vocab, have = table["model"]["vocab"], {each.piece: number for number, each in enumerate(proto.pieces)}
    added = {each["content"] for each in table["added_tokens"]}
    return all(vocab.get(piece) == number for piece, number in have.items()) and set(vocab) <= set(have) | added


def _proto(folder: Path) -> Any:
    """The folder's SentencePiece model, None where it has none. What cannot be read matters only without a JSON."""
    if not (folder / spm.FILE).exists():
        return None
    try:
        return spm.read(folder / spm.FILE)
    except RecipeError:
        if (folder / JSON).exists():
            return None
        raise


def _table(folder: Path, proto: Any) -> dict[str, Any]:
    """The JSON of the folder's tokenizer."""
    if proto is not None and not (folder / JSON).exists() and not (folder / CONFIG).exists():
        return _alone(folder, proto)
    tokenizer = _from_json(folder / JSON) if (folder / JSON).exists() else pretrained(folder).backend_tokenizer
    table: dict[str, Any] = json.loads(tokenizer.to_str())
    return table


def _alone(folder: Path, proto: Any) -> dict[str, Any]:
    """The JSON of a SentencePiece model that nothing but its file tells of; transformers would take any for BPE."""
    if spm.is_exact(proto):
        return llama.table_of(proto)
    raise RecipeError(
        f"The tokenizer in {folder} is a SentencePiece model of the kind {spm.kind_of(proto)}, and nothing beside "
        f"{spm.FILE} says how it is used. BPE with byte fallback and plain text can be taken as it is; for this one, "
        f"save a {JSON} with the model's own class first, or choose another base."
    )


def _from_json(path: Path) -> Tokenizer:
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # what the library raises has no class of its own
        raise RecipeError(f"{path} cannot be read: {error}. Fetch the base again.") from None


def pretrained(folder: Path) -> Any:
    """The tokenizer as transformers loads it. Raises RecipeError when it cannot, or has it in Python only."""
    transformers = need("transformers", "train")
    if not (folder / JSON).exists() and (folder / spm.FILE).exists():
        need("google.protobuf", "train")  # transformers reads SentencePiece models with it
    try:
        found = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
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
