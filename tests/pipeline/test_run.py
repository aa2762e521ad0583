"""Running a recipe: what each stage is given, and what is still to do."""

from pathlib import Path

from emma.store.files import write_json
from tests.whole import write_recipes


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


def test_a_base_whose_training_is_gone_is_to_do(tmp_path: Path) -> None:
    from emma.pipeline.home import Home
    from emma.pipeline.recipe import Recipe
    from emma.pipeline.run import stage_states

    recipe, home = Recipe.read(write_recipes(tmp_path)), Home(tmp_path / "home")
    (tmp_path / "home" / "base").mkdir(parents=True)
    write_json(tmp_path / "home" / "base" / "lock.json", {"train": "0" * 20})
    assert not any(artifact for _, artifact in stage_states(recipe, home))


def test_a_count_of_one_model_is_one_item() -> None:
    from emma.pipeline.run import describe_counts

    counts = {"tokens, base": 115_283, "tokens, adapted": 63_374}
    assert describe_counts(counts) == "115,283 tokens of base, 63,374 tokens of adapted"
