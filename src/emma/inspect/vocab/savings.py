"""What more pieces would save: the vocabulary is grown on every second text, as the vocab stage grows it, and counted
on the others, so that nothing is counted on what it was learnt from."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emma.errors import RecipeError
from emma.inspect.vocab.meters import Meter, counter
from emma.inspect.vocab.texts import Block, all_texts
from emma.models.sentencepiece import SPACE
from emma.vocab.bpe import BpeTokenizer
from emma.vocab.config import VocabConfig
from emma.vocab.folder import load_expandable
from emma.vocab.grow import PieceLimits, WordCounts
from emma.vocab.methods import expand_vocabulary
from emma.vocab.sample import find_cut_off, make_word_splitter

PIECES = (1_000, 2_000, 4_000, 8_000, 16_000)
"""Numbers of pieces that are asked about, unless others are named."""
Texts = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Savings:
    """One tokenizer, grown by ever more pieces."""

    tokenizer: str
    asked: tuple[int, ...]
    """Pieces more; the first is none."""
    made: tuple[int, ...]
    """How many there were to make: fewer where the text holds no more that are frequent enough."""
    tokens: dict[str, tuple[int, ...]]
    """For each language, tokens of the texts that nothing was learnt from, with as many pieces more."""

    def saved(self, lang: str) -> list[float | None]:
        """The share of a language's tokens that is saved, by pieces; None where no text of it was left to count."""
        before, *_ = counts = self.tokens[lang]
        return [1 - count / before if before else None for count in counts]

    def total(self) -> list[float | None]:
        """The share that is saved of all languages' tokens together, by pieces."""
        before, *_ = counts = [sum(each) for each in zip(*self.tokens.values(), strict=True)]
        return [1 - count / before if before else None for count in counts]


def savings(meter: Meter, blocks: Sequence[Block], asked: Sequence[int]) -> Savings:
    """Grow a tokenizer and count. Raises RecipeError when it is of a kind that takes no new pieces."""
    before = load_expandable(_folder(meter))
    texts = {lang: list(dict.fromkeys(each)) for lang, each in all_texts(blocks).items()}
    learnt, counted = ({lang: each[half::2] for lang, each in texts.items()} for half in (0, 1))
    sample = balanced(before, learnt, VocabConfig())
    made, tokens = [0], [_tokens(before, counted)]
    for pieces in asked:
        grown = expand_vocabulary(before, sample, VocabConfig(new_pieces=pieces), PieceLimits(pieces))
        made.append(len(grown.new))
        tokens.append(_tokens(grown.tokenizer, counted))
    by_lang = {lang: tuple(each[lang] for each in tokens) for lang in texts}
    return Savings(meter.name, (0, *asked), tuple(made), by_lang)


def _folder(meter: Meter) -> Path:
    if meter.place.name in ("tokenizer.json", "tokenizer.model"):
        return meter.place.parent
    if meter.place.is_dir():
        return meter.place
    raise RecipeError(
        f"What more pieces would save of {meter.place} can be told of a model folder only: call the file "
        "tokenizer.model or tokenizer.json, or leave --pieces out."
    )


def balanced(tokenizer: BpeTokenizer, texts: Texts, section: VocabConfig) -> WordCounts:
    """The words of the texts, languages balanced as the stage balances them."""
    sizes = {lang: {at: len(text.encode()) for at, text in enumerate(each)} for lang, each in texts.items()}
    powers = {lang: float(sum(each.values())) ** section.alpha for lang, each in sizes.items() if each}
    share = sum(sum(each.values()) for each in sizes.values()) / sum(powers.values())
    find_words, found = make_word_splitter(tokenizer.word_rules), Counter[str]()
    for lang, power in powers.items():
        last, _, times = find_cut_off(sizes[lang], max(1, int(power * share)), section.boost)
        for word, count in Counter(word for text in texts[lang][: last + 1] for word in find_words(text)).items():
            found[word.replace(" ", SPACE, 1)] += count * times
    words = sorted(found)
    return WordCounts(words, np.array([found[word] for word in words], np.int64))


def _tokens(tokenizer: BpeTokenizer, texts: Texts) -> dict[str, int]:
    lengths = counter(tokenizer.open())
    return {lang: sum(lengths(each)) for lang, each in texts.items()}
