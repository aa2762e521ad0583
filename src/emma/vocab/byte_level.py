"""Byte-level tokenizers, as of GPT-2, Llama 3 and Qwen: byte-pair encoding on UTF-8 bytes inside the words that a
pattern cuts out of the text.

The vocabulary writes each byte as a visible character. How text is cut is the base's own matter and stays as it is:
new pieces grow inside its words only.
"""

from typing import Any, Self

import numpy as np

from emma.vocab.bpe import Bpe
from emma.vocab.units import Bools


def _alphabet() -> dict[str, int]:
    """The character that writes each byte: itself where it is visible Latin-1, else the next from U+0100 on."""
    visible = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    hidden = [byte for byte in range(256) if byte not in visible]
    return {chr(byte): byte for byte in visible} | {chr(0x100 + place): byte for place, byte in enumerate(hidden)}


ALPHABET = _alphabet()
LETTERS = {byte: letter for letter, byte in ALPHABET.items()}


def spelled(text: str) -> str:
    """The text as the vocabulary writes it."""
    return "".join(LETTERS[byte] for byte in text.encode())


class ByteLevelTokenizer(Bpe):
    """A byte-level tokenizer."""

    kind = "byte-level BPE"

    def text_of(self, piece: str) -> str:
        """Bytes that make no character are lone surrogates (PEP 383)."""
        return bytes(ALPHABET.get(letter, 0) for letter in piece).decode(errors="surrogateescape")

    @property
    def closed(self) -> list[bool]:
        """Pieces that hold part of a character grow only where that completes it (`characters.py`)."""
        return [not text or any("\udc80" <= char <= "\udcff" for char in text) for text in self.texts]

    @property
    def continues(self) -> Bools:
        """For each id whether it begins inside a character, bool (pieces,)."""
        added = self.added
        firsts = [-1 if piece in added or not piece else ALPHABET.get(piece[0], -1) for piece in self.pieces]
        return np.array([0x80 <= first < 0xC0 for first in firsts], np.bool_)

    @property
    def cut(self) -> dict[str, Any]:
        return {name: self.table[name] for name in ("normalizer", "pre_tokenizer")}

    def emptied(self) -> Self:
        """The 256 bytes and the special tokens, at new ids."""
        kept = [*sorted(ALPHABET), *sorted(self.added)]
        return self.with_model({piece: number for number, piece in enumerate(kept)}, [])
