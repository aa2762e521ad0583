"""Names of data sets, the files that a goal names, and a recipe of what was fetched, which runs."""

import tomllib
from pathlib import Path

import pytest

from emma.cli.main import main
from emma.errors import LanguageError
from emma.pipeline.draft.fetch import choose_files, describe_choice, find_hub_name
from emma.pipeline.draft.hub import HubData, look_up
from tests.conftest import TEXTS
from tests.hub import Hub
from tests.pipeline.draft.conftest import CARD


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("masakhane/mafand", ("masakhane/mafand", "")),
        ("masakhane/mafand@main", ("masakhane/mafand", "main")),
        ("hub:masakhane/mafand@v1", ("masakhane/mafand", "v1")),
        ("hf://datasets/masakhane/mafand", ("masakhane/mafand", "")),
        ("https://huggingface.co/datasets/masakhane/mafand/tree/main", ("masakhane/mafand", "main")),
        ("texts/swahili", None),  # in a folder that is here, and so a path that is mistyped
        ("mafand", None),
        ("a/b/c", None),
        ("/abs/path", None),
        ("https://example.org/a/b", None),
    ],
)
def test_names(place: str, found: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "texts").mkdir()
    monkeypatch.chdir(tmp_path)
    assert find_hub_name([Path(place)]) == found


def make_data(*paths: str, card: str = "") -> HubData:
    """A data set with files of one byte."""
    return HubData("someone/stories", "0" * 40, dict.fromkeys(paths, 1), {}, card, None)


@pytest.mark.parametrize(
    ("goal", "chosen"),
    [
        ("Swahili", {"a/1.jsonl"}),
        ("Yoruba and Hausa", {"b/1.tsv", "texts/yor_Latn/1.txt"}),
        ("አማርኛ", {"texts/amh_Ethi/1.txt"}),
        ("Khmer, N'Ko", {"texts/khm_Khmr/1.txt", "texts/nqo_Nkoo/1.txt"}),
        ("Wolof", None),  # of which no file is called: the language may stand in a column
        ("", None),
    ],
)
def test_files_of_a_goal(goal: str, chosen: set[str] | None) -> None:
    texts = [f"texts/{label}/1.txt" for label in ("amh_Ethi", "khm_Khmr", "nqo_Nkoo", "yor_Latn", "hin_Deva")]
    data = make_data("README.md", "LICENSE", "a/1.jsonl", "b/1.tsv", *texts, card=CARD)
    assert set(choose_files(data, goal)) == ({"README.md", "LICENSE"} | chosen if chosen else set(data.files))


def test_a_goal_that_is_no_language() -> None:
    with pytest.raises(LanguageError, match="--goal"):
        choose_files(make_data("a.txt"), "Klingonian")


def test_sizes_are_said() -> None:
    data = make_data("a/1.jsonl", "a/2.jsonl", "b/1.tsv", card=CARD)
    told = [line.replace("\u202f", " ") for line in describe_choice(data, {"b/1.tsv": 1})]
    assert told == [
        "someone/stories on the hub, at 0000000: 3 files, 3 B",
        "  in it: kiswahili (2 B), en-yo (1 B)",
        "  of the goal's languages: 1 file, 1 B",
    ]


def test_the_recipe_runs(
    served: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "someone/stories"]) == 1
    said = capsys.readouterr()
    assert "someone/stories on the hub" in said.out and "left out: 2 files" in said.out
    assert "Nothing of someone/stories was fetched" in said.err and "--download stories" in said.err
    assert not (tmp_path / "stories").exists()
    assert main(["new", "someone/stories", "--download", "got"]) == 0
    capsys.readouterr()
    recipe = tomllib.loads((tmp_path / "got.toml").read_text(encoding="utf-8"))
    sources = recipe["collect"]["sources"]
    assert {source["licence"] for source in sources} == {"CC-BY-4.0"}
    assert {source["origin"] for source in sources} == {look_up("someone/stories").origin}
    assert "emma new someone/stories --download got" in (tmp_path / "got.toml").read_text(encoding="utf-8")
    assert main(["run", "got.toml", "--until", "collect", "--home", "home", "--quiet", "--workers", "1"]) == 0
    capsys.readouterr()
    import pyarrow.parquet as pq

    (counts,) = (tmp_path / "home").rglob("collect/*/languages.parquet")
    assert set(TEXTS) <= set(pq.read_table(counts)["lang"].to_pylist())


def test_download_goes_with_the_hub_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sw.txt").write_text("Habari za leo")
    assert main(["new", str(tmp_path), "--download", "x", "--out", str(tmp_path / "r.toml")]) == 1
    assert "--download goes with one data set" in capsys.readouterr().err
