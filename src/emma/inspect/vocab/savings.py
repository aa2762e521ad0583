"""Measuring what more pieces would save.

The vocabulary is grown on every second text, as the vocab stage grows it, and counted on the others, so that nothing is
counted on what it was learnt from.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emma.errors import RecipeError
from emma.inspect.vocab.counters import TokenCounter, make_counter
from emma.inspect.vocab.texts import TextBlock, group_texts
from emma.models.sentencepiece import SPACE
from emma.vocab.bpe import BpeTokenizer
from emma.vocab.config import VocabConfig
from emma.vocab.folder import load_expandable
from emma.vocab.grow import PieceLimits, WordCounts
from emma.vocab.methods import expand_vocabulary
from emma.vocab.sample import find_cut_off, make_word_splitter

PIECES = (1_000, 2_000, 4_000, 8_000, 16_000)
"""Numbers of pieces that are added, unless others are named."""
Texts = Mapping[str, Sequence[str]]
"""Texts by the label of their language."""


@dataclass(frozen=True)
class Savings:
    """One tokenizer, grown by ever more pieces."""

    tokenizer: str
    budgets: tuple[int, ...]
    """Numbers of pieces to add, from 0."""
    new_pieces: tuple[int, ...]
    """Numbers of pieces that were added: fewer where the text holds no more that are frequent enough."""
    tokens: dict[str, tuple[int, ...]]
    """For each language, tokens of the texts that nothing was learnt from, by budget."""

    def saved(self, lang: str) -> list[float | None]:
        """The share of a language's tokens that is saved, by budget; None where no text of it was left to count."""
        before, *_ = counts = self.tokens[lang]
        return [1 - count / before if before else None for count in counts]

    def total(self) -> list[float | None]:
        """The share that is saved of all languages' tokens together, by budget."""
        before, *_ = counts = [sum(column) for column in zip(*self.tokens.values(), strict=True)]
        return [1 - count / before if before else None for count in counts]


def measure_savings(counter: TokenCounter, blocks: Sequence[TextBlock], budgets: Sequence[int]) -> Savings:
    """Grow a tokenizer and count. Raises RecipeError when it is of a kind that takes no new pieces."""
    before = load_expandable(_find_folder(counter))
    # Each text once: a copy in the other half would be counted on what it taught.
    texts = {lang: list(dict.fromkeys(own)) for lang, own in group_texts(blocks).items()}
    learnt, counted = ({lang: own[half::2] for lang, own in texts.items()} for half in (0, 1))
    sample = balance_words(before, learnt, VocabConfig())
    new_pieces, tokens = [0], [_count_tokens(before, counted)]
    for pieces in budgets:
        expansion = expand_vocabulary(before, sample, VocabConfig(new_pieces=pieces), PieceLimits(pieces))
        new_pieces.append(len(expansion.new))
        tokens.append(_count_tokens(expansion.tokenizer, counted))
    by_lang = {lang: tuple(counts[lang] for counts in tokens) for lang in texts}
    return Savings(counter.name, (0, *budgets), tuple(new_pieces), by_lang)


def _find_folder(counter: TokenCounter) -> Path:
    if counter.place.name in ("tokenizer.json", "tokenizer.model"):
        return counter.place.parent
    if counter.place.is_dir():
        return counter.place
    raise RecipeError(
        f"What more pieces would save of {counter.place} can be told of a model folder only: call the file "
        "tokenizer.model or tokenizer.json, or leave --pieces out."
    )


def balance_words(tokenizer: BpeTokenizer, texts: Texts, section: VocabConfig) -> WordCounts:
    """The words of the texts, languages balanced as the stage balances them."""
    sizes = {lang: {at: len(text.encode()) for at, text in enumerate(own)} for lang, own in texts.items()}
    powers = {lang: float(sum(own.values())) ** section.alpha for lang, own in sizes.items() if own}
    share = sum(sum(own.values()) for own in sizes.values()) / sum(powers.values())
    split, counts = make_word_splitter(tokenizer.word_rules), Counter[str]()
    for lang, power in powers.items():
        quota = find_cut_off(sizes[lang], max(1, int(power * share)), section.boost)
        chosen = texts[lang][: quota.last_rank + 1]
        for word, count in Counter(word for text in chosen for word in split(text)).items():
            counts[word.replace(" ", SPACE, 1)] += count * quota.times
    words = sorted(counts)
    return WordCounts(words, np.array([counts[word] for word in words], np.int64))


def _count_tokens(tokenizer: BpeTokenizer, texts: Texts) -> dict[str, int]:
    count = make_counter(tokenizer.open())
    return {lang: sum(count(own)) for lang, own in texts.items()}
