"""Where the ledger of a model is found, and what is said where there is none."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pyarrow as pa
import pytest

from emma.errors import LanguageError, RecipeError
from emma.inspect.ledger.open import choose_part, find_ledger, find_released
from emma.pipeline.home import Home
from emma.release.ledger import LEDGER_FILE, LedgerPart
from emma.schemas import LEDGER
from emma.store import shards
from emma.store.artifact import Artifact


def test_a_released_folder_has_it_beside_the_model(tmp_path: Path) -> None:
    for folder in (tmp_path / "alone", tmp_path / "release" / "model"):
        folder.mkdir(parents=True)
        shards.write(folder / LEDGER_FILE, LEDGER.empty_table())
    home = Home(tmp_path / "home")
    for name in ("alone", "release", "release/model"):
        found, files = find_ledger(home, str(tmp_path / name))
        assert found.endswith(name) and len(files) == 1
        assert isinstance(shards.read(files[0]), pa.Table)


def test_a_run_without_a_model_has_none(compiled: Path) -> None:
    home = Home(compiled)
    assert find_released(home.run("one")) is None
    with pytest.raises(RecipeError, match="The run 'one' has not trained a model yet"):
        find_ledger(home, "one")
    with pytest.raises(RecipeError, match="no run 'nothing' in"):
        find_ledger(home, "nothing")
    with pytest.raises(RecipeError, match="Which run"):
        find_ledger(home, None)


def test_what_would_train_it_is_known_before_anything_is_read(compiled: Path) -> None:
    curate = Home(compiled).run("two").artifact("curate")
    every = choose_part("two", curate, None, "made")
    assert every.lang is None and every.sources == ("made",) and every.documents > 40
    table = [row for row in shards.read(curate.file("languages.parquet")).to_pylist() if row["outcome"] == "train"]
    few = choose_part("two", curate, table[0]["lang"], None)
    assert few.documents == sum(row["documents"] for row in table if row["lang"] == few.lang)
    with pytest.raises(LanguageError, match="klingonese"):
        choose_part("two", curate, "klingonese", None)
    with pytest.raises(RecipeError, match=r"The ledger of two has no source 'mad'\. Did you mean 'made'\?"):
        choose_part("two", curate, None, "mad")


def test_of_a_source_all_of_its_languages_is_looked_through(tmp_path: Path) -> None:
    counts = [("swh_Latn", "a", 5), ("swh_Latn", "b", 70), ("tha_Thai", "b", 900)]
    rows = [{"lang": lang, "source": source, "outcome": "train", "documents": n} for lang, source, n in counts]
    shards.write(tmp_path / "languages.parquet", pa.Table.from_pylist(rows))
    curate = cast(Artifact, SimpleNamespace(file=tmp_path.joinpath))
    assert choose_part("run", curate, None, "a") == LedgerPart(documents=75, sources=("a",))
    assert choose_part("run", curate, "Thai", None) == LedgerPart(documents=900, lang="tha_Thai", sources=("b",))
