"""What stops a run before it begins."""

import pytest

from emma.errors import ExtraError, RecipeError
from emma.pipeline.recipe import Recipe
from emma.pipeline.refusals import check_extras, refuse_keeping_nothing, refuse_part_of_step


def test_a_missing_extra_stops_a_run_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    from emma.config import extras

    monkeypatch.setattr(extras, "find_spec", lambda module: None if module == "jinja2" else module)
    check_extras("evaluate")
    with pytest.raises(ExtraError, match=r"'jinja2'.*pip install '\.\[report\]'"):
        check_extras("report")


def test_a_budget_that_ends_in_the_first_step_is_refused() -> None:
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
    (name,) = setting
    recipe = Recipe.model_validate({"name": "r", "train": setting})
    refuse_keeping_nothing(recipe, "mix")
    refuse_keeping_nothing(recipe.model_copy(update={"base": "some/folder"}), "train")
    with pytest.raises(RecipeError, match=rf"train\.{name} keeps what a base knows, but the recipe has no `base`"):
        refuse_keeping_nothing(recipe, "train")
