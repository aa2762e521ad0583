"""`emma remove` on real runs: what it notes and refuses, and which models it says have seen a document."""

import shutil
from pathlib import Path

import orjson
import pytest

from emma.cli.main import main
from emma.errors import RecipeError
from emma.inspect.ledger.models import RunMatch, match_runs
from emma.inspect.ledger.removal import RemovalAnswer, add_removal, read_ids, sum_matches, undo_removal
from emma.pipeline.home import LOCK, Home
from emma.pipeline.recipe import Recipe
from emma.pipeline.removals import read_removals
from emma.pipeline.run import run_recipe
from emma.store.artifact import commit
from emma.work.removal.rules import Removal


@pytest.fixture
def home(compiled: Path, tmp_path: Path) -> Home:
    shutil.copytree(compiled, tmp_path / "home", symlinks=True)
    return Home(tmp_path / "home")


def test_each_run_says_what_it_has(home: Home) -> None:
    small = {
        match.run: (match.collected, match.kept, match.trained)
        for match in match_runs(home, [Removal(source="small")])[0]
    }
    assert small == {"one": (0, 0, 0), "two": (3, 3, 0)}
    one = match_runs(home, [Removal(id="made:texts.jsonl#3")])[0]
    assert [(match.collected, match.kept) for match in one] == [(1, 1), (1, 1)]
    copy = match_runs(home, [Removal(id="made:texts.jsonl#81")])[0]
    assert [(match.collected, match.kept) for match in copy] == [(1, 0), (1, 0)]
    assert not any(match.has_seen for match in one)


def test_a_removal_is_noted_once_and_taken_back(home: Home) -> None:
    assert add_removal(home, Removal(source="small", reason="first")).is_new
    assert not add_removal(home, Removal(source="small", reason="second", copies=True)).is_new
    assert [(one.source, one.reason, one.copies) for one in read_removals(home)] == [("small", "second", True)]
    undo_removal(home, Removal(source="small"))
    assert read_removals(home) == ()
    with pytest.raises(RecipeError, match=r"has no removal of the source small\. It has: nothing"):
        undo_removal(home, Removal(source="small"))


@pytest.mark.parametrize(
    ("removal", "message"),
    [
        (Removal(source="smal"), r"no run .* has a source 'smal'\. Did you mean 'small'\?"),
        (Removal(id="made:texts.jsonl#999"), r"no run .* has a document 'made:texts\.jsonl#999'"),
        (Removal(id="nothing:texts.jsonl#1"), r"has a source 'nothing'\. There are: made, small"),
    ],
)
def test_what_no_run_knows_is_refused(home: Home, removal: Removal, message: str) -> None:
    with pytest.raises(RecipeError, match=f"(?i){message}"):
        add_removal(home, removal)
    assert read_removals(home) == ()


