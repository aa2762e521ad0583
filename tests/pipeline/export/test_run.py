"""An export holds the documents that were kept, once each, and other programs open it."""

import errno
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
import zstandard

import emma
from emma.cli.main import main
from emma.errors import ArtifactError, LanguageError, RecipeError
from emma.pipeline.export import run as module
from emma.pipeline.export.choose import COLUMNS
from emma.pipeline.export.folder import HIDDEN, RECORD
from emma.pipeline.home import Run
from emma.schemas import SPLITS
from emma.store import shards
from tests.curate.corpus import prose
from tests.disks import small_files

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def run(compiled: Path) -> Run:
    return emma.open(compiled / "two")


def kept(run: Run, columns: tuple[str, ...] = COLUMNS) -> Rows:
    """What the Python API says is kept, by the name that its file should have."""
    found: Rows = {}
    for batch in run.documents(columns=[*columns]):
        for row in batch.to_pylist():
            split = row.pop("split")
            found.setdefault(f"data/{row['lang']}/{split}", []).append(row)
    return found


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def read(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        rows: list[dict[str, Any]] = shards.read(path).to_pylist()
        return rows
    return [orjson.loads(line) for line in zstandard.open(path, "rb").read().splitlines()]


@pytest.mark.parametrize("kind", ["parquet", "jsonl.zst"])
def test_every_kept_document_is_there_once(run: Run, kind: str, tmp_path: Path) -> None:
    exported = run.export(tmp_path / "out", kind=kind)
    wanted = kept(run)
    found = {
        path.relative_to(tmp_path / "out").as_posix().removesuffix(f".{kind}"): read(path)
        for path in (tmp_path / "out" / "data").glob("*/*")
    }
    classes = {row["source"]: row["redistribution"] for row in run.table("collect", "sources").to_pylist()}
    assert found == {
        name: [row | {"redistribution": classes[row["source"]]} for row in rows] for name, rows in wanted.items()
    }
    assert exported.documents == sum(map(len, wanted.values()))
    assert exported.collected == exported.documents + exported.not_asked + sum(exported.dropped.values())
    assert exported.collected == run.artifact("collect").counts["rows_out"]
    assert not (tmp_path / "out" / HIDDEN).exists()


def test_texts_alone(run: Run, tmp_path: Path) -> None:
    run.export(tmp_path, kind="txt", force=True)
    for name, rows in kept(run).items():
        texts = (tmp_path / f"{name}.txt").read_text(encoding="utf-8")
        assert texts.count("\n\n") == len(rows)
        assert rows[0]["text"].strip().split("\n")[0] in texts


def test_chosen_rows_and_annotations(run: Run, tmp_path: Path) -> None:
    choice = {"langs": ["tha_Thai"], "splits": ["train"], "annotations": ["cluster", "letter_share"]}
    exported = run.export(tmp_path / "out", **choice)  # type: ignore[arg-type]
    (path,) = (tmp_path / "out" / "data").glob("*/*")
    assert path.relative_to(tmp_path / "out").as_posix() == "data/tha_Thai/train.parquet"
    rows = read(path)
    assert [row["id"] for row in rows] == [row["id"] for row in kept(run)["data/tha_Thai/train"]]
    assert list(rows[0])[-3:] == ["redistribution", "cluster", "letter_share"], "in this order"
    assert all(0 < row["letter_share"] <= 1 and row["cluster"] for row in rows)
    assert exported.not_asked == sum(map(len, kept(run).values())) - len(rows)


@pytest.mark.parametrize(
    ("choice", "error", "why"),
    [
        ({"langs": ["tha_Latn"]}, LanguageError, "nothing in tha_Latn. Did you mean 'tha_Thai'"),
        ({"langs": ["thai"]}, LanguageError, "not a language label"),
        ({"splits": ["training"]}, RecipeError, "no split 'training'.*Did you mean 'train'"),
        ({"sources": ["nowhere"]}, RecipeError, "no source 'nowhere'.*There are: "),
        ({"kind": "csv"}, RecipeError, "no format 'csv'.*jsonl.zst, parquet, txt"),
        ({"annotations": ["leter_share"]}, RecipeError, "Did you mean 'letter_share'"),
        ({"langs": ["zgh_Tfng"], "splits": ["test"]}, RecipeError, "in test; it has train"),
    ],
)
def test_what_the_run_does_not_have(
    choice: Mapping[str, Any], error: type[Exception], why: str, run: Run, tmp_path: Path
) -> None:
    with pytest.raises(error, match=why):
        run.export(tmp_path / "out", **choice)
    assert not (tmp_path / "out").exists()


def test_a_stopped_export_goes_on(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run.export(tmp_path / "whole")
    with monkeypatch.context() as patch:
        patch.setattr(module, "assemble_corpus", lambda *_: pytest.fail("stopped"))
        with pytest.raises(pytest.fail.Exception):
            run.export(tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == [HIDDEN]
    with monkeypatch.context() as patch:
        patch.setattr("emma.work.by_language.read_selected", lambda *_: pytest.fail("texts are read again"))
        run.export(tmp_path / "out")
    assert files(tmp_path / "out") == files(tmp_path / "whole")


def test_one_that_was_stopped_leaves_nothing_to_another(run: Run, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "render_readme", lambda *_: pytest.fail("stopped"))
        with pytest.raises(pytest.fail.Exception):
            run.export(tmp_path / "out")
    run.export(tmp_path / "out", langs=["tha_Thai"])
    assert {path.parent.name for path in (tmp_path / "out" / "data").glob("*/*")} == {"tha_Thai"}


@pytest.mark.slow
def test_two_workers_write_the_same_bytes(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emma.work.work.LIGHT_BYTES", 0)  # else so little text is written by this process alone
    run.export(tmp_path / "one", workers=1)
    run.export(tmp_path / "two", workers=2)
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_a_folder_of_somebody_else_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "data" / "tha_Thai").mkdir(parents=True)
    (tmp_path / "data" / "tha_Thai" / "mine.txt").write_text("mine")
    with pytest.raises(RecipeError, match=r"not empty: it has 'data' in it.*--force"):
        run.export(tmp_path)
    run.export(tmp_path, langs=["tha_Thai"], force=True)
    run.export(tmp_path, langs=["hin_Deva"], force=True)
    assert (tmp_path / "mine.txt").exists() and (tmp_path / "data" / "tha_Thai" / "mine.txt").read_text() == "mine"
    assert [path.name for path in (tmp_path / "data" / "tha_Thai").iterdir()] == ["mine.txt"]
    with pytest.raises(RecipeError, match="is a file"):
        run.export(tmp_path / "mine.txt")


def test_the_same_again_changes_nothing_and_another_is_refused(run: Run, tmp_path: Path) -> None:
    first = run.export(tmp_path / "out")
    before = files(tmp_path / "out")
    (tmp_path / "out" / HIDDEN).mkdir()  # it was killed while it removed this
    again = run.export(tmp_path / "out")
    assert not (tmp_path / "out" / HIDDEN).exists()
    assert (first.is_new, again.is_new) == (True, False) and again.documents == first.documents
    assert files(tmp_path / "out") == before
    with pytest.raises(RecipeError, match="it has an earlier export"):
        run.export(tmp_path / "out", langs=["tha_Thai"])
    assert files(tmp_path / "out") == before


@pytest.mark.slow
def test_datasets_opens_each_language(run: Run, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    for kind in ("parquet", "jsonl.zst", "txt"):
        run.export(folder := tmp_path / kind, kind=kind)
        loaded = datasets.load_dataset(str(folder), "tha_Thai", cache_dir=str(tmp_path / "cache"))
        texts = {split: table["text"][:] for split, table in loaded.items()}
        wanted = {split: kept(run).get(f"data/tha_Thai/{split}") for split in SPLITS}
        found = {split: [row["text"] for row in rows] for split, rows in wanted.items() if rows}
        assert {split: [" ".join(text.split()) for text in each] for split, each in texts.items()} == {
            split: [" ".join(text.split()) for text in each] for split, each in found.items()
        }


@pytest.mark.parametrize(("kind", "most"), [("parquet", 0), ("jsonl.zst", 1_000), ("txt", 1_000)])
def test_a_full_disk_says_what_to_free_and_the_export_goes_on(run: Run, kind: str, most: int, tmp_path: Path) -> None:
    run.export(tmp_path / "whole", kind=kind, workers=1)
    said = "Could not write .* Free some space .*`emma clean` shows .* --to of an export.* goes on where it stopped"
    with small_files(most), pytest.raises(ArtifactError, match=said):
        run.export(tmp_path / "out", kind=kind, workers=1)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [HIDDEN]
    run.export(tmp_path / "out", kind=kind, workers=1)
    assert files(tmp_path / "out") == files(tmp_path / "whole")


def test_a_disk_that_is_full_in_the_end(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(ArtifactError, match=r"Could not write .*out: .*No space left"):
        patch.setattr(module, "render_readme", refuse)
        run.export(tmp_path / "out", workers=1)
    assert run.export(tmp_path / "out", workers=1).is_new


def test_too_many_languages_are_one_configuration(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr("emma.work.by_language.MAX_CONFIGS", 1)
    exported = run.export(tmp_path / "out")
    assert exported.has_one_config
    loaded = datasets.load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))
    assert {lang for table in loaded.values() for lang in table["lang"]} == {lang.split("/")[1] for lang in kept(run)}
    assert "3,000 are the most" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")


def test_a_home_from_before_there_was_meta(compiled: Path, tmp_path: Path) -> None:
    shutil.copytree(compiled, tmp_path / "home", symlinks=True)
    run = emma.open(tmp_path / "home" / "two")
    for part in run.artifact("collect").parts["documents"]:
        path = part.file("documents.parquet")
        size = path.stat().st_size
        shards.write(path, shards.read(path).drop_columns("meta"))
        text = (part.path / "manifest.json").read_text()
        (part.path / "manifest.json").write_text(text.replace(f'"bytes": {size}', f'"bytes": {path.stat().st_size}'))
    run.export(tmp_path / "out", langs=["tha_Thai"])
    rows = read(tmp_path / "out" / "data" / "tha_Thai" / "train.parquet")
    assert rows and all(row["meta"] is None for row in rows)


def test_the_command(compiled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["export", "two", "--home", str(compiled), "--to", str(tmp_path / "out"), "--quiet"]
    assert main([*call, "--lang", "Thai", "--lang", "hin_Deva", "--workers", "1"]) == 0
    said = capsys.readouterr().out
    assert "in 2 languages" in said and "kept, and not asked for: " in said
    assert main([*call, "--lang", "xx"]) == 1
    assert "'xx' is nothing that one language is called" in capsys.readouterr().err
    assert main([*call, "--lang", "Thai", "--lang", "hin_Deva", "--json"]) == 0
    assert orjson.loads(capsys.readouterr().out)["is_new"] is False
    assert (tmp_path / "out" / RECORD).exists()


def test_a_run_that_did_not_come_so_far(compiled: Path, tmp_path: Path) -> None:
    early = emma.Home(compiled).run("earlier")
    with pytest.raises(RecipeError, match="has no result of curate yet"):
        early.export(tmp_path / "out")


def test_personal_data_are_masked_where_that_is_asked(tmp_path: Path) -> None:
    recipe, home = write_recipe(tmp_path), emma.Home(tmp_path / "home")
    run = emma.run(recipe, until="curate", home=home, workers=1, quiet=True)
    exported = run.export(tmp_path / "out", mask=["email", "card"])
    rows = read(tmp_path / "out" / "data" / "amh_Ethi" / "train.parquet")
    assert exported.masked == {"email": 6, "card": 0}
    assert not any("ali@example.org" in row["text"] for row in rows) and rows[0]["meta"] == '{"by":"<EMAIL>"}'
    assert "masked: email 6, card 0" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    run.export(tmp_path / "plain")
    assert "ali@example.org" in read(tmp_path / "plain" / "data" / "amh_Ethi" / "train.parquet")[0]["text"]
    with pytest.raises(RecipeError, match=r"no kind of personal data 'mail' to mask\. Did you mean 'email'"):
        run.export(tmp_path / "other", mask=["mail"])


def write_recipe(folder: Path) -> Path:
    """A recipe for three documents in Amharic, each with an address in the text and beside it."""
    texts = [f"{prose('amh_Ethi', at)} ali@example.org" for at in range(3)]
    lines = [{"text": text, "lang": "amh_Ethi", "by": "ali@example.org"} for text in texts]
    (folder / "a.jsonl").write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
    source = '[[collect.sources]]\nname = "a"\nreader = "jsonl"\npath = "a.jsonl"\nlicence = "secret"\nkeep = ["by"]\n'
    (folder / "a.toml").write_text(f'name = "a"\ndata = "{folder}"\n{source}', encoding="utf-8")
    return folder / "a.toml"
