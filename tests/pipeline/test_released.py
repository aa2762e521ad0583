"""What a run says of its release: the folders it has, and what is not in them."""

from pathlib import Path

import pytest

from emma.errors import ArtifactError, RecipeError
from emma.pipeline.home import Home, Run
from emma.pipeline.released import Withheld, explain_absence, list_gaps
from emma.release.config import ReleaseConfig
from tests.pipeline.hub.conftest import fill_release, make_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run that released a model, and a corpus of which nothing may be given on."""

    def fill(out: Path) -> None:
        fill_release(out)
        for path in (out / "corpus" / "data").rglob("*.parquet"):
            path.unlink()

    return make_run(tmp_path_factory.mktemp("released"), fill)


def test_folders_that_are_there_and_why_others_are_not(run: Run) -> None:
    release = run.release
    assert dict(release.folders) == {"model": release.path / "model"}
    assert dict(release.absent) == {
        "corpus": "all of its text is of sources that may not be given on",
        "evaluation": "nothing was written or answered that may be given on",
    }
    assert release.withheld == (Withheld("lent", "all rights reserved", 7),)


def test_a_recipe_that_asks_for_no_generations() -> None:
    section = ReleaseConfig(generations=False)
    assert explain_absence("evaluation", section) == "release.generations is false"


@pytest.mark.parametrize("given", ["licence_name", "licence_link"])
def test_what_a_card_does_not_say(run: Run, given: str) -> None:
    assert run.release.gaps == ("licence", "authors", "contact")
    assert list_gaps(ReleaseConfig.model_validate({given: "our-licence-1.0"})) == ("authors", "contact")


def test_a_run_without_a_release(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="has no result of release yet"):
        _ = Home(tmp_path).run("demo").release


def test_a_release_of_an_older_emma_says_what_to_do(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emma.pipeline.released.read_json", lambda _: {})
    with pytest.raises(ArtifactError, match=r"made by an older EMMA.*emma run RECIPE"):
        _ = run.release


def test_a_licence_that_has_a_name_of_its_own_needs_no_other() -> None:
    assert list_gaps(ReleaseConfig(licence="apache-2.0")) == ("authors", "contact")
    assert list_gaps(ReleaseConfig()) == ("licence", "authors", "contact")
