"""Counting: what each language costs with each tokenizer, and against English where the same is said in both.

The premium is tokens over the tokens of the same content in English (Petrov et al., arXiv 2305.15425): what a language
pays in price, time and context for what English says in one token.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from emma.inspect.vocab.counters import TokenCounter
from emma.inspect.vocab.texts import TextBlock
from emma.lang.language import Lang
from emma.lang.scripts import is_spaced

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class TokenizerCost:
    """The cost of a language with one tokenizer."""

    tokens: int
    tokens_per_byte: float
    tokens_per_character: float
    tokens_per_word: float | None
    """None where the script puts no spaces between words."""
    premium: float | None
    """Tokens over those of the same texts in English; None where there are none beside English."""


@dataclass(frozen=True)
class LanguageCosts:
    """A row of the report; `costs` are in the order of the tokenizers."""

    lang: str
    name: str
    texts: int
    bytes: int
    characters: int
    words: int | None
    """White-space words."""
    parallel_texts: int
    """Those that stand beside English."""
    byte_premium: float | None
    """UTF-8 bytes over those of the same texts in English."""
    costs: tuple[TokenizerCost, ...]


@dataclass
class _LanguageSums:
    """The sums of a language: texts, bytes, characters, words, then tokens by tokenizer."""

    all: Ints
    parallel: Ints
    english: Ints


@dataclass
class CostMeasurer:
    """Counts blocks of text with some tokenizers."""

    counters: Sequence[TokenCounter]
    _sums: dict[str, _LanguageSums] = field(default_factory=dict)
    _english: dict[tuple[str, ...], Ints] = field(default_factory=dict)

    def add(self, block: TextBlock) -> None:
        """Count one more block. The English side is counted once, beside however many languages it stands."""
        size = 4 + len(self.counters)
        sums = self._sums.setdefault(block.lang, _LanguageSums(*(np.zeros(size, np.int64) for _ in range(3))))
        sizes = self._sizes(block.texts)
        sums.all += sizes
        if block.english is not None:
            if block.english not in self._english:
                self._english[block.english] = self._sizes(block.english)
            sums.parallel += sizes
            sums.english += self._english[block.english]

    def _sizes(self, texts: Sequence[str]) -> Ints:
        tokens = [sum(counter.lengths(texts)) for counter in self.counters]
        size = sum(len(text.encode()) for text in texts)
        words = sum(len(text.split()) for text in texts)
        return np.array([len(texts), size, sum(map(len, texts)), words, *tokens], np.int64)

    def languages(self) -> list[LanguageCosts]:
        """A row for each language that has text, in the order of their labels."""
        return [_build_row(lang, sums) for lang, sums in sorted(self._sums.items()) if sums.all[1]]


def _build_row(lang: str, sums: _LanguageSums) -> LanguageCosts:
    language = Lang.parse(lang)
    texts, size, characters, words = sums.all[:4].tolist()
    spaced = is_spaced(language.script)
    return LanguageCosts(
        lang=lang,
        name=language.name,
        texts=texts,
        bytes=size,
        characters=characters,
        words=words if spaced else None,
        parallel_texts=int(sums.parallel[0]),
        byte_premium=_divide(sums.parallel[1], sums.english[1]),
        costs=tuple(_costs(sums, spaced)),
    )


def _costs(sums: _LanguageSums, spaced: bool) -> Iterator[TokenizerCost]:
    _, size, characters, words = sums.all[:4].tolist()
    for place in range(4, len(sums.all)):
        tokens = int(sums.all[place])
        per_word = tokens / words if spaced and words else None
        # Sums over sums and not a mean of ratios, in which short texts would count as much as long ones.
        premium = _divide(sums.parallel[place], sums.english[place])
        yield TokenizerCost(tokens, tokens / size, tokens / characters, per_word, premium)


def _divide(amount: np.int64, english: np.int64) -> float | None:
    return float(amount / english) if english else None
