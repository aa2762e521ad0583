"""Runs that never were, side by side: counts, settings, costs, refusals, and the page in a real browser."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from emma.cli.main import main
from emma.errors import RecipeError
from emma.inspect.compare.page import render_page
from emma.inspect.compare.runs import Comparison, compare_finished
from emma.inspect.compare.text import render_text
from emma.pipeline.home import Home

from .finished import finish_run


def scores(factor: float, names: str = "abcdefgh") -> dict[str, tuple[float, int]]:
    return {name: (factor * (1 + 0.01 * at), 100 + at) for at, name in enumerate(names)}


ONE = {
    "arb_Arab": scores(2.0),
    "hin_Deva": scores(2.0),
    "khm_Khmr": scores(2.0, "a"),
    "tok_Latn": scores(1.0),
    "yor_Latn": scores(1.0, "uvw"),
    "zxx_Zyyy": scores(1.0),
}
TWO = {
    "arb_Arab": scores(1.5),
    "hin_Deva": scores(2.2),
    "khm_Khmr": scores(1.0, "a"),
    "tok_Latn": scores(0.9),
    "yor_Latn": scores(1.0, "xyz"),
    "zxx_Zyyy": scores(0.5),
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    finish_run(home, "one", ONE, english=1.02, learning_rate=0.1, freeze=[])
    finish_run(home, "two", TWO, english=1.1, learning_rate=0.2, freeze=[])
    return home


@pytest.fixture
def found(home: Home) -> Comparison:
    return compare_finished([home.run("one"), home.run("two")])


def test_languages_are_counted_on_shared_documents(found: Comparison) -> None:
    (against,) = found["against_first"]
    # Khmer has one document, Yoruba none in common; program code is no language.
    counted = {key: against[key] for key in ("compared", "better", "worse", "unsure", "apart")}
    assert counted == {"compared": 4, "better": 2, "worse": 1, "unsure": 1, "apart": 1}
    assert against["gain"] == pytest.approx((25 - 10 + 50 + 10) / 4)


def test_gains_on_a_model_that_cannot_read_are_told_to_say_little(home: Home, found: Comparison) -> None:
    assert found["against_first"][0]["guessing"] == 0
    assert "is worse than guessing" not in "".join(render_text(found)) + render_page(found)
    finish_run(home, "blind", ONE | {"hin_Deva": scores(9.0)})
    blind = compare_finished([home.run("blind"), home.run("two")])
    assert blind["against_first"][0]["guessing"] == 1
    said = "In 1 of them blind is worse than guessing bytes (above 8 bits per byte), so its gain says little."
    assert said in "".join(render_text(blind)) and said in render_page(blind)


def test_settings_and_files_that_differ_are_named(found: Comparison) -> None:
    rows = {row["setting"]: row["values"] for row in found["settings"]}
    assert rows["train.learning_rate"] == [0.1, 0.2]
    assert set(rows) == {"collect.files of web", "train.learning_rate"}


def test_costs_are_those_of_arithmetic_and_of_the_log(home: Home) -> None:
    logs = home.run("two").path / "logs"
    logs.mkdir()
    key = home.run("two").addresses["train"]
    (logs / "train.json").write_text(json.dumps({"key": key, "device": "NVIDIA H100", "ranks": 2}))
    speeds = [1.0, 1.0, 100.0, 300.0]
    (logs / "train.jsonl").write_text("".join(json.dumps({"tokens_per_s": each}) + "\n" for each in speeds))
    one, two = compare_finished([home.run("one"), home.run("two")])["runs"]
    assert one["measured"] is None
    assert two["measured"] == {"device": "NVIDIA H100", "ranks": 2, "tokens_per_s": 100.0, "hours": 1000 / 100 / 3600}
    assert one["cost"]["flops"] == two["cost"]["flops"] and (one["cost"]["flops"] or 0) > 0
    (logs / "train.json").write_text(json.dumps({"key": "another", "device": "NVIDIA H100", "ranks": 2}))
    assert compare_finished([home.run("one"), home.run("two")])["runs"][1]["measured"] is None


def test_what_cannot_be_compared_is_refused(home: Home) -> None:
    with pytest.raises(RecipeError, match="name two or more"):
        compare_finished([home.run("one")])
    with pytest.raises(RecipeError, match="'one' is named twice"):
        compare_finished([home.run("one"), home.run("two"), home.run("one")])


def test_three_runs_stand_against_the_first(home: Home) -> None:
    finish_run(home, "three", ONE)
    found = compare_finished([home.run(name) for name in ("one", "two", "three")])
    assert [each["name"] for each in found["against_first"]] == ["two", "three"]
    assert found["against_first"][1]["gain"] == 0
    page = render_page(found)
    assert page.count('<figure class="map few">') == 2
    assert "after-map-1" in page


def test_the_text_says_what_the_page_says(found: Comparison) -> None:
    text = "\n".join(render_text(found))
    assert "two against one, on the test documents of both: 4 languages compared, 2 better, 1 worse, 1 unsure" in text
    assert "1 were measured on different documents only" in text
    assert "train.learning_rate" in text
    none = compare_text_of_strangers(found)
    assert "no test document in common" in none


def compare_text_of_strangers(found: Comparison) -> str:
    strange: Any = {**found, "against_first": [{**found["against_first"][0], "compared": 0, "gain": None}]}
    return "\n".join(render_text(strange)) + render_page(strange)


def test_the_page_in_a_browser(found: Comparison, tmp_path: Path, browser: Any) -> None:
    path = tmp_path / "compare.html"
    path.write_text(render_page(found), encoding="utf-8")
    page, complaints = browser.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.append(request.url) if "file:" not in request.url else None)
    page.goto(path.as_uri())
    assert page.locator("#table tbody tr").count() == 6
    page.fill("#find", "khm")
    assert page.locator("#table tbody tr:visible").count() == 1
    page.fill("#find", "")
    page.select_option("#verdict", "loss")
    assert page.locator("#table tbody tr:visible th").all_inner_texts() == ["hin_Deva"]
    assert page.evaluate("location.hash") == "#verdict=loss"
    assert page.locator("figure.map svg a.off").count() == 3
    assert complaints == []
    page.close()


def test_benchmarks_have_their_gain_whichever_way_the_metric_runs(found: Comparison) -> None:
    row: Any = {"task": "sib200", "variant": "cloze", "metric": "accuracy", "languages": 3, "higher_is_better": True}
    rows = [
        row | {"values": [30.0, 45.5]},
        row | {"metric": "perplexity", "values": [4.0, 3.0], "higher_is_better": False},
    ]
    text = re.sub(r"<[^>]+>", " ", render_page({**found, "benchmarks": rows}))
    assert re.search(r"accuracy\s+3\s+30.00\s+45.50\s+\+15.50", text)
    assert re.search(r"perplexity\s+3\s+4.00\s+3.00\s+\+1.00", text)


def test_a_screen_reader_stumbles_over_nothing(found: Comparison, page_findings: Any) -> None:
    assert page_findings(render_page(found)) == []


def test_the_command(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--home", str(home.path)]
    assert main(["report", "--compare", "one", "two", *where]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(home.path / "compare.html")
    assert re.search("<bdi>two</bdi> against <bdi>one</bdi>", (home.path / "compare.html").read_text())
    assert main(["report", "--compare", "one", str(home.path / "two"), "--json", *where]) == 0
    assert len(json.loads(capsys.readouterr().out)["runs"]) == 2
    for arguments, message, code in (
        ([], "Name a recipe, or say --compare", 2),
        (["--json"], "are for a comparison", 2),
        (["recipe.toml", "--compare", "one"], "is a recipe: name its run", 2),
        (["--compare", "one", "twoo"], "no run 'twoo' in", 1),
    ):
        assert main(["report", *arguments, *where]) == code
        assert message in capsys.readouterr().err
