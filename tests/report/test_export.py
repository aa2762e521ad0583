"""Results in the formats of others: lm-eval prints ours, records have what their schema asks for, hashes hold."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from emma.errors import RecipeError
from emma.report.export import export_results, name_folders
from emma.store import shards

from .synthetic_tasks import SENTENCES


@pytest.fixture
def exported(task_folder: Callable[..., Path], tmp_path: Path) -> Path:
    folders = export_results(task_folder() / "tasks", tmp_path)
    assert folders == [tmp_path / "base", tmp_path / "adapted"]
    return tmp_path / "adapted"


def read_lines(path: Path) -> Iterator[Any]:
    return map(json.loads, path.read_text(encoding="utf-8").splitlines())


def test_lm_eval_prints_our_results(exported: Path) -> None:
    make_table = pytest.importorskip("lm_eval.utils", reason="lm-eval is not installed").make_table
    results = json.loads((exported / "results.json").read_text())
    table = make_table(results)
    assert "sib200_khm_Khmr_cloze" in table
    line = next(line for line in table.splitlines() if "flores200_amh_Ethi_from_eng_Latn" in line)
    assert "chrF++" in line and "±" in line


def test_results_say_what_lm_evals_do(exported: Path) -> None:
    results = json.loads((exported / "results.json").read_text())
    names = set(results["results"])
    assert len(names) == 3 * len(SENTENCES)
    for field in ("configs", "versions", "n-shot", "n-samples", "higher_is_better", "intervals_95"):
        assert set(results[field]) == names
    assert sorted(results["group_subtasks"]["sib200_cloze"]) == sorted(f"sib200_{lang}_cloze" for lang in SENTENCES)
    low, high = results["intervals_95"]["sib200_nqo_Nkoo_cloze"]["acc"]
    scores = results["results"]["sib200_nqo_Nkoo_cloze"]
    assert low < scores["acc,none"] <= high
    assert scores["acc_stderr,none"] == pytest.approx((high - low) / 3.92, rel=1e-4)


def test_samples_have_every_item_with_its_hashes(exported: Path, task_folder: Callable[..., Path]) -> None:
    items = shards.count_rows(task_folder() / "tasks" / "items.parquet")
    samples = [sample for path in sorted(exported.glob("samples_*.jsonl")) for sample in read_lines(path)]
    assert len(samples) == items / 2
    for sample in samples:
        prompt = sample["arguments"]["gen_args_0"]["arg_0"]
        assert sample["prompt_hash"] == hashlib.sha256(prompt.encode()).hexdigest()
        assert sample["target_hash"] == hashlib.sha256(sample["target"].encode()).hexdigest()
        assert sample["filtered_resps"] == sample["resps"][0][:1]
    (sample, *_) = read_lines(exported / "samples_flores200_arb_Arab_from_eng_Latn.jsonl")
    assert sample["target"].startswith("يولد")


def test_texts_are_those_whose_hashes_are_listed(exported: Path) -> None:
    listed = json.loads((exported / "texts.json").read_text())
    assert len(listed) == len(SENTENCES)  # of translations alone
    for facts in listed.values():
        data = (exported / facts["file"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (facts["bytes"], facts["sha256"])
        rows = [json.loads(line) for line in zstandard.decompress(data, max_output_size=10**6).splitlines()]
        assert len(rows) == facts["items"]


def test_a_record_has_intervals_and_what_the_schema_asks_for(exported: Path) -> None:
    record = json.loads((exported / "every_eval_ever.json").read_text())
    required = {
        "schema_version",
        "evaluation_id",
        "retrieved_timestamp",
        "source_metadata",
        "model_info",
        "eval_library",
    }
    assert required < set(record)
    for entry in record["evaluation_results"]:
        assert set(entry) == {"evaluation_name", "source_data", "metric_config", "score_details"}
        metric, score = entry["metric_config"], entry["score_details"]["score"]
        assert metric["min_score"] <= score <= metric["max_score"]
        bounds = entry["score_details"]["uncertainty"].get("confidence_interval")
        assert bounds is None or (bounds["lower"] <= score + 1e-9 and score <= bounds["upper"] + 1e-9)
    unseen = [entry for entry in record["evaluation_results"] if entry["evaluation_name"].endswith("on unseen items")]
    assert len(unseen) == len(SENTENCES)


def test_no_name_leads_elsewhere_or_into_anothers_folder(tmp_path: Path) -> None:
    names = ["../up", "..", "hub/model@main", "ሞዴል"]
    folders = name_folders(names, tmp_path)
    assert {folder.parent for folder in folders.values()} == {tmp_path}
    assert [folder.name for folder in folders.values()] == ["__up", "_", "hub_model_main", "ሞዴል"]
    with pytest.raises(RecipeError, match="'a/b' and 'a_b' would both go into"):
        name_folders(["a/b", "a_b"], tmp_path)


def test_the_same_tables_are_the_same_bytes(exported: Path, task_folder: Callable[..., Path], tmp_path: Path) -> None:
    export_results(task_folder() / "tasks", tmp_path / "again")
    for path in exported.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "again" / path.relative_to(tmp_path)).read_bytes()
