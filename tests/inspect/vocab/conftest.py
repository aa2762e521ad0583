"""A report on two tokenizers."""

from pathlib import Path

import pytest

from emma.inspect.vocab.report import ReportQuestion, VocabReport, compare_tokenizers
from emma.pipeline.home import Home
from tests.inspect.vocab.corpora import aligned, tokenizer


@pytest.fixture
def found(tmp_path: Path) -> VocabReport:
    """Two tokenizers on every script, and one language that stands alone."""
    folder = aligned(tmp_path / "text")
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / "hau.txt").write_text("Binadamu <b>\n", encoding="utf-8")
    (tmp_path / "alone" / "README").write_text("nothing\n", encoding="utf-8")
    tokenizers = [str(tokenizer(tmp_path / "plain")), f"a&b={tokenizer(tmp_path / 'other', ['▁'])}"]
    tokenizers[1] = tokenizers[1].replace("a&b", "other+")
    return compare_tokenizers(
        ReportQuestion(tokenizers, [folder, tmp_path / "alone"], pieces=[20, 10]), Home(tmp_path / "home")
    )
