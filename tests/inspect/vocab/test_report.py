"""The whole report: its order and notes, for a terminal, as JSON, and as a page."""

import json
import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from emma.cli.main import main
from emma.errors import RecipeError
from emma.inspect.vocab.report import MAX_ROWS, ReportQuestion, VocabReport, compare_tokenizers, render_text, to_plain
from emma.lang.language import ENGLISH
from emma.pipeline.home import Home
from tests.conftest import TEXTS
from tests.inspect.vocab.corpora import LINES, aligned, tokenizer


def test_the_dearest_first_and_those_without_a_premium_last(found: VocabReport) -> None:
    premiums = [row.costs[0].premium for row in found.languages]
    assert premiums[:-1] == sorted(premiums[:-1], reverse=True)
    assert found.languages[-1].lang == "hau_Latn"
    assert premiums[-1] is None
    assert found.notes == ["No premium for 1, of which no text stands beside English: hau_Latn"]


def test_for_a_terminal(found: VocabReport) -> None:
    lines = list(render_text(found))
    assert lines[0] == "1: plain, 259 pieces"
    assert all(any(line.startswith(row.lang) for line in lines) for row in found.languages)
    assert next(line for line in lines if line.startswith("tha_Thai")).split()[-2:] == ["–", "–"]
    assert any(re.match(r"pieces more +10 +20$", line) for line in lines)
    assert any(line.startswith("left out:") and "README" in line for line in lines)
    assert max(map(cell_len, lines[2:20])) <= 100


def test_no_more_than_a_screen_unless_all_are_asked_for(found: VocabReport) -> None:
    many = VocabReport(found.tokenizers, list(found.languages) * 10, found.skipped, found.notes)
    shown = [line for line in render_text(many) if re.match(r"\w{3}_\w{4} ", line)]
    assert len(shown) == MAX_ROWS
    assert any(f"and {len(many.languages) - MAX_ROWS} more languages" in line for line in render_text(many))
    assert len([line for line in render_text(many, everything=True) if re.match(r"\w{3}_\w{4} ", line)]) == len(
        many.languages
    )


def test_json_has_everything(found: VocabReport) -> None:
    values = json.loads(json.dumps(to_plain(found)))
    assert {row["lang"] for row in values["languages"]} == {*TEXTS, "hau_Latn"}
    assert values["savings"] == {"tokenizer": "plain", "asked": [0, 10, 20], "made": list(found.savings.new_pieces)}
    for row in values["languages"]:
        assert len(row["costs"]) == 2
        assert len(row["saved"]) == 3
    assert [each["texts"] for each in values["skipped"]] == [1]


def test_without_english_there_is_no_premium_and_it_says_so(tmp_path: Path) -> None:
    folder = aligned(tmp_path / "text", {lang: LINES[lang] for lang in LINES if lang != ENGLISH.label})
    found = compare_tokenizers(ReportQuestion([str(tokenizer(tmp_path / "plain"))], [folder]), Home(tmp_path / "home"))
    assert {row.costs[0].premium for row in found.languages} == {None}
    assert found.notes == ["No text stands beside English (eng_Latn), so there are no premiums."]
    costs = [row.costs[0].tokens_per_byte for row in found.languages]
    assert costs == sorted(costs, reverse=True)


def test_nothing_to_measure_on(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="name files or folders with --text, or a run with --run"):
        compare_tokenizers(ReportQuestion(["any"]), Home(tmp_path))


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, place = aligned(tmp_path / "text"), str(tokenizer(tmp_path / "plain"))
    command = ["vocab", "report", place, "--text", str(folder), "--home", str(tmp_path / "home")]
    assert main([*command, "--json", "--pieces", "5,7"]) == 0
    assert json.loads(capsys.readouterr().out)["savings"]["asked"] == [0, 5, 7]
    assert main([*command, "--html", str(tmp_path / "page.html")]) == 0
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert main([*command, "--lines", "2"]) == 0
    assert "more than --lines asks for" in capsys.readouterr().out
    assert main(["vocab", "report", "nowhere", "--text", str(folder)]) == 1
    assert "'nowhere' is no tokenizer" in capsys.readouterr().err
