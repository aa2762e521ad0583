"""Opening tokenizers of any kind to count with: each is a name, a size, and a function from texts to their tokens."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from emma.config.extras import need
from emma.errors import RecipeError
from emma.models.tokenizer_file import open_table, pretrained, switch_off
from emma.pipeline.home import Home

_NAMED = re.compile(r"([\w.+-]+)=(.+)", re.DOTALL)
_BATCH = 1_000
KINDS = (
    "a Hugging Face folder, a tokenizer.json, a SentencePiece .model, the folder of a vocab artifact, or the name of a "
    "run that has one"
)


@dataclass(frozen=True)
class TokenCounter:
    """A tokenizer that counts."""

    name: str
    place: Path
    """Its folder or file."""
    pieces: int
    lengths: Callable[[Sequence[str]], list[int]]
    """Tokens of each text, special ones that frame it not counted."""


def open_counters(places: Sequence[str], home: Home) -> list[TokenCounter]:
    """The tokenizers that were asked for, as PLACE or NAME=PLACE. RecipeError when two have the same name."""
    counters = [open_counter(place, home) for place in places]
    names = [counter.name for counter in counters]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise RecipeError(f"Two tokenizers are called '{repeated[0]}'. Call them as you like: one={places[0]}.")
    return counters


def open_counter(named_place: str, home: Home) -> TokenCounter:
    """One tokenizer. RecipeError when there is none at the place, or it is of no known kind."""
    # A path may hold `=` itself.
    match = None if Path(named_place).exists() else _NAMED.fullmatch(named_place)
    name, place = match.groups() if match else (None, named_place)
    path = _find_tokenizer(place, home)
    name = name or (_name_place(path) if path.is_relative_to(place) else place)
    if path.suffix == ".model":
        return _open_sentencepiece(name, path)
    return _open_hugging_face(name, path)


def _name_place(path: Path) -> str:
    """Choose a name for a tokenizer: that of its folder, where the file has the usual name."""
    while path.stem in ("tokenizer", "spiece"):
        path = path.parent
    return path.stem if path.is_file() else path.name


def _find_tokenizer(place: str, home: Home) -> Path:
    """The file that decides, or a folder that only transformers can read."""
    path = Path(place)
    if place in [run.name for run in home.list_runs()]:
        path = home.run(place).artifact("vocab").file("tokenizer")
    if path.is_file() and path.suffix in (".json", ".model"):
        return path
    if not path.is_dir():
        raise RecipeError(f"'{place}' is no tokenizer. Give {KINDS}.")
    for inside in ("tokenizer.json", "tokenizer.model", "tokenizer/tokenizer.json", "spiece.model"):
        if (path / inside).is_file():
            return path / inside
    if (path / "tokenizer_config.json").is_file():
        return path
    raise RecipeError(f"The folder {path} holds no tokenizer. Give {KINDS}.")


def _open_sentencepiece(name: str, path: Path) -> TokenCounter:
    processor: Any = need("sentencepiece", "train").SentencePieceProcessor()
    try:
        processor.LoadFromSerializedProto(path.read_bytes())
    except RuntimeError as error:
        raise RecipeError(f"{path} is no SentencePiece model: {error}. Give {KINDS}.") from None
    return TokenCounter(
        name, path, len(processor), lambda texts: [len(ids) for ids in processor.EncodeAsIds(list(texts))]
    )


def _open_hugging_face(name: str, path: Path) -> TokenCounter:
    tokenizer = _open_backend(path)
    return TokenCounter(name, path, tokenizer.get_vocab_size(), make_counter(tokenizer))


def make_counter(tokenizer: Any) -> Callable[[Sequence[str]], list[int]]:
    """The function that counts with a tokenizer of the `tokenizers` library."""
    opened = open_table(switch_off(orjson.loads(tokenizer.to_str()))[0])

    def lengths(texts: Sequence[str]) -> list[int]:
        batches = (list(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH))
        encoded = (opened.encode_batch_fast(batch, add_special_tokens=False) for batch in batches)
        return [len(encoding.ids) for batch in encoded for encoding in batch]

    return lengths


def _open_backend(path: Path) -> Any:
    tokenizers = need("tokenizers", "train")
    if path.is_file():
        try:
            return tokenizers.Tokenizer.from_file(str(path))
        except Exception as error:  # what the library raises has no class of its own
            raise RecipeError(f"{path} is no tokenizer.json: {error}. Give {KINDS}.") from None
    return pretrained(path).backend_tokenizer
