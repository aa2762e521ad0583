"""The held-out text of a run."""

from pathlib import Path

import pytest

from emma.inspect.vocab.report import ReportQuestion, compare_tokenizers
from emma.inspect.vocab.texts import read_held_out
from emma.pipeline.home import Home
from tests.inspect.vocab.corpora import tokenizer

pytestmark = pytest.mark.slow


def test_held_out_text_of_a_run(compiled: Path, tmp_path: Path) -> None:
    home = Home(compiled)
    blocks = {block.lang: block for block in read_held_out(home.run("two")).blocks}
    assert set(blocks) <= {"tha_Thai", "hin_Deva", "zgh_Tfng"}
    found = compare_tokenizers(ReportQuestion([str(tokenizer(tmp_path / "plain"))], run="two"), home)
    assert {row.lang: row.texts for row in found.languages} == {lang: len(each.texts) for lang, each in blocks.items()}
    assert sum(len(each.texts) for each in blocks.values()) > 4
