"""The sheet that a speaker signs: everything counted, examples from the middle, and any language, however small."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from emma.curate.config import Agreement, CurateConfig
from emma.inspect.audit.records import Sheet
from emma.inspect.audit.sheet import MAX_ROWS, make_sheet
from emma.inspect.audit.show import WIDTH, render_page, render_text
from emma.ui.numerals import format_bytes
from tests.conftest import TEXTS
from tests.curate.corpus import Bench, Row, bench, plain, prose

pytestmark = pytest.mark.slow

__all__ = ["bench"]


def spoilt(lang: str, at: int, **features: float) -> Row:
    """A document that breaks rules by its features."""
    return {"lang": lang, "text": prose(lang, f"spoilt{at}"), "features": features}


@pytest.fixture
def found(bench: Bench) -> Sheet:
    """The sheet of a language that everything happened to."""
    bench.known = ["hin_Deva", "rus_Cyrl"]
    bench.benchmarks = [{"lang": "hin_Deva", "text": prose("hin_Deva", "item"), "source": "flores"}]
    rows = [row | {"lid": [(row["lang"], 0.99)]} for row in plain(60, ["hin_Deva", "rus_Cyrl"])]
    rows += [rows[0], rows[0], {**rows[2], "text": rows[2]["text"].replace("।", "") + " क"}]
    rows += [spoilt("hin_Deva", at, digit_share=0.6 + at / 100) | {"lid": [("hin_Deva", 0.99)]} for at in range(7)]
    rows += [{"lang": "hin_Deva", "text": prose("hin_Deva", f"w{at}"), "lid": [("rus_Cyrl", 0.9)]} for at in range(5)]
    rows += [{"lang": "hin_Deva", "text": prose("hin_Deva", "met"), "met": ["flores"], "lid": [("hin_Deva", 0.99)]}]
    rows += [{"lang": "rus_Cyrl", "text": prose("rus_Cyrl", "p"), "lid": [("rus_Cyrl", 0.99)],
              "lang2": "hin_Deva", "text2": prose("hin_Deva", "p"), "lid2": [("hin_Deva", 0.99)]}]  # fmt: skip
    section = CurateConfig(lid=Agreement(short_chars=10))
    return {"run": "made", **make_sheet(bench.compile(rows, section, sizes=[50, 60, len(rows) - 110])[0], "Hindi", 0)}


def test_everything_is_accounted_for(found: Sheet) -> None:
    assert found["documents"] == 60 + 3 + 7 + 5 + 1 + 1 and found["pairs"] == 1
    assert found["second"] == 1, "the pair is counted under rus_Cyrl elsewhere"
    assert {row["rule"]: row["documents"] for row in found["rules"]} == {"digit_share high": 7, "lid_score low": 5}
    kept = sum(row["documents"] for row in found["splits"])
    dropped = found["duplicates"]["exact"] + found["duplicates"]["near"] + 7 + 5 + 1
    assert kept + dropped == found["documents"] and found["duplicates"]["exact"] == 2
    assert sum(row["documents"] for row in found["scripts"]) == found["documents"]
    (source,) = found["sources"]
    assert (source["source"], source["kept"], source["redistribution"]) == ("test", kept, "public")
    assert source["bytes"] == found["bytes"]
    assert found["tier"]["lang"] == "hin_Deva" and found["corpus"] and found["seed"] == 0


def test_examples_are_from_the_middle_and_rows_are_drawn_fairly(found: Sheet) -> None:
    rules = {row["rule"]: row for row in found["rules"]}
    values = [row["value"] for row in rules["digit_share high"]["examples"]]
    assert values == pytest.approx([0.62, 0.63, 0.64])
    assert rules["digit_share high"]["limits"][0]["limit"] == 0.5
    assert [row["value"] for row in rules["lid_score low"]["examples"]] == [0.0] * 3
    ids = [row["id"] for row in found["rows"]]
    assert len(set(ids)) == MAX_ROWS == len(ids)
    assert {int(each.partition("#")[2]) > 60 for each in ids} == {True, False}


def test_language_identification_and_benchmarks_are_told(found: Sheet) -> None:
    labels = found["labels"]
    assert labels["asked"] == found["documents"] and labels["agrees"] == labels["asked"] - 5
    assert [(row["label"], row["documents"], len(row["examples"])) for row in labels["others"]] == [("rus_Cyrl", 5, 3)]
    contamination = found["contamination"]
    (met,) = contamination["benchmarks"]
    assert (met["benchmark"], met["dropped"], met["items"]) == ("flores", 1, 1)
    assert contamination["examples"][0]["text"] == prose("hin_Deva", "met")
    assert found["duplicates"]["clusters"][0]["documents"] == 3


def test_the_terminal_shows_it_in_a_hundred_columns(found: Sheet) -> None:
    lines = list(render_text(found))
    assert max(map(cell_len, lines)) <= WIDTH
    whole = "\n".join(lines)
    parts = ("Audit of hin_Deva", "CC0-1.0", "digit_share high: 7 documents", "rus_Cyrl", "flores", "signature", "[ ]")
    assert all(part in whole for part in parts)
    assert whole.count("\u2068") == whole.count("\u2069") > MAX_ROWS


def test_the_page_is_escaped_and_stands_alone(bench: Bench) -> None:
    pytest.importorskip("jinja2", reason="needs the report extra")
    texts = (prose("arb_Arab", at, 60) for at in range(6))
    rows = [{"lang": "arb_Arab", "text": f"<script>alert({at})</script> {text}"} for at, text in enumerate(texts)]
    sheet = make_sheet(bench.compile(rows)[0], "arb_Arab", 0)
    shown = render_page({"run": "a & b", "test_limit": 20_000, **sheet})
    assert f"The test split ends at {format_bytes(20_000)}" in shown
    assert "<script" not in shown and "&lt;script&gt;alert(1)" in shown and "a &amp; b" in shown
    assert 'dir="auto" lang="arb-Arab"' in shown and "@page { size: A4" in shown
    assert not re.search(r"""(src|href|url\()\s*=?\s*["']?(https?:)?//""", shown)
    assert shown.count('<div class="boxes') == 6


@pytest.mark.parametrize("lang", TEXTS)
def test_a_language_of_three_documents_has_a_sheet(bench: Bench, lang: str) -> None:
    rows = [{"lang": lang, "text": each} for each in (TEXTS[lang], TEXTS[lang][::-1], "!")]
    found = make_sheet(bench.compile([*plain(3, ["rus_Cyrl"]), *rows])[0], lang, 0)
    assert found["documents"] == 3 and found["labels"] is None and found["contamination"] is None
    assert json.loads(json.dumps(found)) == found
    lines = list(render_text({"run": "made", **found}))
    assert max(map(cell_len, lines)) <= WIDTH and any("no document is held out" in line for line in lines)


def test_another_seed_draws_others_and_the_same_the_same(bench: Bench) -> None:
    corpus = bench.compile(plain(60, ["tha_Thai"]))[0]
    drawn = [[row["id"] for row in make_sheet(corpus, "tha_Thai", seed)["rows"]] for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_the_sheet_does_not_depend_on_shards(bench: Bench) -> None:
    rows = [*plain(40, ["tha_Thai", "hin_Deva"]), *(spoilt("tha_Thai", at, punct_share=0.9) for at in range(4))]
    sheets = [make_sheet(bench.compile(rows, sizes=sizes)[0], "tha_Thai", 0) for sizes in ([84], [30, 0, 54])]
    for each in sheets:
        each.pop("corpus")
    assert sheets[0] == sheets[1]


def test_the_command_writes_all_three_forms(
    compiled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], page_findings: Any
) -> None:
    from emma.cli.main import main

    home = str(compiled)
    assert main(["audit", "tha", "--home", home, "--run", "one"]) == 0
    assert "Audit of tha_Thai in the run 'one'" in capsys.readouterr().out
    assert main(["audit", "tha_Thai", "--home", home, "--run", "one", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["lang"] == "tha_Thai"
    file = tmp_path / "sheet.html"
    pytest.importorskip("jinja2", reason="needs the report extra")
    assert main(["audit", "tha_Thai", "--home", home, "--run", "one", "--html", str(file)]) == 0
    assert file.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert page_findings(file.read_text(encoding="utf-8")) == []
    assert main(["audit", "Hindi", "--home", home]) == 1
    assert "Which run?" in capsys.readouterr().err


def test_a_limit_on_language_identification_that_is_not_applied_is_shown(bench: Bench) -> None:
    bench.known = ["hin_Deva", "rus_Cyrl"]
    rows = [row | {"lid": [("hin_Deva", 0.9)]} for row in plain(60, ["hin_Deva"])]
    rows += [
        {"lang": "hin_Deva", "text": prose("hin_Deva", f"w{at}", 30), "lid": [("rus_Cyrl", 0.9)]} for at in range(20)
    ]
    found = {"run": "made", **make_sheet(bench.compile(rows)[0], "hin_Deva", 0)}
    doubted = found["labels"]["doubted"]
    assert (doubted["documents"], doubted["share"], doubted["said"]) == (
        20,
        0.25,
        [{"label": "rus_Cyrl", "documents": 20}],
    )
    assert len(doubted["examples"]) == 3 and not any(row["rule"] == "lid_score low" for row in found["rules"])
    whole = "\n".join(render_text(found))
    assert "is not applied: too much is below" in whole and "below it: 20 documents" in whole
    pytest.importorskip("jinja2", reason="needs the report extra")
    assert "Taken for rus_Cyrl (20)" in render_page(found)
