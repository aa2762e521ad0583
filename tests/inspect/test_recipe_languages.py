"""`emma lang lint RECIPE`: what every code of a recipe stands for, with the data and without."""

import json
from pathlib import Path

import pytest

from emma.cli.main import main
from emma.inspect.recipe_languages import lint_recipe, render_text

RECIPE = """
name = "r"
data = "{data}"

[[collect.sources]]
name = "po"
reader = "gettext"
path = "po/**/*.po"
licence = "CC0-1.0"
codes = {{ kz = "kaz_Cyrl" }}

[[collect.sources]]
name = "gone"
reader = "text"
path = "gone/*.txt"
lang = "khm_Khmr"
licence = "CC0-1.0"

[[collect.sources]]
name = "pairs"
reader = "moses"
path = "m/*"
licence = "CC0-1.0"

[[collect.benchmarks]]
name = "sentiment"
reader = "jsonl"
path = "sentiment.jsonl"
licence = "CC0-1.0"
"""
PO = 'msgid ""\nmsgstr ""\n"Language: {}\\n"\n\nmsgid "Open"\nmsgstr "{}"\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    files = {
        "po/fr/kde.po": PO.format("fr", "Ouvrir"),
        "po/kde.po": PO.format("", "ይክፈቱ"),
        "m/news.en": "dog\n",
        "m/news.sw": "mbwa\n",
        "sentiment.jsonl": "\n".join(
            json.dumps({"text": "ሰላም" if code == "am" else "ⵣ neno", "lang": code})
            for code in ("am", "dz", "ha", "ig", "yo", "sw", "ma", "dz")
        ),
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "r.toml").write_text(RECIPE.format(data=tmp_path), encoding="utf-8")
    return tmp_path / "r.toml"


def test_every_decision_odd_ones_first(path: Path) -> None:
    audit = lint_recipe(path)
    found = [(each.source, each.code, each.label, each.texts) for each in audit.decisions]
    assert found[:3] == [("po", "", "", 1), ("sentiment", "ma", "", 1), ("sentiment", "dz", "dzo_Tibt", 2)]
    assert set(found[3:]) == {
        ("po", "kaz_Cyrl", "kaz_Cyrl", 0),
        ("po", "fr", "fra_Latn", 1),
        ("gone", "khm_Khmr", "khm_Khmr", 0),
        ("pairs", "en", "eng_Latn", 1),
        ("pairs", "sw", "swa_Latn", 1),
        *(("sentiment", code, label, 1) for code, label in LABELS.items()),
    }
    assert (audit.refused, audit.odd) == (2, 1)
    dz = audit.decisions[2]
    assert dz.foreign == {"Latn": 2} and dz.odd[-1] == "written in Latn in 2 of its 2 texts"
    assert audit.notes[0].startswith("gone: its files were not read")


LABELS = {"am": "amh_Ethi", "ha": "hau_Latn", "ig": "ibo_Latn", "yo": "yor_Latn", "sw": "swa_Latn"}


def test_what_people_and_programs_see(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lang", "lint", str(path)]) == 1
    shown = capsys.readouterr().out
    assert shown.splitlines() == list(render_text(lint_recipe(path)))
    assert shown.index("refused\n") < shown.index("sentiment: dz → dzo_Tibt Dzongkha") < shown.index("the others")
    assert main(["lang", "lint", str(path), "--json", "--set", "collect.benchmarks=[]"]) == 1
    assert json.loads(capsys.readouterr().out)["odd"] == 0


def test_a_source_that_gives_nothing_is_told(path: Path) -> None:
    (path.parent / "sentiment.jsonl").write_text('{"body": "neno"}\n', encoding="utf-8")
    (path.parent / "po" / "kde.po").unlink()
    audit = lint_recipe(path)
    assert audit.notes[1].startswith("sentiment: no text in the sample of its files; the first reject: sentiment.js")
    assert "row 1: missing field: no text under 'text'" in audit.notes[1]
    assert "(1 text, in po/fr/kde.po)" in "\n".join(render_text(audit))


def test_short_texts_are_decided_together_as_in_a_run(path: Path) -> None:
    words = ("Sačuvaj", "Otkaži", "Izmeni", "Pregled", "Nazad")
    rows = "\n".join(json.dumps({"text": word, "lang": "sr"}) for word in words)
    (path.parent / "sentiment.jsonl").write_text(rows, encoding="utf-8")
    found = [each for each in lint_recipe(path).decisions if each.source == "sentiment"]
    assert [(each.code, each.label, each.texts, each.odd) for each in found] == [("sr", "srp_Latn", 5, [])]
