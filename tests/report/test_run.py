"""The stage as a whole: twins that agree, the same bytes twice, and clear errors."""

import base64
import csv
import json
import zlib
from collections.abc import Callable
from dataclasses import fields

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from emma.errors import ArtifactError, ExtraError
from emma.lang.language import CODE
from emma.report.config import ReportConfig
from emma.report.languages import LanguageRow
from emma.report.run import report
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import Work

from .synthetic import labels, run_artifacts

Make = Callable[..., Artifact]
MakeWork = Callable[..., Work]


def test_twins_agree_and_bytes_repeat(make_artifact: Make, make_work: MakeWork) -> None:
    inputs = run_artifacts(make_artifact, labels(30))
    first, second = make_work("report", "1" * 20), make_work("report", "2" * 20)
    made = report(ReportConfig(), **inputs, work=first)
    report(ReportConfig(), **inputs, work=second)
    names = sorted(each.name for each in first.out.iterdir())
    assert names == ["index.html", "languages.csv", "languages.json", "report.json"]
    assert all((first.out / name).read_bytes() == (second.out / name).read_bytes() for name in names)

    rows = json.loads((first.out / "languages.json").read_text())
    with (first.out / "languages.csv").open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert list(rows[0]) == list(lines[0]) == [each.name for each in fields(LanguageRow)]
    for row, line in zip(rows, lines, strict=True):
        assert line == {name: "" if value is None else str(value) for name, value in row.items()}
    unmeasured = [row["lang"] for row in rows if row["bits_per_byte"] is None]
    assert len(unmeasured) == 3
    assert {name: made.counts[f"languages_{name}"] for name in ("collected", "kept", "trained", "measured")} == {
        "collected": 29, "kept": 29, "trained": 29, "measured": 26,
    }  # fmt: skip


def test_text_that_may_not_be_passed_on_is_quoted_where_the_recipe_says_so(
    make_artifact: Make, make_work: MakeWork
) -> None:
    inputs = run_artifacts(make_artifact, labels(5))
    path = inputs["collect"].file("sources.parquet")
    rows = [{**row, "redistribution": "derived"} for row in shards.read(path).to_pylist()]
    shards.write(path, pa.Table.from_pylist(rows))
    for number, quoted in enumerate((False, True)):
        work = make_work("report", str(number) * 20)
        report(ReportConfig(quote_derived=quoted), **inputs, work=work)
        packed = (work.out / "index.html").read_text(encoding="utf-8").partition('id="pages">')[2].partition("<")[0]
        samples = json.loads(zlib.decompress(base64.b64decode(packed), -15))["samples"]
        kinds = {(type(prompt), type(text)) for shown in samples for prompt, text, *_ in shown}
        assert kinds == {(str, str) if quoted else (int, int)}


def test_900_languages_stay_small(make_artifact: Make, make_work: MakeWork) -> None:
    work = make_work("report")
    report(ReportConfig(), **run_artifacts(make_artifact, labels(900)), work=work)
    assert (work.out / "index.html").stat().st_size < 1_500_000


def test_without_a_base_nothing_is_compared(make_artifact: Make, make_work: MakeWork) -> None:
    work = make_work("report")
    report(ReportConfig(), **run_artifacts(make_artifact, labels(12), base=False), work=work)
    page = (work.out / "index.html").read_text(encoding="utf-8").partition("<script type")[0]
    assert "There is no base model to compare with." in page
    assert "Bits/byte, base" not in page
    assert "95 % interval" not in page
    assert json.loads((work.out / "report.json").read_text())["bpb_base"] is None


def test_the_page_needs_nothing_from_elsewhere(make_artifact: Make, make_work: MakeWork) -> None:
    work = make_work("report")
    report(ReportConfig(title="<b>A & B"), **run_artifacts(make_artifact, labels(5)), work=work)
    page = (work.out / "index.html").read_text(encoding="utf-8")
    assert "<title>&lt;b&gt;A &amp; B</title>" in page
    assert 'src="' not in page
    assert "@import" not in page
    assert "url(" not in page


