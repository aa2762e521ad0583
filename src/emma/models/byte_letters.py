"""The letters with which byte-level vocabularies write bytes, and those that a base may lack.

A base that was trained on little but English may lack pieces for bytes that its text never had: SmolLM2 has none for
six control characters, none for the first bytes of U+40000 to U+BFFFF, and none for thirteen that UTF-8 never uses. Its
tokenizer leaves such bytes out without a word.
"""

from collections.abc import Container


def _spell_bytes() -> dict[str, int]:
    """The character that writes each byte: itself where it is visible Latin-1, else the next from U+0100 on."""
    # The table of GPT-2's `bytes_to_unicode` (github.com/openai/gpt-2, src/encoder.py).
    visible = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    hidden = [byte for byte in range(256) if byte not in visible]
    return {chr(byte): byte for byte in visible} | {chr(0x100 + place): byte for place, byte in enumerate(hidden)}


ALPHABET = _spell_bytes()
"""The byte that each letter of a byte-level vocabulary writes, as in GPT-2."""
NO_TEXT = frozenset({0xC0, 0xC1, *range(0xF5, 0x100)})
"""Bytes that are in no UTF-8 text (RFC 3629, section 1)."""


def find_missing_letters(vocab: Container[str]) -> list[str]:
    """The letters of bytes that text can hold and that are no pieces of a vocabulary, in the order of the bytes."""
    return [letter for byte, letter in _LETTERS if byte not in NO_TEXT and letter not in vocab]


_LETTERS = sorted((byte, letter) for letter, byte in ALPHABET.items())
