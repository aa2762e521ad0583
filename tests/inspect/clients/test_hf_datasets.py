"""datasets finds every row that is in the files, and a corpus that lost some fails."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from emma.inspect.clients.checks import SkippedError
from emma.inspect.clients.hf_datasets import compare_languages, verify_datasets
from emma.inspect.clients.released import Released, sample_texts
from emma.release.corpus import SCHEMA
from emma.store import shards
from emma.store.files import write_json
from tests.conftest import TEXTS

ROWS = {"hin_Deva/train": 3, "hin_Deva/test": 1, "nqo_Nkoo/validation": 2}


@pytest.fixture
def corpus(altered: Callable[[Callable[[Path], None]], Released]) -> Released:
    """A release with a corpus of two languages."""
    released = altered(lambda _: None)
    card = ["configs:"]
    for name, count in ROWS.items():
        lang, split = name.split("/")
        path = released.corpus / "data" / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [{"id": f"{name}#{number}", "text": TEXTS[lang], "lang": lang} for number in range(count)]
        shards.write(path, pa.Table.from_pylist(rows, schema=SCHEMA))
        if f"- config_name: {lang}" not in card:
            card += [f"- config_name: {lang}", "  data_files:"]
        card.append(f"  - {{split: {split}, path: data/{name}.parquet}}")
    (released.corpus / "README.md").write_text("\n".join(["---", *card, "---", ""]))
    write_json(released.release.path / "checks.json", {"corpus": {"rows": {"rows": sum(ROWS.values())}}})
    return released


@pytest.mark.slow
def test_rows_and_languages(corpus: Released, tmp_path: Path) -> None:
    pytest.importorskip("datasets", reason="needs the train extra")
    assert sample_texts(corpus.corpus) == [TEXTS["hin_Deva"], TEXTS["nqo_Nkoo"]]
    (tmp_path / "one").mkdir()
    opened = verify_datasets(corpus, tmp_path / "one")
    assert [each for each in opened.comparisons if not each.holds] == []
    assert [each.what for each in opened.comparisons][:3] == [
        "rows in all",
        "rows of 3 splits",
        "columns of 2 languages",
    ]


@pytest.mark.slow
def test_a_split_that_the_card_does_not_name(corpus: Released, tmp_path: Path) -> None:
    card = corpus.corpus / "README.md"
    card.write_text(card.read_text().replace("  - {split: test, path: data/hin_Deva/test.parquet}\n", ""))
    failed = [each for each in verify_datasets(corpus, tmp_path).comparisons if not each.holds]
    assert [each.what for each in failed[:2]] == ["rows in all", "rows of 3 splits"]
    assert failed[1].detail == "of 'hin_Deva/test': None instead of 1"


def test_other_columns_and_another_first_row(tmp_path: Path) -> None:
    path = tmp_path / "data" / "hin_Deva" / "train.parquet"
    path.parent.mkdir(parents=True)
    shards.write(path, pa.Table.from_pylist([{"id": name} for name in "ab"], schema=SCHEMA))
    rows = {"hin_Deva/train": 2}
    answer = {"rows": rows, "columns": {"hin_Deva": SCHEMA.names}, "first": {"hin_Deva": "a"}}
    assert all(each.holds for each in compare_languages(tmp_path, rows, answer))
    other = answer | {"columns": {"hin_Deva": ["id"]}, "first": {"hin_Deva": "b"}}
    failed = [each for each in compare_languages(tmp_path, rows, other) if not each.holds]
    assert [each.what for each in failed] == ["columns of 1 languages", "their first rows"]
    assert failed[1].detail == "of 'hin_Deva': 'b' instead of 'a'"


def test_nothing_to_load(corpus: Released, tmp_path: Path) -> None:
    shutil.rmtree(corpus.corpus / "data")
    with pytest.raises(SkippedError, match="is empty: all of its sources are withheld"):
        verify_datasets(corpus, tmp_path)
