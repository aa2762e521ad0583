"""A corpus folder that does not load, or has rows too many or too few, is found."""

from pathlib import Path

import pyarrow as pa
import pytest

from emma.errors import ArtifactError
from emma.release import corpus_checks
from emma.store import shards


def test_a_corpus_that_does_not_load_is_found(tmp_path: Path) -> None:
    (tmp_path / "data" / "yor_Latn").mkdir(parents=True)
    (tmp_path / "README.md").write_text("# nothing here\n")
    with pytest.raises(ArtifactError, match=r"load_dataset\('.*', 'yor_Latn'\) fails"):
        corpus_checks.check_loads(tmp_path, "yor_Latn", tmp_path)


def test_a_file_too_many_is_found(tmp_path: Path) -> None:
    (tmp_path / "data" / "yor_Latn").mkdir(parents=True)
    shards.write(tmp_path / "data/yor_Latn/test.parquet", pa.table({"id": ["a"]}))
    assert corpus_checks.check_rows(tmp_path, {"yor_Latn/test.parquet": 1}) == {"files": 1, "rows": 1}
    with pytest.raises(ArtifactError, match=r"has 1 rows, but curate kept 0"):
        corpus_checks.check_rows(tmp_path, {})
    with pytest.raises(ArtifactError, match=r"train\.parquet has 0 rows, but curate kept 2"):
        corpus_checks.check_rows(tmp_path, {"yor_Latn/test.parquet": 1, "yor_Latn/train.parquet": 2})


def test_text_that_is_withheld_is_found(tmp_path: Path) -> None:
    (tmp_path / "data" / "yor_Latn").mkdir(parents=True)
    shards.write(tmp_path / "data/yor_Latn/test.parquet", pa.table({"source": ["open", "lent"]}))
    corpus_checks.check_sources(tmp_path, ["other"])
    with pytest.raises(ArtifactError, match="has text of lent, which is withheld"):
        corpus_checks.check_sources(tmp_path, ["lent", "other"])


def test_languages_to_try() -> None:
    sizes = [
        {"lang": "a", "split": "train", "documents": 5, "bitext": 0},
        {"lang": "a", "split": "test", "documents": 4, "bitext": 0},
        {"lang": "b", "split": "train", "documents": 8, "bitext": 2},
        {"lang": "c", "split": "train", "documents": 1, "bitext": 0},
    ]
    assert corpus_checks.choose_languages(sizes) == ["a", "c", "b"]
    assert corpus_checks.choose_languages(sizes[:1]) == ["a"]
    assert corpus_checks.choose_languages([]) == []
