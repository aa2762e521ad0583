"""Which files of a data set's folder are of a split."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from emma.collect.config import SourceConfig
from emma.collect.files.inputs import find_files
from emma.errors import SourceError

HUB = ["data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet", "data/test-00000-of-00001.parquet"]
CONFIGS = ["am/train/0000.parquet", "am/test/0000.parquet", "sw/train/0000.parquet", "sw/dev.parquet"]


def chosen(folder: Path, path: str = "set", member: str | None = None, **options: str) -> list[str]:
    values = {"name": "s", "reader": "huggingface", "path": path, "licence": "x", "options": options, "member": member}
    found = find_files(SourceConfig.model_validate(values), folder).groups
    return [each.name.removeprefix("set/") for group in found for each in group]


def written(folder: Path, names: list[str]) -> Path:
    for name in names:
        (folder / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table({"text": [name]}), folder / "set" / name)
    return folder


@pytest.mark.parametrize(
    ("names", "options", "kept"),
    [
        (HUB, {}, sorted(HUB)),
        (HUB, {"split": "train"}, HUB[:2]),
        (HUB, {"split": "test"}, HUB[2:]),
        (CONFIGS, {"split": "train"}, [CONFIGS[0], CONFIGS[2]]),
        (CONFIGS, {"split": "train", "config": "sw"}, CONFIGS[2:3]),
        (CONFIGS, {"split": "dev"}, CONFIGS[3:]),
        (CONFIGS, {"config": "am"}, sorted(CONFIGS[:2])),
        (
            ["train.en-00000-of-00001.parquet", "train-0.parquet", "train_1.parquet"],
            {"split": "train"},
            ["train-0.parquet", "train_1.parquet"],
        ),
    ],
)
def test_files_of_a_split(names: list[str], options: dict[str, str], kept: list[str], tmp_path: Path) -> None:
    assert chosen(written(tmp_path, names), **options) == kept
    assert chosen(tmp_path, path="set/**/*.parquet", **options) == kept


@pytest.mark.parametrize("path", ["set", "set/data/*.parquet"])
def test_a_split_that_is_not_there_is_refused(path: str, tmp_path: Path) -> None:
    with pytest.raises(
        SourceError, match=r"Source 's': no file is of the split 'validation'. Names found: .*test, train"
    ):
        chosen(written(tmp_path, HUB), path, split="validation")
    with pytest.raises(SourceError, match="`member` chooses"):
        chosen(tmp_path, path, member="*", split="train")


def test_splits_of_saved_folders(tmp_path: Path) -> None:
    for split in ("train", "test"):
        (tmp_path / "set" / split).mkdir(parents=True)
        state = {"_data_files": [{"filename": "data-00000-of-00001.arrow"}], "_split": split}
        (tmp_path / "set" / split / "state.json").write_text(json.dumps(state))
        (tmp_path / "set" / split / "data-00000-of-00001.arrow").write_bytes(b"")
    assert chosen(tmp_path, split="test") == ["test/data-00000-of-00001.arrow"]
    assert chosen(tmp_path, path="set/test", split="test") == ["test/data-00000-of-00001.arrow"]
    with pytest.raises(SourceError, match="no file is of the split 'train'"):
        chosen(tmp_path, path="set/test", split="train")


def test_a_folder_of_another_kind_says_which_reader_to_use(tmp_path: Path) -> None:
    (tmp_path / "set" / "data").mkdir(parents=True)
    (tmp_path / "set" / "data" / "train.jsonl.gz").touch()
    with pytest.raises(SourceError, match=r"but \.jsonl: use the reader for these"):
        chosen(tmp_path)
