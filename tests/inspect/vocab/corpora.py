"""Tokenizers and texts to measure: a folder with a file a language, all saying the same, line by line."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import zstandard

from emma.vocab import llama
from emma.vocab.bpe import BpeTokenizer
from tests.conftest import TEXTS

LINES: Mapping[str, Sequence[str]] = {
    lang: [f"{text} {number}" for number in range(1, 5)] for lang, text in TEXTS.items()
}  # fmt: skip


def aligned(folder: Path, lines: Mapping[str, Sequence[str]] = LINES, ending: str = ".devtest") -> Path:
    """The texts as FLORES has them, every other file compressed."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (lang, texts) in enumerate(lines.items()):
        data = "".join(f"{text}\n" for text in texts).encode()
        suffix, data = (".zst", zstandard.compress(data)) if number % 2 else ("", data)
        (folder / f"{lang}{ending}{suffix}").write_bytes(data)
    return folder


def rows(path: Path, *values: Mapping[str, object]) -> Path:
    """JSON lines."""
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in values), encoding="utf-8")
    return path


def tokenizer(folder: Path, pieces: Sequence[str] = (), merges: Sequence[tuple[str, str]] = ()) -> Path:
    """A folder with a tokenizer of bytes and these pieces; it puts a space before each text, three bytes long."""
    made: BpeTokenizer = llama.blank_tokenizer().with_pieces(pieces, merges)
    folder.mkdir(parents=True)
    made.open().save(str(folder / "tokenizer.json"))
    return folder


def bytes_of(text: str) -> int:
    """How many tokens a text is with a tokenizer of bytes: the space before it and between words is ▁, three bytes."""
    return len(f"▁{text.replace(' ', '▁')}".encode())
