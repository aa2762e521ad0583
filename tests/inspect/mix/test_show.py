"""`emma mix show`: plans from what was packed and from inventories, the documents of a step, and what it refuses."""

import json
from dataclasses import replace

import pytest

from emma.cli.main import main
from emma.errors import RecipeError
from emma.inspect.mix.show import find_stage, list_step_documents, render_step, summarise_mix
from emma.pipeline.home import Home
from emma.pipeline.recipe import Recipe
from tests.mix.test_run import DOCUMENTS, mixed

SETTINGS = {
    "tokens": 1_600,
    "sequence_length": 16,
    "max_epochs": 9,
    "stages": [{"name": "broad", "share": 0.75, "strategy": "unimax"}, {"name": "late", "share": 0.25}],
}


def test_a_plan_is_the_same_before_it_is_made_and_after(make_pack, path) -> None:
    home, pack = make_pack("little", DOCUMENTS)
    before = summarise_mix(Recipe.read(path), home, [], None)
    assert before.origin == "as `emma mix` would plan it from what was packed"
    mixed(pack, home, **SETTINGS)
    after = summarise_mix(Recipe.read(path), home, [], None)
    assert after == replace(before, origin="as the run has it")
    assert "would plan" in summarise_mix(Recipe.read(path, ["mix.max_epochs=8"]), home, [], None).origin


def test_a_step_names_its_documents(make_pack, path) -> None:
    home, pack = make_pack("little", DOCUMENTS)
    mixed(pack, home, **SETTINGS)
    steps = [list_step_documents(Recipe.read(path), home, step) for step in range(1, 18)]
    assert [step.stage for step in steps] == ["broad"] * 13 + ["late"] * 4
    rows = [row for step in steps for row in step.documents]
    assert sum(row.tokens for row in rows) == 1600  # every token of the plan, once
    assert [row.sample for row in rows] == sorted(row.sample for row in rows)
    for row in rows:
        lang, domain, number = row.document.replace("#", ":").split(":")
        assert row.first + row.tokens <= DOCUMENTS[lang, domain][int(number)]
    assert "step 3 of 17, stage broad" in "\n".join(render_step(steps[2]))


def test_the_command(make_pack, path, capsys) -> None:
    home, pack = make_pack("little", DOCUMENTS)
    mixed(pack, home, **SETTINGS)
    for arguments in ([], ["--step", "2"]):
        assert main(["mix", "show", str(path), "--home", str(home.path), *arguments]) == 0
        assert "little: " in capsys.readouterr().out
        assert main(["mix", "show", str(path), "--home", str(home.path), "--json", *arguments]) == 0
        assert json.loads(capsys.readouterr().out)["recipe"] == "little"


def test_stages_by_sample() -> None:
    stages = [("a", 3), ("b", 0), ("c", 2)]
    assert [find_stage(stages, sample) for sample in range(5)] == ["a", "a", "a", "c", "c"]


@pytest.mark.parametrize(
    ("step", "changes", "said"),
    [
        (0, [], r"--step 0: the mix of .* has the steps 1 to 17, of 6 sequences"),
        (18, [], "steps 1 to 17"),
        (1, ["mix.seed=1"], "has no mix with these settings yet: run `emma mix"),
    ],
)
def test_steps_that_are_not_there(make_pack, path, step, changes, said) -> None:
    home, pack = make_pack("little", DOCUMENTS)
    mixed(pack, home, **SETTINGS)
    with pytest.raises(RecipeError, match=said):
        list_step_documents(Recipe.read(path, changes), home, step)


def test_nothing_to_plan_from(path, tmp_path) -> None:
    with pytest.raises(RecipeError, match=r"Nothing was packed yet in the run 'little'.*--inventory FILE\.csv"):
        summarise_mix(Recipe.read(path), Home(tmp_path), [], None)


def test_no_such_stage(make_pack, path) -> None:
    with pytest.raises(RecipeError, match=r"has no stage 'lat'. Did you mean 'late'"):
        summarise_mix(Recipe.read(path), make_pack("little", DOCUMENTS)[0], [], "lat")
