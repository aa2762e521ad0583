"""The answer for one document: what was measured, against what, and what was decided."""

import json
from pathlib import Path

import pytest

from emma.curate.config import CurateConfig
from emma.errors import RecipeError
from emma.inspect.why import explain_document, list_decision_facts, list_measured_facts, render_text
from emma.pipeline.home import Home
from emma.pipeline.recipe import Recipe
from emma.pipeline.run import run_recipe
from emma.store import shards
from tests.conftest import TEXTS
from tests.curate.corpus import Bench, bench, plain, prose

__all__ = ["bench"]


def answer(compiled: Path, document: str) -> dict[str, str]:
    return {fact.name: str(fact.value) for fact in explain_document(Home(compiled).run("one"), document)}


def test_a_kept_document(compiled: Path) -> None:
    said = answer(compiled, "made:texts.jsonl#1")
    assert said["lang"] == "tha_Thai" and said["decision"] in ("train", "validation", "test")
    assert said["source"].startswith("made, text may be passed on: yes, priority 0")
    assert "as the label says" in said["script"] and "limit" in said["letter_share"]
    assert "lang2" not in said and "length_ratio" not in said and "lid_score" not in said


def test_a_copy_names_what_stays(compiled: Path) -> None:
    said = answer(compiled, "made:texts.jsonl#81")
    assert said["decision"] == "dropped: exact duplicate"
    assert (said["cluster"], said["kept of it"]) == ("made:texts.jsonl#1 (2 documents)", "made:texts.jsonl#1")


def test_a_file_of_one_document_names_it(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(TEXTS["nqo_Nkoo"], encoding="utf-8")
    (tmp_path / "one.toml").write_text(
        '[[collect.sources]]\nname = "s"\nreader = "text"\npath = "one.txt"\nlicence = "CC0-1.0"\nlang = "nqo_Nkoo"\n'
    )
    recipe, home = Recipe.read(tmp_path / "one.toml", [f"data={tmp_path}"]), Home(tmp_path / "home")
    run = run_recipe(recipe, "collect", home, quiet=True, workers=1)
    assert explain_document(run, "s:one.txt") == explain_document(run, "s:one.txt#1")


def test_a_file_of_several_documents_names_none(compiled: Path) -> None:
    with pytest.raises(RecipeError, match=r"No document has the id 'made:texts.jsonl'\. There are, for example: made:"):
        answer(compiled, "made:texts.jsonl")


def test_a_reject_and_an_unknown_document(compiled: Path) -> None:
    said = answer(compiled, "made:texts.jsonl#82")
    assert said["decision"].startswith("rejected: ") and said["raw"] == "(no language)"
    with pytest.raises(RecipeError, match=r"No document has the id 'made:texts.jsonl#999'. Row 999 may have been"):
        answer(compiled, "made:texts.jsonl#999")


def test_pairs_language_identification_and_benchmarks(bench: Bench) -> None:
    bench.known, bench.benchmarks = ["rus_Cyrl", "hin_Deva"], [{"lang": "rus_Cyrl", "text": "x", "source": "flores"}]
    said_of = {"lid": [("rus_Cyrl", 0.9), ("bel_Cyrl", 0.1)], "lid2": [("mar_Deva", 0.7)], "met": ["flores"]}
    rows = [row | said_of | {"lang2": "hin_Deva", "text2": prose("hin_Deva", at)}
            for at, row in enumerate(plain(3, ["rus_Cyrl"]))]  # fmt: skip
    rows.append(plain(1, ["tha_Thai"])[0] | {"lid": [("lao_Laoo", 0.5)]})
    corpus, _, _ = bench.compile(rows, CurateConfig(min_documents=4))
    table = shards.read(corpus.collect.parts["documents"][0].file("documents.parquet")).to_pylist()
    limits = shards.read(corpus.curate.file("limits.parquet")).to_pylist()
    said = {fact.name: fact.value for fact in list_measured_facts(corpus.annotate, 0, 0, table[0], limits)}
    assert said["identified"] == "rus_Cyrl 0.900, bel_Cyrl 0.100" and said["identified2"] == "mar_Deva 0.700"
    assert str(said["lid_score"]).startswith("0.900") and str(said["lid_score2"]).startswith("0.000")
    assert str(said["length_ratio"]).endswith(("(low limit 0.100 as the recipe has it)", "(no limit)"))
    assert said["benchmarks"] == "1 grams, 0.500 of its own, are in flores"
    alone = {fact.name: fact.value for fact in list_measured_facts(corpus.annotate, 0, 3, table[3], limits)}
    assert alone["lid_score"] == "–" and alone["benchmarks"] == "none" and "length_ratio" not in alone
    *_, decision = list_decision_facts(corpus.collect, corpus.curate, 0, 0, table[0])
    assert list(render_text([decision])) == ["decision               dropped: benchmark"]


def test_the_command_prints_lines_or_json(compiled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from emma.cli.main import main

    asked = ["why", "made:texts.jsonl#1", "--home", str(compiled), "--run", "one"]
    assert main(asked) == 0
    lines = capsys.readouterr().out.splitlines()
    assert main([*asked, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert lines == [f"{fact['name']:<22} {fact['value']}" for fact in facts]
