"""`emma mix show`: plans from what was packed and from inventories, the documents of a step, and what it refuses."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from emma.cli.main import main
from emma.errors import RecipeError
from emma.inspect.mix.inventory import read_inventories
from emma.inspect.mix.show import find_stage, list_step_documents, render_step, summarise_mix
from emma.inspect.mix.summary import render_text
from emma.pipeline.home import Home
from emma.pipeline.recipe import Recipe
from tests.mix.test_run import DOCUMENTS, mixed

RECIPE = """
[mix]
tokens = 1_600
sequence_length = 16
max_epochs = 9
[[mix.stages]]
name = "broad"
share = 0.75
strategy = "unimax"
[[mix.stages]]
name = "late"
share = 0.25
[train]
batch_tokens = 100
"""
SETTINGS = {
    "tokens": 1_600,
    "sequence_length": 16,
    "max_epochs": 9,
    "stages": [{"name": "broad", "share": 0.75, "strategy": "unimax"}, {"name": "late", "share": 0.25}],
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "little.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return path


def test_a_plan_is_the_same_before_it_is_made_and_after(make_pack, path) -> None:
    home, pack = make_pack("little", DOCUMENTS)
    before = summarise_mix(Recipe.read(path), home, [], None)
    assert before.origin == "as `emma mix` would plan it from what was packed"
    mixed(pack, home, **SETTINGS)
    after = summarise_mix(Recipe.read(path), home, [], None)
    assert after == replace(before, origin="as the run has it")
    assert "would plan" in summarise_mix(Recipe.read(path, ["mix.max_epochs=8"]), home, [], None).origin


def test_the_numbers_add_up(make_pack, path) -> None:
    home, _ = make_pack("little", DOCUMENTS)
    found = summarise_mix(Recipe.read(path), home, [], None)
    assert (found.sequences, found.tokens, found.step_tokens, found.steps) == (100, 1600, 96, 17)
    for kind in ("stages", "domains", "tiers", "languages"):
        assert sum(each.share for each in getattr(found, kind)) == pytest.approx(1)
        assert sum(each.drawn for each in getattr(found, kind)) == 1600
    thai = next(each for each in found.languages if each.name == "tha_Thai")
    assert (thai.there, thai.words, thai.tiers) == (200, 100, ["unseen"])
    assert thai.epochs == pytest.approx(thai.drawn / 200)
    late = summarise_mix(Recipe.read(path), home, [], "late")
    assert late.sequences == 25 and [each.name for each in late.stages] == ["late"]


def test_the_text_has_every_table(make_pack, path) -> None:
    home, _ = make_pack("little", DOCUMENTS)
    lines = list(render_text(summarise_mix(Recipe.read(path, ["mix.replay={tha_Thai = 1.0}"]), home, [], None)))
    shown = "\n".join(lines)
    assert lines[0].startswith("little: 1.60\u202fk tokens, 17 steps of 96, sequences of 16")
    assert all(any(line.startswith(head) for line in lines) for head in ("stage ", "domain ", "tier ", "language "))
    assert "seen most often: tha_Thai 8.00 times" in shown
    assert "left out: amh_Ethi/news, nqo_Nkoo/bible" in shown


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
    with pytest.raises(RecipeError, match=r"the stages of .* are broad, late"):
        summarise_mix(Recipe.read(path), make_pack("little", DOCUMENTS)[0], [], "lat")


CSV = "# counted by hand\nlang,domain,words,tokens\nkhm_Khmr,news,1000,\nyor_Latn,news,3000,4000\nzxx_Zyyy,code,,\n"


def test_an_inventory_plans_with_what_is_known(path, tmp_path) -> None:
    (tmp_path / "sizes.csv").write_text(CSV, encoding="utf-8")
    changes = [
        "mix.tokens_per_word=2",
        "mix.shares={code = 0.5}",
        "mix.inventory=['sizes.csv']",
        "mix.strategy=natural",
    ]
    found = summarise_mix(Recipe.read(path, [*changes, "mix.stages=[]"]), Home(tmp_path), [], None)
    languages = {each.name: each for each in found.languages}
    assert languages["zxx_Zyyy"].there is languages["zxx_Zyyy"].epochs is None
    assert (languages["khm_Khmr"].there, languages["yor_Latn"].there) == (2000, 4000)
    assert languages["zxx_Zyyy"].drawn == 800
    assert languages["yor_Latn"].words_drawn == pytest.approx(800 * 2 / 3 * 3 / 4, abs=16)
    with pytest.raises(RecipeError, match=r"nobody knows how large zxx_Zyyy/code is"):
        summarise_mix(Recipe.read(path, [*changes, "mix.shares={}"]), Home(tmp_path), [], None)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("lang,domain,wrods\n", r"unknown column 'wrods'\. Did you mean 'words'\?"),
        ("lang,words\nkhm_Khmr,3\n", "needs the columns lang and domain; it has lang, words"),
        ("", "it has none"),
        ("lang,domain,words\n", "there is no language in it"),
        (
            "# x\nlang,domain,words\nkhm_Khmr,news,3\n\nyor_Latn,news,1e9\n",
            r"line 5, words: '1e9' is not a whole number",
        ),
        ("lang,domain,words\nkhm_Khmr,news,3\nkhm_Khmr,news,4\n", r"khm_Khmr \(news\) comes twice"),
    ],
)
def test_inventories_that_make_no_sense(tmp_path, content, said) -> None:
    file = tmp_path / "sizes.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(RecipeError, match=said):
        read_inventories([file], 1.5)


def test_an_inventory_that_is_not_there(tmp_path) -> None:
    with pytest.raises(RecipeError, match="cannot be read"):
        read_inventories([tmp_path / "absent.csv"], 1.5)
