"""Which kind of tokenizer a model folder holds."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from emma.errors import RecipeError
from emma.models import sentencepiece as spm
from emma.models.tokenizer import not_expandable
from emma.models.tokenizer_file import read_proto, read_table, switch_off
from emma.models.tokenizer_kinds import BYTE_FALLBACK, BYTE_LEVEL, kind_of
from emma.vocab import llama
from emma.vocab.bpe import Bpe, with_added
from emma.vocab.byte_level import ByteLevelTokenizer


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
    raise RecipeError(not_expandable(folder, tokenizer.name))


def load(folder: Path) -> Bpe:
    """The tokenizer of a model folder. Raises RecipeError when there is none that can be read."""
    table, _ = switch_off(read_table(folder))
    kind = kind_of(table)
    if kind not in (BYTE_LEVEL, BYTE_FALLBACK):
        return OtherTokenizer(table, kind)
    table = with_added(table)
    if kind == BYTE_LEVEL:
        return ByteLevelTokenizer(table)
    proto = read_proto(folder)
    if llama.is_plain(table) and spm.agrees(table, proto):
        return llama.of_model(table, proto)
    return llama.LlamaTokenizer(table)
