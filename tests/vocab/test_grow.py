"""Growing a vocabulary: characters become whole first."""

from pathlib import Path

from emma.vocab.config import VocabConfig
from emma.vocab.folder import load_expandable
from emma.vocab.grow import PieceLimits, complete_characters, grow_vocabulary
from tests.conftest import TEXTS
from tests.vocab.corpora import byte_level_base, sample_of
from tests.vocab.test_folder import ENGLISH


def test_byte_level_characters_become_whole_before_anything_else(tmp_path: Path) -> None:
    base = load_expandable(byte_level_base(tmp_path / "base", "llama3", ENGLISH))
    texts = list(TEXTS.values()) * 2
    section = VocabConfig(minimum_count=2, character_coverage=1.0)
    grown = complete_characters(base, sample_of(base, texts), section, PieceLimits(3000))
    means, opened = grown.tokenizer.texts, grown.tokenizer.open()
    for text in TEXTS.values():
        before, after = base.open().encode(text).ids, opened.encode(text).ids
        assert "".join(means[each] for each in after) == text
        assert not any("\udc80" <= char <= "\udcff" for each in after for char in means[each])
        assert text.isascii() or any("\udc80" <= char <= "\udcff" for each in before for char in base.texts[each])


def test_no_character_is_common_enough(tmp_path: Path) -> None:
    base = load_expandable(byte_level_base(tmp_path / "base", "llama3", ENGLISH))
    grown = grow_vocabulary(base, sample_of(base, ["ⴰⴱ"]), VocabConfig(minimum_count=2), PieceLimits(10))
    assert grown.tokenizer.pieces == base.pieces
