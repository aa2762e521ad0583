"""What cannot be released is refused before anything is done, through the command line; `emma check` says the same."""

import json
from pathlib import Path

import pytest

from emma.adapt.config import AdaptConfig
from emma.errors import RecipeError
from emma.pipeline.base import check_base_once, find_conflicts
from emma.pipeline.recipe import Recipe
from emma.store.artifact import Artifact
from tests.models.kinds import write_base, write_tokenizer
from tests.whole import RECIPE, emma, write_corpus

pytest.importorskip("torch", reason="needs the train extra")


DYNAMIC = {"type": "dynamic", "factor": 2.0}


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    """A recipe on a tiny base that is fine."""
    write_corpus(tmp_path / "data", documents=10)
    write_base("llama2", tmp_path / "base")
    write_tokenizer(tmp_path / "base")
    text = RECIPE.format(
        name="r", data=tmp_path / "data", base=f'base = "{tmp_path / "base"}"', path="all.jsonl", pieces=30, tokens=2000
    )
    (tmp_path / "r.toml").write_text(text)
    return tmp_path / "r.toml"


def change(recipe: Path, **fields: object) -> None:
    path = recipe.parent / "base" / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


@pytest.mark.parametrize(
    ("fields", "changes", "said"),
    [
        ({"num_attention_heads": 0}, [], "num_attention_heads = 0"),
        ({"model_type": "own", "auto_map": {"AutoConfig": "own.Own"}}, [], "code of its own, which EMMA never runs"),
        ({}, ["mix.sequence_length=128"], "longer than its context of 64"),
        ({}, ["adapt.untie=false"], "cannot be tied"),
        ({}, ["adapt.rope.factor=2.0"], "adapt.rope.type"),
        (
            {"rope_scaling": {"type": "dynamic", "factor": 2.0}},
            ["mix.sequence_length=128"],
            "type 'dynamic' begins after",
        ),
    ],
    ids=["heads", "code", "length", "tied", "rope", "dynamic"],
)
def test_nothing_is_done_with_a_base_that_cannot_end_well(recipe: Path, fields, changes: list[str], said: str) -> None:
    change(recipe, **fields)
    home = recipe.parent / "home"
    done = emma("run", recipe, "--home", home, *(word for each in changes for word in ("--set", each)))
    assert done.returncode == 1
    assert said in done.stderr
    assert "Nothing was done with it yet" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list((home / "store").glob("*/*/manifest.json"))


def test_what_needs_a_head_is_refused_where_there_is_none(tmp_path: Path) -> None:
    write_base("smollm2", tmp_path / "base")
    write_tokenizer(tmp_path / "base")
    recipe = Recipe(name="r", base=str(tmp_path / "base"), adapt={"head_init": "focus"}, mix={"sequence_length": 64})
    assert ["adapt.untie" in each for each in find_conflicts(recipe, tmp_path / "base")] == [True]


def test_blocks_to_freeze_that_the_base_does_not_have(tmp_path: Path) -> None:
    write_base("smollm2", tmp_path / "base")
    write_tokenizer(tmp_path / "base")
    recipe = Recipe(
        name="r", base=str(tmp_path / "base"), train={"freeze": ["blocks.1-9"]}, mix={"sequence_length": 64}
    )
    (said,) = find_conflicts(recipe, tmp_path / "base")
    assert said.startswith("train.freeze = 'blocks.1-9': the model has the blocks 0 to ")


def test_a_base_that_passed_is_looked_at_again_for_other_settings(tmp_path: Path) -> None:
    write_base("gpt2", tmp_path / "base")
    write_tokenizer(tmp_path / "base")
    base, said = Artifact(tmp_path / "base", "key"), list[str]()
    recipe = Recipe(name="r", vocab={"new_pieces": 5}, mix={"sequence_length": 64})
    check_base_once(recipe, base, tmp_path / "store", said.append)
    check_base_once(recipe, base, tmp_path / "store", said.append)
    assert len(list((tmp_path / "store" / "checked").iterdir())) == 1
    longer = recipe.model_copy(update={"adapt": AdaptConfig(context=128)})
    with pytest.raises(RecipeError, match="positions are learned or fixed"):
        check_base_once(longer, base, tmp_path / "store", said.append)


def test_a_corpus_needs_no_check(recipe: Path) -> None:
    change(recipe, num_attention_heads=0)
    done = emma("run", recipe, "--home", recipe.parent / "home", "--until", "curate")
    assert done.returncode == 0, done.stderr


def test_check_says_what_it_looked_at(recipe: Path) -> None:
    done = emma("check", recipe.parent / "base")
    assert done.returncode == 0, done.stderr
    assert "all finite" in done.stdout
    assert "can be adapted" in done.stdout
    change(recipe, auto_map={"AutoModelForCausalLM": "modeling.Model"})
    noted = emma("check", recipe)
    assert noted.returncode == 0, noted.stderr
    assert "code of its own; it is not run" in noted.stdout


def test_check_fails_with_all_that_is_wrong(recipe: Path) -> None:
    change(recipe, num_key_value_heads=3, torch_dtype="int4")
    done = emma("check", recipe)
    assert done.returncode == 1
    assert "key-value heads do not divide" in done.stderr
    assert "int4" in done.stderr
    for unknown in ("nowhere", "nothing.toml"):
        assert emma("check", recipe.parent / unknown).returncode == 1
