"""What more pieces would save: as much as the grown tokenizer saves, on text that it did not learn from."""

from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from emma.errors import RecipeError
from emma.inspect.vocab.counters import TokenCounter, open_counter
from emma.inspect.vocab.savings import measure_savings
from emma.inspect.vocab.texts import TextBlock
from emma.models.sentencepiece import SPACE
from emma.pipeline.home import Home
from emma.vocab.bpe import ALPHABET
from emma.vocab.config import VocabConfig
from emma.vocab.folder import load_tokenizer
from emma.vocab.grow import PieceLimits, WordCounts
from emma.vocab.methods import expand_vocabulary
from emma.vocab.sample import find_words
from tests.conftest import TEXTS
from tests.inspect.vocab.corpora import bytes_of, tokenizer

BLOCKS = [TextBlock(lang, tuple(f"{text} {number}" for number in range(40))) for lang, text in TEXTS.items()]


@pytest.fixture
def counter(tmp_path: Path) -> TokenCounter:
    return open_counter(str(tokenizer(tmp_path / "plain")), Home(tmp_path / "home"))


def test_as_the_grown_tokenizer_counts(counter: TokenCounter) -> None:
    blocks = [TextBlock("tha_Thai", BLOCKS[2].texts)]
    found = measure_savings(counter, blocks, [10, 60])
    learnt, counted = BLOCKS[2].texts[::2], BLOCKS[2].texts[1::2]
    words = [word.replace(" ", SPACE, 1) for text in learnt for word in find_words(text, prefix=True)]
    kinds = sorted(set(words))
    sample = WordCounts(kinds, np.array([words.count(kind) for kind in kinds]))
    for place, pieces in enumerate((10, 60), 1):
        grown = expand_vocabulary(
            load_tokenizer(counter.place.parent), sample, VocabConfig(new_pieces=pieces), PieceLimits(pieces)
        )
        tokens = sum(len(each.ids) for each in grown.tokenizer.open().encode_batch(counted, add_special_tokens=False))
        assert found.new_pieces[place] == len(grown.new) > 0
        assert found.tokens["tha_Thai"][place] == tokens
    assert found.tokens["tha_Thai"][0] == sum(map(bytes_of, counted))


@pytest.mark.slow
def test_a_byte_level_tokenizer(tmp_path: Path) -> None:
    plain = Tokenizer(models.BPE({letter: number for number, letter in enumerate(sorted(ALPHABET))}, []))
    plain.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    plain.decoder = decoders.ByteLevel()
    (tmp_path / "bytes").mkdir()
    plain.save(str(tmp_path / "bytes" / "tokenizer.json"))
    found = measure_savings(open_counter(str(tmp_path / "bytes"), Home(tmp_path / "home")), BLOCKS, [400])
    for lang, block in zip(TEXTS, BLOCKS, strict=True):
        assert found.tokens[lang][0] == sum(len(text.encode()) for text in block.texts[1::2])
        assert found.saved(lang)[1] > 0.5


def test_every_language_and_all_together(counter: TokenCounter) -> None:
    found = measure_savings(counter, BLOCKS, [100, 300, 100_000])
    assert found.budgets == (0, 100, 300, 100_000)
    assert found.new_pieces[:3] == (0, 100, 300)
    assert 300 < found.new_pieces[3] < 100_000
    for lang in TEXTS:
        saved = found.saved(lang)
        assert saved[0] == 0
        assert saved[3] > saved[1]
        assert saved[3] > 0.8
    before, *_, after = (sum(each) for each in zip(*found.tokens.values(), strict=True))
    assert found.total()[-1] == pytest.approx(1 - after / before)


def test_a_language_of_one_text_has_nothing_left_to_count(counter: TokenCounter) -> None:
    found = measure_savings(counter, [*BLOCKS, TextBlock("swh_Latn", ("Binadamu wote",))], [50])
    assert found.tokens["swh_Latn"] == (0, 0)
    assert found.saved("swh_Latn") == [None, None]


def test_texts_that_come_twice_are_not_learnt_and_counted(counter: TokenCounter) -> None:
    twice = TextBlock("swh_Latn", ("Binadamu wote",) * 50)
    assert measure_savings(counter, [*BLOCKS, twice], [50]).tokens["swh_Latn"] == (0, 0)


def test_a_large_language_does_not_take_the_pieces_of_the_small(counter: TokenCounter) -> None:
    large = TextBlock("eng_Latn", tuple(f"{a}{b} {b}{a}" for a in "abcdefghij" for b in "klmnopqrst") * 1)
    alone = measure_savings(counter, [BLOCKS[5]], [60]).saved("nqo_Nkoo")[1]
    beside = measure_savings(counter, [BLOCKS[5], large], [60]).saved("nqo_Nkoo")[1]
    assert alone is not None
    assert beside is not None
    assert beside > alone / 2


def test_what_cannot_grow(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    (tmp_path / "words").mkdir()
    words = Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    words.save(str(tmp_path / "words" / "tokenizer.json"))
    words.save(str(tmp_path / "words.json"))
    with pytest.raises(RecipeError, match="kind that cannot be expanded: WordLevel"):
        measure_savings(open_counter(str(tmp_path / "words"), home), BLOCKS, [10])
    with pytest.raises(RecipeError, match=r"words\.json can be told of a model folder only"):
        measure_savings(open_counter(str(tmp_path / "words.json"), home), BLOCKS, [10])
