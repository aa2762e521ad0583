"""What the files of a tokenizer are called, and the tokens that those beside `tokenizer.json` name."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from emma.config.extras import need
from emma.errors import RecipeError
from emma.models.folder import read_json

JSON, CONFIG, MAP, ADDED = "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"
NAMED = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
"""The special tokens that have a name, in the order in which transformers adds them."""


def named_tokens(folder: Path) -> Iterator[Any]:
    """The added tokens that the files beside `tokenizer.json` name, in the order in which transformers adds them.

    Raises RecipeError where one is neither text nor a table.
    """
    try:
        yield from _named(folder)
    except (TypeError, ValueError, AttributeError) as error:
        raise RecipeError(
            f"The special tokens that {folder / CONFIG} and the files beside it name cannot be read: {error}. Correct "
            "them, or fetch the base again."
        ) from None


def _named(folder: Path) -> Iterator[Any]:
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
    if not isinstance(token, dict) or not isinstance(token.get("content"), str):
        raise TypeError(f"{token!r} is neither text nor a table with the text as its content")
    return {name: value for name, value in token.items() if name not in ("__type", "id")}


def text_of(token: Any) -> str | None:
    """The text of a token that is stated as text or as a table; None without one. Raises RecipeError for any other."""
    text = token.get("content") if isinstance(token, dict) else token
    if text and not isinstance(text, str):
        raise RecipeError(
            f"A special token is stated as {token!r} in {CONFIG} or beside it, which is neither text nor a table with "
            "the text as its content. Correct it, or fetch the base again."
        )
    return text or None
