"""AmericasNLI, XNLI and IndoNLI."""

import re
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pytest

from emma.errors import RecipeError
from emma.evaluate.engine.requests import ScoreRequest
from emma.evaluate.tasks.registry import find_task
from emma.evaluate.tasks.task import Asking
from emma.lang.codes import resolve
from emma.lang.language import Lang
from emma.store import shards

CODES = ("ar", "bg", "de", "el", "en", "es", "fr", "hi", "ru", "sw", "th", "tr", "ur", "vi", "zh")


def write_pairs(folder: Path) -> Path:
    for code in (*CODES, "all_languages"):
        (folder / code).mkdir()
        table = pa.table({"premise": ["P."], "hypothesis": ["H."], "label": [2]})
        shards.write(folder / code / "test-00000-of-00001.parquet", table)
    return folder


@pytest.mark.parametrize("code", CODES)
def test_published_sentences_are_those_of_lm_eval(tmp_path: Path, code: str) -> None:
    """Each choice of its file of settings is our prompt with our choice."""
    if (package := find_spec("lm_eval")) is None or package.origin is None:
        pytest.skip("needs the peer by which the published scores were made")
    settings = (Path(package.origin).parent / f"tasks/xnli/xnli_{code}.yaml").read_text(encoding="utf-8")
    template = re.search(r"\{\{\[(.+)\]\}\}", re.sub(r"\s+", " ", settings))
    assert template
    expected = [
        text.replace('premise+"', "P.").replace('"+hypothesis', "H.") for text in template[1].split(",premise+")
    ]
    expected = [text if text.startswith("P.") else f"P.{text[1:]}" for text in expected]
    task, lang = find_task("xnli"), resolve(code).lang
    data = task.read(write_pairs(tmp_path), lang)
    (request,) = task.ask(data.items[0], lang, data, Asking(mode="paper"))["cloze"]
    assert isinstance(request, ScoreRequest)
    assert [request.prompt.text + choice for choice in request.choices] == expected


def test_arabic_says_no_and_not_number(tmp_path: Path) -> None:
    task, lang = find_task("xnli"), Lang("ara", "Arab")
    data = task.read(write_pairs(tmp_path), lang)
    (request,) = task.ask(data.items[0], lang, data, Asking())["cloze"]
    assert isinstance(request, ScoreRequest) and request.choices[2] == " لا, H."
    assert data.items[0].gold == 2


def test_the_hub_has_every_language_twice(tmp_path: Path) -> None:
    task = find_task("xnli")
    assert len(task.languages(write_pairs(tmp_path))) == 15
    assert len(task.read(tmp_path, Lang("fra", "Latn")).items) == 1


def test_all_languages_in_one_table(tmp_path: Path) -> None:
    header = "language\tgold_label\tsentence1\tsentence2\tpairID\n"
    rows = "th\tneutral\tน้ำเย็น\tน้ำร้อน\t5\nel\tentailment\tΑ.\tΒ.\t5\nth\t-\tก\tข\t6\n"
    (tmp_path / "xnli.test.tsv").write_text(header + rows, "utf-8")
    task = find_task("xnli")
    assert task.languages(tmp_path) == [Lang("ell", "Grek"), Lang("tha", "Thai")]
    data = task.read(tmp_path, Lang("tha", "Thai"))
    assert [(item.id, item.gold, item.cluster) for item in data.items] == [("5", 1, "premise 1")]
    assert "'-' is none of" in data.rejects[0].reason


def test_groups_of_languages_are_undetermined(tmp_path: Path) -> None:
    table = "id\tlanguage\tpremise\thypothesis\tlabel\n1\toto\tP.\tH.\tentailment\n"
    for code in ("oto", "quy"):
        (tmp_path / "test").mkdir(exist_ok=True)
        (tmp_path / f"test/{code}.tsv").write_text(table, "utf-8")
    task = find_task("americasnli")
    assert [lang.label for lang in task.languages(tmp_path)] == ["quy_Latn", "und_Latn"]


def test_hypotheses_of_one_premise_are_one_draw(tmp_path: Path) -> None:
    (tmp_path / "test").mkdir()
    lines = [f"{number}\tquy\tP{(number - 25051) // 3}.\tH.\tneutral" for number in range(25051, 25057)]
    (tmp_path / "test/quy.tsv").write_text("\n".join(["id\tlanguage\tpremise\thypothesis\tlabel", *lines]), "utf-8")
    items = find_task("americasnli").read(tmp_path, Lang("quy", "Latn")).items
    assert len({(item.fields["premise"], item.cluster) for item in items}) == len({item.cluster for item in items}) == 2


def test_the_letters_of_indonli(tmp_path: Path) -> None:
    rows = '{"premise": "P.", "hypothesis": "H.", "label": "c"}\n'
    (tmp_path / "test_expert.jsonl").write_text(rows, "utf-8")
    data = find_task("indonli_expert").read(tmp_path, Lang("ind", "Latn"))
    assert data.items[0].gold == 2
    request = find_task("indonli_expert").ask(data.items[0], Lang("ind", "Latn"), data, Asking())["cloze"][0]
    assert request.prompt.text == "P, benar?"


def test_a_task_that_there_is_not() -> None:
    with pytest.raises(RecipeError, match="Did you mean 'indonli_lay"):
        find_task("indonli_ley")