def test_the_command_says_what_happened(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--home", str(home.path)]
    assert main(["remove", "--source", "small", "--reason", "asked for", *where]) == 0
    said = capsys.readouterr().out
    assert "no run of this home will train on it again" in said and "Run each recipe again" in said
    assert main(["remove", "--url-pattern", "example.com/*", "--json", *where]) == 0
    answer = orjson.loads(capsys.readouterr().out)
    assert (answer["by"], answer["name"], answer["is_new"]) == ("url", "example.com/*", True)
    assert main(["remove", "--list", *where]) == 0
    assert "asked for" in capsys.readouterr().out
    assert main(["remove", "--id", "made", *where]) == 1
    assert "'made' is no id: write source:file#row" in capsys.readouterr().err
    assert main(["remove", *where]) == 2
    assert "Say what to remove" in capsys.readouterr().err


def test_a_file_of_ids_is_taken_whole_or_not_at_all(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = ["made:texts.jsonl#3", "made:texts.jsonl#81", "small:smalls.jsonl"]
    (tmp_path / "ids.txt").write_text(
        "\ufeff# asked for by mail\n\n" + "\n".join([*ids, ids[0]]) + "\n", encoding="utf-8"
    )
    asked = ["remove", "--home", str(home.path), "--id", str(tmp_path / "ids.txt")]
    assert main([*asked, "--reason", "asked"]) == 0
    assert sorted(one.key[1] for one in read_removals(home)) == sorted(ids)
    said = " ".join(capsys.readouterr().out.split())
    assert said.startswith("3 ids are in") and "one 2 1 0 has not seen it two 5 4 0 has not seen it" in said
    (tmp_path / "ids.txt").write_text("made:texts.jsonl#4\nmade:texts.jsonl#999\n")
    assert main(asked) == 1 and "no run in" in capsys.readouterr().err.lower()
    assert len(read_removals(home)) == 3
    (tmp_path / "ids.txt").write_text("# none\n")
    assert main(asked) == 1 and "has no ids" in capsys.readouterr().err


def test_the_command_says_what_was_there_before(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["remove", "--source", "small", "--home", str(home.path)]
    said = []
    for more in ([], [], ["--copies"], []):
        assert main([*asked, *more]) == 0
        said.append([line for line in capsys.readouterr().out.splitlines() if line.startswith("It was there before")])
    assert said == [
        [],
        ["It was there before, without its copies."],
        ["It was there before, without its copies; now it is with its copies."],
        ["It was there before, with its copies; now it is without its copies."],
    ]


def test_a_run_of_which_something_is_gone_hinders_nobody_and_says_so(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(home.run("two").artifact("collect").path)
    assert main(["remove", "--source", "small", "--home", str(home.path)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "two 0 0 0 not known" in said and "What two has cannot be told whole: The run 'two'" in said
    assert [one.source for one in read_removals(home)] == ["small"]


def test_a_model_says_what_it_began_as_or_that_nobody_can_tell(home: Home) -> None:
    """`second` went on from `first`, which may have seen a document; then what it was adapted from is gone."""
    collect, curate = (home.run("one").artifact(stage).key for stage in ("collect", "curate"))
    for name, key, base in (("first", "1" * 20, {}), ("second", "2" * 20, {"base": "1" * 20})):
        made = {"pack": {"collect": collect, "curate": curate}, "adapt": base, "train": {"pack": key, "adapt": key}}
        for stage, inputs in made.items():
            staged = home.store / "staged" / stage / key
            staged.mkdir(parents=True)
            to = home.store / stage / key
            to.parent.mkdir(exist_ok=True)
            commit(staged, to, root=home.store, made_by={"inputs": inputs}, key=key, counts={})
        (home.path / name).mkdir()
        (home.path / name / LOCK).write_bytes(orjson.dumps({"collect": collect, "curate": curate, "train": key}))
    removal = Removal(id="made:texts.jsonl#3")
    match = {match.run: match for match in match_runs(home, [removal])[0]}
    assert match["second"].came_from == ("first",) and not match["second"].unknown
    copy = {match.run: match for match in match_runs(home, [Removal(id="made:texts.jsonl#81")])[0]}
    assert copy["first"].collected == 1 and copy["second"].came_from == ()  # collected, and no text of training
    shutil.rmtree(home.store / "adapt" / ("2" * 20))
    match = {match.run: match for match in match_runs(home, [removal])[0]}
    assert match["second"].came_from == () and "was made from a adapt that is gone" in match["second"].unknown
    assert match["first"].trained == match["second"].trained == 1


def test_what_several_removals_name_is_summed_by_run() -> None:
    made = {
        "a": [RunMatch("one", 1, 2, 3, ("x",)), RunMatch("two", 0, 0, 0, unknown="gone")],
        "b": [RunMatch("one", 10, 20, 30, ("y", "x")), RunMatch("two", 1, 1, 1)],
    }
    answers = [RemovalAnswer("id", name, False, "removed.toml", True, runs) for name, runs in made.items()]
    assert sum_matches(answers) == [RunMatch("one", 11, 22, 33, ("x", "y")), RunMatch("two", 1, 1, 1, unknown="gone")]


def test_a_home_without_runs_takes_any_removal(tmp_path: Path) -> None:
    add_removal(Home(tmp_path / "new"), Removal(source="later"))
    assert [one.source for one in read_removals(Home(tmp_path / "new"))] == ["later"]


@pytest.mark.slow
def test_a_home_whose_store_is_elsewhere_is_asked_there(compiled: Path, tmp_path: Path, bucket: str) -> None:
    recipe = Recipe.read(compiled.parent / "two.toml")
    home = Home(tmp_path / "home", bucket)
    run_recipe(recipe, "curate", home, workers=1, quiet=True)
    for folder in ("collect", "curate"):
        shutil.rmtree(home.store / folder)  # the cache of the store
    answer = add_removal(home, Removal(source="small"))
    assert [(match.run, match.collected, match.kept, match.unknown) for match in answer.runs] == [("two", 3, 3, "")]
    assert run_recipe(recipe, "curate", home, workers=1, quiet=True).artifact("curate").counts["dropped: removed"] == 3


def test_a_file_of_ids_is_looked_for_in_one_go_and_each_counts_as_alone(home: Home) -> None:
    named = [Removal(id="made:texts.jsonl#3"), Removal(id="small:few.jsonl"), Removal(id="made:texts.jsonl#81")]
    assert match_runs(home, named) == [match_runs(home, [one])[0] for one in named]


def test_a_document_of_a_file_that_goes_whole_is_not_asked_for_again(tmp_path: Path) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text("a:b.txt#1\na:c.txt#2\na:b.txt\na:b.txt\n", encoding="utf-8")
    assert read_ids(ids) == ["a:c.txt#2", "a:b.txt"]
