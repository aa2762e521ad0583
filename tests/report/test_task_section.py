"""What the page shows of benchmarks."""

import csv
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from emma.report.config import ReportConfig
from emma.report.run import report
from emma.report.task_section import TaskSection, describe_tasks
from emma.report.tasks import read_task_tables
from emma.store.artifact import Artifact
from emma.work.work import Work

from .synthetic import labels, run_artifacts


def describe(find: Callable[..., Path], *models: str) -> TaskSection:
    folder = find(*models)
    tables = read_task_tables(Artifact(folder, "evaluate"))
    assert tables is not None
    return describe_tasks(tables, folder / "tasks" / "items.parquet")


def test_the_picture_has_a_dot_for_each_language_and_a_mean_for_each_task(
    task_folder: Callable[..., Path],
) -> None:
    chart = describe(task_folder).chart
    assert sum(len(langs.split()) for langs in re.findall(r'data-of="([^"]*)"', chart)) == 30
    assert chart.count('<circle class="mean"') == 3 == chart.count('<line class="mean"')
    assert chart.count("nqo_Nkoo") == 3
    assert "flores200, from eng_Latn" in chart


def test_what_was_lost_is_named_worst_first(task_folder: Callable[..., Path]) -> None:
    section = describe(task_folder)
    assert {gain.lang for gain in section.lost} == {"eng_Latn"}
    assert [gain.gain for gain in section.lost] == sorted(gain.gain or 0 for gain in section.lost)


def test_groups_go_from_high_tiers_to_low_and_then_by_script(task_folder: Callable[..., Path]) -> None:
    groups = [(mean["group_by"], mean["group"]) for mean in describe(task_folder).groups if not mean["native"]]
    assert groups[:3] == [("tier", "high"), ("tier", "low"), ("script", "Arab")]


def test_the_page_and_its_twins(
    make_artifact: Callable[..., Artifact], make_work: Callable[..., Work], task_folder: Callable[..., Path]
) -> None:
    inputs = run_artifacts(make_artifact, labels(5))
    work, again = make_work("report", "1" * 20), make_work("report", "2" * 20)
    shutil.copytree(task_folder(), inputs["evaluate"].path, dirs_exist_ok=True)
    for each in (work, again):
        report(ReportConfig(), **inputs, work=each)
    names = sorted(each.name for each in work.out.iterdir())
    assert names == ["benchmarks.csv", "index.html", "languages.csv", "languages.json", "report.json", "results"]
    assert all((work.out / name).read_bytes() == (again.out / name).read_bytes() for name in names if name != "results")
    page = (work.out / "index.html").read_text(encoding="utf-8")
    assert '<tr data-lang="khm_Khmr">' in page
    assert "Nothing here measures safety" in page
    assert "<li>sib200: ewe_Latn</li>" in page
    assert "were left out: sib200 1." in page
    summary = json.loads((work.out / "report.json").read_text())["benchmarks"]
    assert (summary["baseline"], summary["comparisons"]) == ("base", 30)
    with (work.out / "benchmarks.csv").open(encoding="utf-8", newline="") as stream:
        assert len(list(csv.DictReader(stream))) == 30


def test_without_a_baseline_the_page_says_so(
    make_artifact: Callable[..., Artifact], make_work: Callable[..., Work], task_folder: Callable[..., Path]
) -> None:
    inputs, work = run_artifacts(make_artifact, labels(5), base=False), make_work("report")
    shutil.copytree(task_folder("adapted"), inputs["evaluate"].path, dirs_exist_ok=True)
    report(ReportConfig(), **inputs, work=work)
    page = (work.out / "index.html").read_text(encoding="utf-8")
    assert "There is no model to compare adapted with." in page
    assert 'class="wide"' not in page
    assert "Shows from</th>" not in page
