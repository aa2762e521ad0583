"""Files that are alike are one source; corpora in folders of their own are several, at any depth."""

from pathlib import Path

from emma.pipeline.draft.groups import group_files
from emma.pipeline.draft.places import find_place
from tests.pipeline.draft.test_run import draft, languages, lay_out

TABLE = "id\ttext\n" + "\n".join(f"{number}\tHabari za leo {number}" for number in range(20))


def folders(place: Path) -> dict[str, int]:
    """Files by the folder of their group."""
    return {f"{group.folder} {group.split}".strip(): len(group.files) for group in group_files(find_place([place]))}


def test_corpora_at_any_depth(tmp_path: Path) -> None:
    files = {
        f"bench/{corpus}/{lang}/{split}.tsv": TABLE
        for corpus in ("one", "two/inner")
        for lang in ("swh_Latn", "hau_Latn", "yor_Latn", "ibo_Latn")
        for split in ("train", "test")
    }
    place = lay_out(tmp_path / "mine", files)
    assert folders(place) == {
        "bench/one": 4, "bench/one held out": 4, "bench/two/inner": 4, "bench/two/inner held out": 4,
    }  # fmt: skip
    answer, recipe = draft(place, tmp_path / "r.toml")
    assert [source.path for source in recipe.collect.sources] == [
        "bench/one/*/train.tsv",
        "bench/two/inner/*/train.tsv",
    ]
    assert languages(answer) == {"swh_Latn", "hau_Latn", "yor_Latn", "ibo_Latn"}


def test_few_files_in_folders_beside_each_other_are_one_source(tmp_path: Path) -> None:
    files = {f"{folder}/fr.po": 'msgid "a"\nmsgstr "b"\n' for folder in ("alpha", "beta", "gamma")}
    assert folders(lay_out(tmp_path, files)) == {"": 3}


def test_many_folders_are_divisions_of_one_source(tmp_path: Path) -> None:
    files = {f"topic{chr(97 + number)}/{n}.jsonl": '{"text": "a b c"}\n' * 2 for number in range(20) for n in range(5)}
    assert folders(lay_out(tmp_path, files)) == {"": 100}
