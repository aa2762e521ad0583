"""Byte-pair tokenizers as the JSON of `tokenizer.json`: the class that all kinds share, and the byte-level kind.

New pieces and merges go into the model itself and never into `added_tokens`, which are matched before any merge, also
inside words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
import orjson
from tokenizers import Tokenizer

from emma.models.byte_letters import ALPHABET, find_missing_letters
from emma.models.folder import Json
from emma.models.tokenizer_file import open_table
from emma.vocab.merges import Bools

MergePair = Sequence[str]
"""The two pieces that a merge joins."""


@dataclass(frozen=True)
class BpeTokenizer:
    """A tokenizer as the JSON of `tokenizer.json`; the vocabulary holds added tokens too, at their ids."""

    table: Json

    kind: ClassVar[str]
    """Name of the kind in messages and facts."""

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
        added = self.added_tokens
        return ["" if piece in added else self.text_of(piece) for piece in self.pieces]

    def text_of(self, piece: str) -> str:
        """The text that a piece stands for; that of two pieces together is the text of their two."""
        raise NotImplementedError

    @property
    def closed(self) -> list[bool]:
        """For each id whether nothing may grow on it: a special token, a lone byte, an id without a piece."""
        raise NotImplementedError

    @property
    def word_rules(self) -> Json:
        """The rules that divide text into words, as JSON for `sample.make_word_splitter`."""
        raise NotImplementedError

    @property
    def joins_by_piece(self) -> bool:
        """Whether a piece is joined however it splits, at a rank of its own; else only the listed pairs are joined."""
        return False

    def bytes_only(self) -> Self:
        """The same kind with bytes and special tokens only: where a second vocabulary starts from."""
        raise NotImplementedError

    @property
    def added_tokens(self) -> set[str]:
        """The tokens that are matched before any merge."""
        return {token["content"] for token in self.table["added_tokens"]}

    @property
    def splits_digits(self) -> bool:
        """Whether no piece holds two digits, so that numbers are spelled digit by digit."""
        usual = (text for text, is_closed in zip(self.texts, self.closed, strict=True) if not is_closed)
        return all(sum(char.isdecimal() for char in text) < 2 for text in usual)

    def open(self) -> Tokenizer:
        """The tokenizer that encodes text; text that spells a special token is encoded as text."""
        opened: Tokenizer = open_table(self.table)
        return opened

    def open_bare(self) -> Tokenizer:
        """The model alone, for words as `sample.make_word_splitter` gives them."""
        # Words come divided, and added tokens would be matched inside of them.
        no_steps = dict.fromkeys(("normalizer", "pre_tokenizer", "post_processor", "decoder"))
        return Tokenizer.from_buffer(orjson.dumps({**self.table, **no_steps, "added_tokens": []}))

    def with_pieces(self, pieces: Iterable[str], merges: Iterable[MergePair] = ()) -> Self:
        """The same with more pieces at the next ids, and merges that come after all others."""
        model = self.table["model"]
        size = len(self.pieces)
        vocab = model["vocab"] | {piece: size + number for number, piece in enumerate(pieces)}
        return self.with_model(vocab, [*model["merges"], *(list(pair) for pair in merges)])

    def with_model(self, vocab: dict[str, int], merges: Sequence[MergePair]) -> Self:
        """The same with another vocabulary and other merges."""
        model = {**self.table["model"], "vocab": vocab, "merges": [list(pair) for pair in merges]}
        return replace(self, table={**self.table, "model": model})


def segment(tokenizer: Tokenizer, words: list[str]) -> list[list[int]]:
    """The ids of each word; `tokenizer` is a bare one."""
    return [encoding.ids for encoding in tokenizer.encode_batch_fast(words, add_special_tokens=False)]


def with_added_tokens(table: Json) -> Json:
    """The table with its added tokens in the vocabulary, else their ids would be given out again."""
    added = {token["content"]: token["id"] for token in table["added_tokens"]}
    return {**table, "model": {**table["model"], "vocab": table["model"]["vocab"] | added}}


class ByteLevelTokenizer(BpeTokenizer):
    """A byte-level tokenizer, as of GPT-2, Llama 3 and Qwen: byte-pair encoding on UTF-8 bytes inside the words that a
    pattern makes of the text. The vocabulary writes each byte as a visible character."""

    kind = "byte-level BPE"

    def text_of(self, piece: str) -> str:
        """Bytes that make no character are lone surrogates (PEP 383)."""
        return bytes(ALPHABET.get(letter, 0) for letter in piece).decode(errors="surrogateescape")

    @property
    def closed(self) -> list[bool]:
        """Pieces that hold part of a character grow only where that completes it (`grow.complete_characters`)."""
        return [not text or any("\udc80" <= char <= "\udcff" for char in text) for text in self.texts]

    @property
    def starts_inside_character(self) -> Bools:
        """For each id whether it begins inside a character, bool (pieces,)."""
        added = self.added_tokens
        # in UTF-8, bytes from 0x80 to 0xBF go on with a character that others began
        firsts = [-1 if piece in added or not piece else ALPHABET.get(piece[0], -1) for piece in self.pieces]
        return np.array([0x80 <= first < 0xC0 for first in firsts], np.bool_)

    @property
    def missing_letters(self) -> list[str]:
        """The bytes that text can hold and the vocabulary has no piece for, as it writes them."""
        return find_missing_letters(self.table["model"]["vocab"])

    @property
    def word_rules(self) -> Json:
        # how text is divided is the base's own matter and stays as it is: new pieces grow inside its words only
        return {name: self.table[name] for name in ("normalizer", "pre_tokenizer")}

    def bytes_only(self) -> Self:
        """The 256 bytes and the special tokens, at new ids."""
        kept = [*sorted(ALPHABET), *sorted(self.added_tokens)]
        return self.with_model({piece: number for number, piece in enumerate(kept)}, [])
