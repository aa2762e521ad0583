"""Models go on with what they are given; beginnings come from text that nobody was trained on."""

import pytest

from emma.errors import LanguageError, RecipeError
from emma.evaluate.backends.fake import Fake
from emma.inspect.trial.answers import (
    Trial,
    answer_openings,
    answer_prompts,
    draw_openings,
    find_language,
    read_measured,
)
from emma.pipeline.home import Home
from tests.conftest import TEXTS
from tests.inspect.trial.conftest import BARE, MEASURED

MODELS = {name: lambda name=name: Fake(name, {"one": f"{name} goes on"}) for name in ("base", "adapted")}


def test_each_model_goes_on() -> None:
    first, second = answer_prompts(MODELS, ["one", TEXTS["amh_Ethi"]], 48)
    assert first == Trial("one", {"base": "base goes on", "adapted": "adapted goes on"})
    assert second.texts["base"] != second.texts["adapted"] and [*second.texts] == ["base", "adapted"]
    assert answer_prompts(MODELS, [], 48) == []
    assert [len(text) for text in answer_prompts(MODELS, ["one"], 5)[0].texts.values()] == [5, 5]


@pytest.mark.parametrize("lang", sorted({*TEXTS} - {BARE}))
def test_beginnings_are_of_held_out_documents(tried: Home, lang: str) -> None:
    run = tried.run("demo")
    openings = draw_openings(run, lang, 0)
    texts = [row["text"] for batch in run.documents(lang, "test") for row in batch.to_pylist()]
    assert len(openings) == len(texts) == 3
    for trial in answer_openings(MODELS, openings, 48):
        assert sum(text.startswith(trial.prompt + str(trial.reference)) for text in texts) == 1 and trial.lang == lang
    assert draw_openings(run, lang, 0) == openings
    assert any(draw_openings(run, lang, seed) != openings for seed in range(1, 9))


def test_a_language_without_held_out_text_says_so(tried: Home) -> None:
    with pytest.raises(RecipeError, match=rf"no held-out text of {BARE}.*emma try demo"):
        draw_openings(tried.run("demo"), BARE, 0)


def test_a_language_is_found_by_any_name(tried: Home) -> None:
    run = tried.run("demo")
    assert [find_language(run, name) for name in ("hin_Deva", "hi", "Hindi")] == ["hin_Deva"] * 3
    with pytest.raises(RecipeError, match="of which the corpus has nothing"):
        find_language(run, "fr")
    with pytest.raises(LanguageError, match="nothing that one language is called"):
        find_language(run, "Hindu")


def test_what_the_evaluation_let_them_write_is_read(tried: Home) -> None:
    expected = Trial("ก", {"base": "b", "adapted": "ค"}, MEASURED, " ข", "x#1")
    assert read_measured(tried.run("demo"), MEASURED) == [expected]
    assert read_measured(tried.run("demo"), "hin_Deva") == read_measured(tried.run("begun"), MEASURED) == []
