from pathlib import Path

import pytest

from emma.errors import SourceError
from emma.inspect.published.compare import read_published
from tests.inspect.published.made import BASE, write, write_all


def test_everything_of_a_folder(tmp_path: Path) -> None:
    write_all(tmp_path)
    found = read_published(tmp_path, baseline="Llama-2-7b-hf", model="emma-500-llama2-7b")
    assert (found.baseline, found.tables, found.models) == (BASE, 13, 2)
    assert len(found.averages) == 26 and len(found.headline) == 12 and found.own == []
    assert {(each.wins, each.others) for each in found.wins} == {(1, 1)}


def test_a_model_that_no_table_has_is_told_which_there_are(tmp_path: Path) -> None:
    write(tmp_path, "a", "Model,Avg,swh_Latn", "Gemma 7B,1,1")
    with pytest.raises(SourceError, match=r"No table has the model 'Llama 2 7B'. There is only 'Gemma 7B'"):
        read_published(tmp_path)
