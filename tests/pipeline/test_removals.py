"""The list of a home: what it leaves out of a run, which addresses change, and that nothing else does."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
import pytest

from emma.annotate.identify import sample_sources
from emma.curate.config import CurateConfig
from emma.errors import RecipeError
from emma.lid.training import split_lines
from emma.pipeline.home import Home
from emma.pipeline.recipe import Recipe
from emma.pipeline.removals import (
    REMOVED_FILE,
    digest_withdrawals,
    read_removals,
    resolve_identification,
    write_removals,
)
from emma.pipeline.run import run_recipe
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.removal.rules import Removal
from emma.work.work import Work
from tests.conftest import documents
from tests.curate.corpus import prose
from tests.inspect.two_runs import SOURCE, write


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    for name, lang in (("one", "hin_Deva"), ("two", "tha_Thai")):
        write(tmp_path / f"{name}s.jsonl", [(lang, prose(lang, at)) for at in range(12)])
    text = f'data = "{tmp_path}"\n' + SOURCE.format(name="one") + SOURCE.format(name="two")
    (tmp_path / "recipe.toml").write_text(text, encoding="utf-8")
    return Recipe.read(tmp_path / "recipe.toml")


def test_only_what_matches_makes_anything_anew(recipe: Recipe, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")

    def run(*removals: Removal) -> dict[str, str]:
        write_removals(home, removals)
        return dict(run_recipe(recipe, "curate", home, workers=1, quiet=True).addresses)

    before = run()
    # Another source's, a file's and an address' removal that are about nothing here.
    assert run(Removal(source="three"), Removal(id="one:ones.jsonl#99"), Removal(url="example.com/*")) == before
    after = run(Removal(id="one:ones.jsonl#3", reason="asked for"))
    assert {stage for stage in before if before[stage] != after[stage]} == {"curate"}
    assert run(Removal(id="one:ones.jsonl#3", reason="in other words", date="2026-11-28")) == after
    without = run(Removal(source="two"))["curate"]
    assert without not in (before["curate"], after["curate"])
    reasons = home.run("recipe").table("curate", "selection")["reason"].to_pylist()
    assert reasons == [None] * 12 + ["removed"] * 12
    assert run() == before


def test_the_list_is_read_as_it_was_written(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    removals = (
        Removal(source="wiki", reason='They asked: "no".\nSee mail \x7f.', date="2026-11-28"),
        Removal(id="wiki:ก.txt#3", copies=True),
        Removal(url="https://example.com/*"),
    )
    assert read_removals(home) == ()
    write_removals(home, removals)
    assert read_removals(home) == removals
    with (home.path / REMOVED_FILE).open("a", encoding="utf-8") as stream:
        stream.write('\n[[removed]]\nsource = "by hand"\ndate = 2026-11-28\n')
    assert read_removals(home)[-1] == Removal(source="by hand", date="2026-11-28")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[removed]\n", "is not valid TOML"),
        ("[[removed]]\nsourc = 'a'\n", "unknown key"),
        ("[[removed]]\nreason = 'a'\n", "name one of source, id and url"),
        ("[[removed]]\nsorce = 'a'\n", "Did you mean 'source'"),
        ("removed = 3\n", "removed"),
    ],
)
def test_a_list_that_cannot_be_read_stops_the_run(recipe: Recipe, tmp_path: Path, text: str, message: str) -> None:
    home = Home(tmp_path / "home")
    home.path.mkdir()
    (home.path / REMOVED_FILE).write_text(text)
    with pytest.raises(RecipeError, match=message):
        run_recipe(recipe, "curate", home, workers=1, quiet=True)


def test_a_source_that_is_removed_teaches_no_model(recipe: Recipe, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    write_removals(home, [Removal(source="one")])
    taught = Recipe.read(recipe.path, ['annotate.lid={train = ["one", "two"]}'])
    with pytest.raises(RecipeError, match=r"annotate\.lid\.train names the source 'one', which was removed"):
        run_recipe(taught, "curate", home, workers=1, quiet=True)


def test_a_document_that_is_removed_teaches_no_model(
    recipe: Recipe, tmp_path: Path, make_work: Callable[..., Work]
) -> None:
    home = Home(tmp_path / "home")
    collect = run_recipe(recipe, "collect", home, workers=1, quiet=True).artifact("collect")
    taught = Recipe.read(recipe.path, ['annotate.lid={train = ["one"]}', 'curate.opt_out=["example.com"]'])

    def teach(*removals: Removal) -> tuple[Mapping[str, object], list[list[str]]]:
        """What the address of annotate has, and the lines that a model learns from, by shard."""
        write_removals(home, removals)
        section, raw = resolve_identification(taught, home, tmp_path, tmp_path / "cache")
        assert section.lid is not None and callable(raw)
        parts = sample_sources(section.lid, collect, make_work("annotate"))
        lines = [shards.read(part.file("lines.parquet"))["text"].to_pylist() for part in parts]
        return raw({"collect": collect}), lines

    nothing, (all_lines,) = teach()
    assert nothing == {}
    other = teach(Removal(id="one:ones.jsonl#99"), Removal(id="two:twos.jsonl#3"), Removal(source="two"))
    assert other == ({}, [all_lines])
    digest, (lines,) = teach(Removal(id="one:ones.jsonl#3", copies=True))
    gone = {*split_lines(prose("hin_Deva", 2))}
    assert digest and gone and {*all_lines} - {*lines} == gone


def test_an_address_tells_of_the_sources_that_it_is_about(
    make_artifact: Callable[..., Artifact], tmp_path: Path
) -> None:
    """Whatever was asked before: what teaches a model and what curate keeps are remembered in one file."""
    names = ["one", "two"]
    parts = [
        make_artifact(name, {"documents.parquet": documents([{"lang": "hin_Deva", "text": "x", "source": name,
                                                              "url": f"https://{name}.example.com/"}])})
        for name in names
    ]  # fmt: skip
    tables = {"sources.parquet": pa.table({"source": names})}
    collect = make_artifact("collect", tables, documents=parts)
    section = CurateConfig(opt_out=("two.example.com",))
    for _ in range(2):
        assert digest_withdrawals(section, collect, tmp_path, ["one"]) == {}
        whole = digest_withdrawals(section, collect, tmp_path)
        assert whole and whole == digest_withdrawals(section, collect, tmp_path, ["two"])