def test_a_base_worse_than_guessing_is_said(make_artifact: Make, make_work: MakeWork) -> None:
    inputs, work = run_artifacts(make_artifact, labels(12)), make_work("report")
    path = inputs["evaluate"].path / "scores.parquet"
    scores = pq.read_table(path).to_pylist()
    for row in scores:
        if row["model"] == "base" and row["lang"] in ("yor_Latn", "nqo_Nkoo", CODE.label):
            row["bits_per_byte"] = 8.5
    pq.write_table(pa.Table.from_pylist(scores), path)
    report(ReportConfig(), **inputs, work=work)
    headline = json.loads((work.out / "report.json").read_text())
    assert headline["languages_base_above_8"] == 2  # program code is no language
    assert sum(band["languages_base_above_8"] for band in headline["by_size_band"]) == 2
    page = (work.out / "index.html").read_text(encoding="utf-8")
    assert "In 2 the base was worse than guessing bytes" in page
    assert page.count(" % *</td>") == 2 and "* The base was worse than guessing bytes" in page


def test_gains_without_an_interval_say_what_they_lack(make_artifact: Make, make_work: MakeWork) -> None:
    inputs, work = run_artifacts(make_artifact, ["yor_Latn", "khm_Khmr"]), make_work("report")
    path = inputs["evaluate"].path / "gains.parquet"
    gains = pq.read_table(path).to_pylist()
    pq.write_table(pa.Table.from_pylist([{**gains[0], "low": None, "high": None}], schema=pq.read_schema(path)), path)
    report(ReportConfig(), **inputs, work=work)
    page = (work.out / "index.html").read_text(encoding="utf-8")
    assert "1 undecided, 1 of them with a single test document" in page
    largest = page.partition("Largest gains")[2].partition("</table>")[0]
    assert 'data-lang="yor_Latn"' in largest and "good" not in largest  # no colour where nobody knows


def test_one_language_and_one_step_leave_nothing_empty(make_artifact: Make, make_work: MakeWork) -> None:
    inputs, work = run_artifacts(make_artifact, ["yor_Latn"]), make_work("report")
    (inputs["train"].path / "metrics.jsonl").write_text('{"step": 1, "tokens": 1, "loss": 2.0}\n')
    report(ReportConfig(), **inputs, work=work)
    page = (work.out / "index.html").read_text(encoding="utf-8")
    assert page.count('<div class="stat') == 2
    assert "Forgetting was not measured: the corpus has no held-out English or program code." in page
    assert "fewer than two steps were logged" in page
    assert "0 got worse</b>.\n" in page
    assert all(each not in page for each in ("Smallest gains", "guessing bytes (above", "(0 with", "1 languages"))


def test_a_missing_table_is_named(make_artifact: Make, make_work: MakeWork) -> None:
    inputs = run_artifacts(make_artifact, labels(5))
    (inputs["evaluate"].path / "gains.parquet").unlink()
    with pytest.raises(ArtifactError, match=r"gains\.parquet"):
        report(ReportConfig(), **inputs, work=make_work("report"))


def test_damaged_metrics_name_file_and_row(make_artifact: Make, make_work: MakeWork) -> None:
    inputs = run_artifacts(make_artifact, labels(5))
    (inputs["train"].path / "metrics.jsonl").write_text('{"step": 1, "tokens": 1, "loss": 2.0}\n{"step"')
    with pytest.raises(ArtifactError, match=r"metrics\.jsonl, row 2 is not JSON"):
        report(ReportConfig(), **inputs, work=make_work("report"))


def test_without_jinja_the_extra_is_named(
    make_artifact: Make, make_work: MakeWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "jinja2", None)
    with pytest.raises(ExtraError, match="extra 'report'"):
        report(ReportConfig(), **run_artifacts(make_artifact, labels(5)), work=make_work("report"))
