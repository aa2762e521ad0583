"""What was made before a removal does not leave the house any more, by export or by push."""

from pathlib import Path

import pytest

from emma.errors import RecipeError
from emma.pipeline import unheeded
from emma.pipeline.home import Home
from emma.pipeline.recipe import Recipe
from emma.pipeline.removals import write_removals
from emma.pipeline.run import run_recipe
from emma.pipeline.unheeded import refuse_removed
from emma.store.artifact import Artifact, commit, staging
from emma.work.removal.match import match_shard
from emma.work.removal.rules import Removal
from tests.curate.corpus import prose
from tests.inspect.two_runs import SOURCE, write


def test_it_stays_until_the_recipe_is_run_again(tmp_path: Path) -> None:
    for name, lang in (("one", "hin_Deva"), ("two", "tha_Thai")):
        write(tmp_path / f"{name}s.jsonl", [(lang, prose(lang, at)) for at in range(12)])
    text = f'name = "nat"\ndata = "{tmp_path}"\n' + SOURCE.format(name="one") + SOURCE.format(name="two")
    (tmp_path / "recipe.toml").write_text(text, encoding="utf-8")
    recipe, home = Recipe.read(tmp_path / "recipe.toml"), Home(tmp_path / "home")
    run = run_recipe(recipe, "curate", home, workers=1, quiet=True)
    inputs = {stage: run.addresses[stage] for stage in ("collect", "curate")}
    with staging(home.store / "release" / "a") as out:
        path = home.store / "release" / "a"
        made_by = {"config": {}, "inputs": inputs}
        run.record("release", commit(out, path, root=home.store, made_by=made_by, key="a", counts={}), {})
    run.export(tmp_path / "out")
    for removal, count in ((Removal(id="one:ones.jsonl#3"), 1), (Removal(source="two"), 12)):
        write_removals(home, [Removal(url="example.com/*"), Removal(source="three"), removal])
        with pytest.raises(RecipeError, match=rf" {count} documents? of it had to go .*Run its recipe again"):
            run.export(tmp_path / "out")
        with pytest.raises(RecipeError, match=f" {count} document"):
            run.push("a/b", dry_run=True)
    run_recipe(recipe, "curate", home, workers=1, quiet=True)
    assert run.export(tmp_path / "out", force=True).documents == 12


def test_shards_are_looked_at_once_however_many_removals_there_are(
    compiled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, looked = Home(compiled).run("one"), list[Artifact]()
    inputs = run.artifact("collect"), run.artifact("curate")
    home = Home(tmp_path)
    ids = [row["id"] for batch in run.documents(columns=["id"]) for row in batch.to_pylist()][:3]
    write_removals(home, [Removal(source="nobody"), *(Removal(id=each) for each in ids)])
    monkeypatch.setattr(unheeded, "match_shard", lambda *given: looked.append(given[0]) or match_shard(*given))
    with pytest.raises(RecipeError, match=rf" 1 document of it had to go \(id '{ids[0]}'"):
        refuse_removed(home, *inputs)
    assert len(looked) == len(inputs[0].parts["documents"])
