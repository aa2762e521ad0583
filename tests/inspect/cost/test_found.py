"""The text that a home has of a language."""

from pathlib import Path

import pytest

from emma.errors import LanguageError, RecipeError
from emma.inspect.cost.found import find_text
from emma.pipeline.home import Home


def test_text_is_found_by_any_name_in_the_run_with_most(compiled: Path) -> None:
    home = Home(compiled)
    by_name, by_label = find_text(home, "Thai"), find_text(home, "tha_Thai")
    assert by_name == by_label and by_name.lang == "tha_Thai" and by_name.run == "one"
    assert by_name.documents == 40 and by_name.dropped == 1 and set(by_name.sources) == {"made"}
    kept = list(home.run("one").documents("tha_Thai"))
    assert len(by_name.texts) == sum(batch.num_rows for batch in kept)
    assert by_name.bytes == sum(len(text.encode()) for text in by_name.texts) > by_name.train_bytes > 0
    small = find_text(home, "zgh")
    assert (small.run, small.documents, small.sources.keys()) == ("two", 3, {"small"})


def test_a_language_that_no_run_has(compiled: Path) -> None:
    nothing = find_text(Home(compiled), "nqo")
    assert (nothing.lang, nothing.run, nothing.bytes) == ("nqo_Nkoo", "", 0)
    assert find_text(Home(compiled), "zgh_Tfng", "one").bytes == 0
    with pytest.raises(LanguageError):
        find_text(Home(compiled), "Klingonish")


def test_a_home_without_a_corpus_says_what_to_do(tmp_path: Path, compiled: Path) -> None:
    with pytest.raises(RecipeError, match=r"no run that has come to curate.*`emma curate RECIPE`"):
        find_text(Home(tmp_path), "hi")
    with pytest.raises(RecipeError, match="no run 'three'"):
        find_text(Home(compiled), "hi", "three")
