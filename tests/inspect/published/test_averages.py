"""Averages, tiers, wins and own scores."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from emma.errors import SourceError
from emma.inspect.published.averages import compare_own, count_wins, list_averages, read_own, read_tiers
from emma.inspect.published.tables import read_tables
from emma.schemas import TASK_SCORES
from emma.store import shards
from tests.inspect.published.made import BASE, EMMA, XCOPA, write


def own(**changes: Any) -> dict[str, Any]:
    row = {"model": "adapted", "task": "sib200", "lang": "swh_Latn", "variant": "cloze", "metric": "accuracy"}
    return {**row, "clean": False, "value": 0.6, **changes}


def test_averages_over_all_languages_and_by_tier(tmp_path: Path) -> None:
    write(tmp_path, "SIB-200", "Model,Avg,swh_Latn,hin_Deva,kea_Latn", f"{BASE},.2,.1,.2,.3", f"{EMMA},,.3,.4,")
    groups = tmp_path / "supported_languages" / "resource_groups.json"
    groups.parent.mkdir()
    groups.write_text(json.dumps({"high": ["hin_Deva"], "low": ["swh_Latn", "xyz_Latn"], "unseen": []}))
    tiers = read_tiers(tmp_path)
    assert list(tiers) == ["unseen", "low", "high"]
    found = {(each.tier, each.model): each for each in list_averages(read_tables(tmp_path), (BASE, EMMA), tiers)}
    assert {place: (each.languages, round(each.value, 6)) for place, each in found.items()} == {
        ("all", BASE): (3, 0.2), ("all", EMMA): (2, 0.35), ("low", BASE): (1, 0.1), ("low", EMMA): (1, 0.3),
        ("high", BASE): (1, 0.2), ("high", EMMA): (1, 0.4),
    }  # fmt: skip
    assert found["all", BASE].stated == 0.2 and found["all", EMMA].stated is found["low", BASE].stated is None


def test_tiers_beside_the_tables_and_files_that_list_none(tmp_path: Path) -> None:
    results, groups = tmp_path / "evaluation_results", tmp_path / "supported_languages" / "resource_groups.json"
    results.mkdir()
    assert read_tiers(results) == {}
    groups.parent.mkdir()
    groups.write_text('{"low": ["swh_Latn"]}')
    assert read_tiers(results) == {"low": ["swh_Latn"]}
    groups.write_text('{"enormous": []}')
    with pytest.raises(SourceError, match="does not list the labels of the tiers unseen, low"):
        read_tiers(results)


def test_wins_by_group_count_no_ties_and_turn_where_less_is_better(tmp_path: Path) -> None:
    rows = ["Llama 2 7B,1,1", "Gemma 7B,2,2", "Gemma 2 9B,3,3", "BLOOM 7B,0,0", "mine,2,2"]
    write(tmp_path, "a", "Model,Avg,swh_Latn", *rows)
    write(tmp_path, "nll_pbc", "model,all,swh_Latn", *rows)
    plain, nats = read_tables(tmp_path)
    assert {each.group: (each.wins, each.others) for each in count_wins(plain, "mine")} == {
        "all": (2, 4), "on Llama 2": (1, 1), "multilingual": (1, 1), "recent": (0, 2)
    }  # fmt: skip
    assert {each.group: each.wins for each in count_wins(nats, "mine")} == {
        "all": 1, "on Llama 2": 0, "multilingual": 0, "recent": 1
    }  # fmt: skip
    assert list(count_wins(plain, "nobody")) == []


def test_wins_on_xcopa_are_those_of_the_authors_chart(tmp_path: Path) -> None:
    write(tmp_path, "xcopa", "Model,Avg,swh_Latn", *(f"{name},{mean},{mean}" for name, mean in XCOPA.items()))
    (table,) = read_tables(tmp_path)
    found = {each.group: (each.wins, each.others) for each in count_wins(table, EMMA)}
    assert found["on Llama 2"] == (10, 10) and found["recent"] == (6, 8)


def test_own_scores_stand_beside_the_published_over_the_languages_that_all_have(tmp_path: Path) -> None:
    write(tmp_path, "SIB-200", "Model,Avg,swh_Latn,hin_Deva,kea_Latn", f"{BASE},.2,.1,.2,.3", f"{EMMA},.4,.3,.4,.5")
    rows = [own(), own(lang="hin_Deva", value=0.8), own(lang="yor_Latn"), own(model="base", value=0.2)]
    rows += [own(task="xcopa"), own(metric="macro-F1"), own(model="base", lang="hin_Deva", value=None)]
    found = list(compare_own(read_tables(tmp_path), rows, (BASE, EMMA)))
    assert [(each.model, each.languages, each.value, each.own) for each in found] == [
        (BASE, 1, 0.1, False), (EMMA, 1, 0.3, False), ("adapted, cloze", 1, 0.6, True), ("base, cloze", 1, 0.2, True)
    ]  # fmt: skip
    assert list(compare_own(read_tables(tmp_path), [own(lang="yor_Latn")], (BASE, EMMA))) == []


def test_directions_of_translation_are_kept_apart(tmp_path: Path) -> None:
    write(tmp_path, "Flores-200-Eng-X-BLEU", "Model,Avg,eng_Latn-swh_Latn", f"{BASE},4,4", f"{EMMA},15,15")
    rows = [
        own(task="flores200", metric="spBLEU", variant=way, value=9.0) for way in ("from eng_Latn", "into eng_Latn")
    ]
    own_averages = [each for each in compare_own(read_tables(tmp_path), rows, (BASE, EMMA)) if each.own]
    assert [(each.model, each.benchmark) for each in own_averages] == [("adapted", "FLORES-200 from English, BLEU")]


def test_own_scores_are_read_from_what_evaluate_writes(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="has no scores of tasks"):
        read_own(tmp_path)
    (tmp_path / "tasks").mkdir()
    shards.write(tmp_path / "scores.parquet", pa.table({"lang": ["swh_Latn"]}))  # bits per byte
    rows = [own(), own(clean=True)]
    shards.write(tmp_path / "tasks" / "scores.parquet", pa.Table.from_pylist(rows, schema=TASK_SCORES))
    assert [row["clean"] for row in read_own(tmp_path)] == [False]
