"""Running a recipe: what stops a run before it begins."""

from pathlib import Path

import pytest

from emma.errors import ExtraError, RecipeError
from emma.store.files import write_json
from tests.whole import write_recipes


def test_a_missing_extra_stops_a_run_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    from emma.config import extras
    from emma.pipeline.run import check_extras

    monkeypatch.setattr(extras, "find_spec", lambda module: None if module == "jinja2" else module)
    check_extras("evaluate")
    with pytest.raises(ExtraError, match=r"'jinja2'.*pip install '\.\[report\]'"):
        check_extras("report")


def test_answers_are_identified_by_the_model_of_the_corpus() -> None:
    from emma.pipeline.recipe import Recipe
    from emma.pipeline.run import share_lid

    def lid_of(**sections: object) -> str | None:
        return share_lid(Recipe.model_validate({"name": "r", **sections})).lid

    corpus = {"lid": {"model": "glotlid.bin"}}
    assert lid_of() is None
    assert lid_of(annotate=corpus) == "glotlid.bin"
    assert lid_of(annotate=corpus, evaluate={"lid": "other.bin"}) == "other.bin"
    assert lid_of(annotate={"lid": {"train": ["a"]}}) is None


def test_a_budget_that_ends_in_the_first_step_is_refused() -> None:
    from emma.pipeline.recipe import Recipe
    from emma.pipeline.run import refuse_part_of_step

    recipe = Recipe.model_validate({"name": "r", "mix": {"tokens": 3000}, "train": {"batch_tokens": 4096}})
    refuse_part_of_step(recipe, "mix")
    with pytest.raises(
        RecipeError,
        match=r"mix\.tokens = 3000 ends in the middle of the first step, which has train\.batch_tokens = 4096",
    ):
        refuse_part_of_step(recipe, "train")


@pytest.mark.parametrize(
    "setting", [{"freeze": ["blocks"]}, {"merge": [0.0, 0.1]}, {"shield": {"sources": ["code"]}}], ids=str
)
def test_nothing_can_be_kept_of_no_base(setting: dict[str, object]) -> None:
    from emma.pipeline.recipe import Recipe
    from emma.pipeline.run import refuse_keeping_nothing

    (name,) = setting
    recipe = Recipe.model_validate({"name": "r", "train": setting})
    refuse_keeping_nothing(recipe, "mix")
    refuse_keeping_nothing(recipe.model_copy(update={"base": "some/folder"}), "train")
    with pytest.raises(RecipeError, match=rf"train\.{name} keeps what a base knows, but the recipe has no `base`"):
        refuse_keeping_nothing(recipe, "train")


def test_a_base_whose_training_is_gone_is_to_do(tmp_path: Path) -> None:
    from emma.pipeline.home import Home
    from emma.pipeline.recipe import Recipe
    from emma.pipeline.run import stage_states

    recipe, home = Recipe.read(write_recipes(tmp_path)), Home(tmp_path / "home")
    (tmp_path / "home" / "base").mkdir(parents=True)
    write_json(tmp_path / "home" / "base" / "lock.json", {"train": "0" * 20})
    assert not any(artifact for _, artifact in stage_states(recipe, home))
