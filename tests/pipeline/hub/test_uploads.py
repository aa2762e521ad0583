"""What is sent: the release's files, and cards that know the names under which they will be found."""

from pathlib import Path

import pytest
import yaml

from emma.cli.main import main
from emma.errors import RecipeError
from emma.pipeline.home import Run
from emma.pipeline.hub.uploads import Destination, stage_uploads

from .conftest import fill_release, make_run, write_corpus


def test_names() -> None:
    assert Destination.parse("masakhane/swahili-1b", None, None, False).corpus == "masakhane/swahili-1b-corpus"
    assert Destination.parse("a/b", "texts", None, True) == Destination("a/b", "a/texts", None, True)
    assert Destination.parse("a/b", "c/texts", "corpus", False).corpus == "c/texts"


@pytest.mark.parametrize("name", ["alone", "a/b/c", "a/b c", "a/-b", "a/b.git", "/b", "ⵜⵉⴼⵉ/ⵏⴰⵖ"])
def test_a_name_that_the_hub_does_not_take(name: str) -> None:
    pytest.importorskip("huggingface_hub", reason="needs the hub extra")
    with pytest.raises(RecipeError, match=f"'{name}' is no name of a repository on the hub: .*Write OWNER/NAME"):
        Destination.parse(name, None, None, False)


def test_a_folder_that_no_release_has() -> None:
    with pytest.raises(RecipeError, match="no folder 'texts' to send; it has corpus, evaluation, model"):
        Destination.parse("a/b", None, "texts", False)  # type: ignore[arg-type]


def test_files_are_the_release_s_and_cards_name_the_repositories(released: Run) -> None:
    release = released.artifact("release")
    with stage_uploads(released.release, Destination("a/model", "a/texts")) as (corpus, model):
        for upload, folder in ((corpus, release.file("corpus")), (model, release.file("model"))):
            there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
            assert set(upload.files) == there
            changed = [path for path in there if (upload.folder / path).read_bytes() != (folder / path).read_bytes()]
            assert changed == ["README.md"]
        front, text = (model.folder / "README.md").read_text().split("---\n")[1:]
        assert yaml.safe_load(front) == {"license": "other", "tags": ["emma"], "datasets": ["a/texts", "someone/else"]}
        assert 'from_pretrained("a/model")' in text
        assert 'load_dataset("a/texts", "arb_Arab")' in (corpus.folder / "README.md").read_text()
    assert "path/to/this/folder" in release.file("model/README.md").read_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--dry-run"], "--dry-run says how a release is sent: give --push OWNER/NAME with it."),
        (["--push", "a/b", "--verify"], "give one at a time, --verify first."),
    ],
)
def test_options_that_do_not_go_together(options: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["release", "demo", *options]) == 2
    assert message in capsys.readouterr().err


def test_a_name_that_is_none_of_the_hub(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["release", "demo", "--push", "alone"]) == 1
    assert "'alone' is no name of a repository on the hub" in capsys.readouterr().err


def test_a_preview_asks_nobody(released: Run, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["release", "demo", "--home", str(released.home.path), "--push", "a/b", "--dry-run", "--only", "corpus"]
    assert main(arguments) == 0
    output = capsys.readouterr().out
    assert output.startswith("dataset a/b-corpus: 5 files")
    assert "Withheld, as these sources may not be given on: lent (all rights reserved; 7 documents)." in output


def test_the_answers_are_no_text_that_the_model_was_trained_on(tmp_path: Path) -> None:
    def fill(out: Path) -> None:
        fill_release(out)
        (out / "evaluation").mkdir()
        write_corpus(out / "evaluation")

    pytest.importorskip("huggingface_hub", reason="needs the hub extra")
    with stage_uploads(make_run(tmp_path, fill).release, Destination("a/model", "a/texts")) as uploads:
        assert [each.repository for each in uploads] == ["a/texts", "a/model-evaluation", "a/model"]
        assert "a/model-evaluation" not in (uploads[2].folder / "README.md").read_text()


def test_one_folder_alone_does_not_name_the_other(released: Run) -> None:
    with stage_uploads(released.release, Destination("a/model", "a/texts", only="model")) as uploads:
        assert [upload.repository for upload in uploads] == ["a/model"]
        assert "a/texts" not in (uploads[0].folder / "README.md").read_text()
