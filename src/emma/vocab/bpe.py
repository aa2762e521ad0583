"""What the kinds of byte-pair tokenizers that can be expanded have in common: the JSON of `tokenizer.json`.

New pieces and merges go into the model itself and never into `added_tokens`, which are matched before any merge, also
inside words.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Self

from tokenizers import Tokenizer

from emma.models.tokenizer_file import open_table

Pair = Sequence[str]
"""The two pieces that a merge joins."""


@dataclass(frozen=True)
class Bpe:
    """A tokenizer as the JSON of `tokenizer.json`; the vocabulary holds added tokens too, at their ids."""

    table: dict[str, Any]

    kind: ClassVar[str]
    """What the kind is called in messages and facts."""

    @cached_property
    def pieces(self) -> list[str]:
        """All pieces by id, as the vocabulary writes them; "" where an id is not used."""
        pieces = [""] * (1 + max(self.table["model"]["vocab"].values()))
        for piece, number in self.table["model"]["vocab"].items():
            pieces[number] = piece
        return pieces

    @cached_property
    def texts(self) -> list[str]:
        """For each id the text it stands for, "" where it stands for none. No two usual pieces have the same."""
        added = self.added
        return ["" if piece in added else self.text_of(piece) for piece in self.pieces]

    def text_of(self, piece: str) -> str:
        """The text that a piece stands for; that of two pieces together is the text of their two."""
        raise NotImplementedError

    @property
    def closed(self) -> list[bool]:
        """For each id whether nothing may grow on it: a special token, a lone byte, nothing."""
        raise NotImplementedError

    @property
    def cut(self) -> dict[str, Any]:
        """How text is cut into words, as JSON for `cuts.cutter`."""
        raise NotImplementedError

    @property
    def by_piece(self) -> bool:
        """Whether a piece is joined however it splits, at a rank of its own; else only the listed pairs are joined."""
        return False

    def emptied(self) -> Self:
        """The same kind with bytes and special tokens only: where a second vocabulary starts from."""
        raise NotImplementedError

    @property
    def added(self) -> set[str]:
        """The tokens that are matched before any merge."""
        return {each["content"] for each in self.table["added_tokens"]}

    @property
    def splits_digits(self) -> bool:
        """Whether no piece holds two digits, so that numbers are spelled digit by digit."""
        usual = (text for text, shut in zip(self.texts, self.closed, strict=True) if not shut)
        return all(sum(char.isdecimal() for char in text) < 2 for text in usual)

    def open(self) -> Tokenizer:
        """The tokenizer that encodes text; text that spells a special token is encoded as text."""
        opened: Tokenizer = open_table(self.table)
        return opened

    def open_bare(self) -> Tokenizer:
        """The model alone, for words as `cuts.cutter` gives them."""
        nothing = dict.fromkeys(("normalizer", "pre_tokenizer", "post_processor", "decoder"))
        return Tokenizer.from_str(json.dumps({**self.table, **nothing, "added_tokens": []}))

    def extended(self, pieces: Iterable[str], merges: Iterable[Pair] = ()) -> Self:
        """The same with more pieces at the next ids, and merges that come after all others."""
        model = self.table["model"]
        size = len(self.pieces)
        vocab = model["vocab"] | {piece: size + number for number, piece in enumerate(pieces)}
        return self.with_model(vocab, [*model["merges"], *(list(each) for each in merges)])

    def with_model(self, vocab: dict[str, int], merges: Sequence[Pair]) -> Self:
        """The same with another vocabulary and other merges."""
        model = {**self.table["model"], "vocab": vocab, "merges": [list(each) for each in merges]}
        return replace(self, table={**self.table, "model": model})


def segment(tokenizer: Tokenizer, words: list[str]) -> list[list[int]]:
    """The ids of each word; `tokenizer` is a bare one."""
    return [encoding.ids for encoding in tokenizer.encode_batch_fast(words, add_special_tokens=False)]


def with_added(table: dict[str, Any]) -> dict[str, Any]:
    """The table with its added tokens in the vocabulary, else their ids would be given out again."""
    added = {each["content"]: each["id"] for each in table["added_tokens"]}
    return {**table, "model": {**table["model"], "vocab": table["model"]["vocab"] | added}}
