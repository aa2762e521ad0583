"""A finished run from Python: its tables, its languages and its documents are those of its artifacts."""

import multiprocessing
import re
from pathlib import Path

import pyarrow as pa
import pytest

import emma
from emma.errors import ArtifactError, EmmaError, RecipeError
from emma.pipeline.corpus import Corpus
from emma.schemas import DOCUMENTS, SPLITS
from emma.store import shards


def test_a_run_is_opened_by_its_folder_or_as_the_only_one(compiled: Path, tmp_path: Path) -> None:
    assert emma.open(compiled / "one").name == "one"
    assert emma.open(str(compiled / "two")).path == compiled / "two"
    with pytest.raises(RecipeError, match="one, two"):
        emma.open(compiled)
    with pytest.raises(RecipeError, match="neither the folder of a run"):
        emma.open(tmp_path)
    with pytest.raises(RecipeError, match="neither the folder of a run"):
        emma.open(compiled / "three")


def test_a_row_for_each_language_with_all_of_its_documents(compiled: Path) -> None:
    run = emma.open(compiled / "two")
    rows = {row["lang"]: row for row in run.languages.to_pylist()}
    assert list(rows) == ["hin_Deva", "tha_Thai", "zgh_Tfng"]
    collected = {row["lang"]: row for row in run.table("collect", "languages").to_pylist()}
    for lang, row in rows.items():
        assert (row["documents"], row["bytes"]) == (collected[lang]["documents"], collected[lang]["bytes"])
        assert row["kept_documents"] == sum(row[split] for split in SPLITS)
        assert row["documents"] == row["kept_documents"] + sum(dict(row["drops"]).values())
        assert row["tier"] and row["name"] == emma.Lang.parse(lang).name
    assert dict(rows["tha_Thai"]["drops"]) == {"exact duplicate": 1}


def test_languages_before_curate(compiled: Path, tmp_path: Path) -> None:
    one = emma.open(compiled / "one")
    early = emma.Home(compiled).run("early")
    early.record("collect", one.artifact("collect"), {})
    rows = early.languages.to_pylist()
    assert early.languages.schema == one.languages.schema
    assert [(row["lang"], row["documents"]) for row in rows] == [
        (row["lang"], row["documents"]) for row in one.languages.to_pylist()
    ]
    assert {row["kept_documents"] for row in rows} == {None}
    (early.path / "lock.json").unlink()


def test_documents_are_those_that_were_kept(compiled: Path) -> None:
    run = emma.open(compiled / "two")
    kept = pa.Table.from_batches(run.documents())
    assert kept.schema.names == [*DOCUMENTS.names, "split"]
    corpus, splits = Corpus.of(run), {}
    for documents, selection in zip(corpus.collect.parts["documents"], corpus.curate.parts["selection"], strict=True):
        ids = shards.read(documents.file("documents.parquet"))["id"].to_pylist()
        splits |= dict(zip(ids, shards.read(selection.file("selection.parquet"))["split"].to_pylist(), strict=True))
    assert dict(zip(kept["id"].to_pylist(), kept["split"].to_pylist(), strict=True)) == {
        name: split for name, split in splits.items() if split
    }


@pytest.mark.parametrize("lang", ["tha_Thai", "hin_Deva", "zgh_Tfng", "nqo_Nkoo"])
def test_documents_of_one_language_and_split(compiled: Path, lang: str) -> None:
    run = emma.open(compiled / "two")
    counts = {row["lang"]: row for row in run.languages.to_pylist()}
    for split in SPLITS:
        batches = list(run.documents(lang=lang, split=split, columns=["text"]))
        assert all(batch.schema.names == ["text", "split"] for batch in batches)
        assert sum(batch.num_rows for batch in batches) == counts.get(lang, {split: 0})[split]
    labels = [label for batch in run.documents(lang=emma.Lang.parse(lang)) for label in batch["lang"].to_pylist()]
    assert set(labels) <= {lang}


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({"lang": "th"}, "'th' is not a language label"),
        ({"split": "dev"}, "no split 'dev'. There are: train, validation, test"),
        ({"columns": ["txt"]}, "'txt': write a list of names among id, text"),
        ({"columns": "text"}, "'text': write a list"),
    ],
)
def test_a_question_that_has_no_answer_is_refused_when_it_is_asked(
    compiled: Path, question: dict[str, object], message: str
) -> None:
    with pytest.raises(EmmaError, match=re.escape(message)):
        emma.open(compiled / "two").documents(**question)


@pytest.mark.parametrize(
    ("recipe", "options", "message"),
    [
        ("absent.toml", {"until": "curation"}, "There is no stage 'curation'. Did you mean 'curate'"),
        ("absent.toml", {"until": "curate", "workers": 0}, "workers: 0 is no number of processes"),
        ("absent.toml", {"until": "curate", "workers": "2"}, "workers: '2' is no number of processes"),
        ("absent.toml", {"until": "curate"}, "There is no recipe at absent.toml"),
        (".", {"until": "curate"}, ". is a folder; a recipe is a file"),
    ],
)
def test_a_run_that_cannot_be_is_refused_before_anything_is_made(
    tmp_path: Path, recipe: str, options: dict[str, object], message: str
) -> None:
    with pytest.raises(RecipeError, match=re.escape(message)):
        emma.run(recipe, home=tmp_path / "home", **options)
    assert not (tmp_path / "home").exists()


def test_tables_are_found_by_name_or_listed(compiled: Path) -> None:
    run = emma.open(compiled / "one")
    assert run.table("curate", "limits").num_rows
    assert run.table("curate", "selection").num_rows == run.table("collect", "documents").num_rows
    with pytest.raises(ArtifactError, match=r"has no table 'limit'\. Did you mean 'limits'"):
        run.table("curate", "limit")
    with pytest.raises(RecipeError, match="has no result of mix yet"):
        run.samples()
    with pytest.raises(RecipeError, match="There is no stage 'curation'"):
        run.table("curation", "limits")


def test_a_run_that_python_starts_is_the_one_that_it_opens(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"text": "ߡߐ߱ ߓߍ߯ ߟߊߘߏߦߊߣߍ߲߫", "lang": "nqo"}\n', encoding="utf-8")
    (tmp_path / "small.toml").write_text(
        f'data = "{tmp_path}"\n[[collect.sources]]\nname = "s"\nreader = "jsonl"\npath = "t.jsonl"\nlicence = "MIT"\n'
    )
    recipe = emma.Recipe.read(tmp_path / "small.toml", ["curate.test_share=0"])
    run = emma.run(recipe, until="collect", home=tmp_path / "home", workers=1, quiet=True)
    assert run == emma.open(tmp_path / "home" / "small")
    assert run.languages["lang"].to_pylist() == ["nqo_Nkoo"]


def test_a_script_that_its_workers_would_run_again_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing.current_process(), "_inheriting", True, raising=False)
    with pytest.raises(RecipeError, match='if __name__ == "__main__":'):
        emma.run("absent.toml", home=tmp_path / "home")
