"""Programs put together from prompt, answer and tests, in the layouts of three benchmarks."""

from dataclasses import replace
from pathlib import Path

import pytest

from emma.errors import RecipeError
from emma.evaluate.engine.requests import GenerateRequest, TextAnswer
from emma.evaluate.tasks.code import TASKS, assemble, close_braces
from emma.evaluate.tasks.task import Asking, Item
from emma.lang.language import CODE
from tests.evaluate.tasks.files import dump_lines, write

MBXP, HUMANEVAL_X, MULTIPL_E = TASKS
PYTHON = {
    "task_id": "MBPP/1",
    "language": "python",
    "prompt": 'def twice(x):\n\t"""Twice x."""\n',
    "test": "\ndef check(candidate):\n    assert candidate(2) == 4\n",
    "entry_point": "twice",
}
JAVA = {
    "task_id": "MBJP/1",
    "language": "java",
    "prompt": "import java.util.*;\n\nclass Twice {\n    public static int twice(int x) {\n",
    "test": "class Main {\n    public static void main(String[] args) { assert Twice.twice(2) == 4; }\n}\n",
}
KOTLIN = {"task_id": "MBKP/1", "language": "kotlin", "prompt": "fun twice(x: Int): Int {\n", "test": "fun main() {}"}
JAVASCRIPT = {
    "task_id": "MBJSP/1",
    "language": "javascript",
    "prompt": "function pair(x) {\n",
    "test": 'const _ = require("lodash")\nif (!_.isEqual(pair(1), [1, 1])) { throw "wrong" }\n',
}
ALLOWED = Asking(run_generated_code=True)


def read(folder: Path, *rows: dict[str, object]) -> tuple[Item, ...]:
    return MBXP.read(write(folder, {"mbxp.jsonl": dump_lines(rows)}), CODE).items


def test_code_is_one_language_and_programming_languages_are_variants(tmp_path: Path) -> None:
    write(tmp_path, {"mbxp.jsonl": dump_lines([PYTHON, KOTLIN])})
    assert list(MBXP.languages(tmp_path)) == [CODE]
    data = MBXP.read(tmp_path, CODE)
    assert [(reject.row, "kotlin" in reject.reason) for reject in data.rejects] == [(2, True)]
    ((variant, (request,)),) = MBXP.ask(data.items[0], CODE, data, ALLOWED).items()
    assert isinstance(request, GenerateRequest)
    assert (variant, request.prompt.text) == ("python", PYTHON["prompt"])
    assert "\ndef " in request.stop


def test_no_model_writes_programs_that_may_not_be_run(tmp_path: Path) -> None:
    items = read(tmp_path, PYTHON)
    data = MBXP.read(tmp_path, CODE)
    with pytest.raises(RecipeError, match="run_generated_code = true"):
        MBXP.ask(items[0], CODE, data, Asking())


@pytest.mark.parametrize(
    ("prompt", "text", "kept"),
    [
        ("function f(x) {\n", "return x }\nfunction g() {}", "return x }"),
        ("function f(x) {\n", "if (x) { return 1 }\nreturn x\n}\nf(2)", "if (x) { return 1 }\nreturn x\n}"),
        ("class A {\n  static int f() {\n", "return 1; } }\nclass B {}", "return 1; } }"),
        ("func f() int", " { return 1 }\nfunc g() {}", " { return 1 }"),
        ("function f(x) {\n", "while (true) {", "while (true) {"),
    ],
)
def test_an_answer_ends_with_its_function(prompt: str, text: str, kept: str) -> None:
    # A prompt that opens no brace leaves that to the answer.
    assert close_braces(prompt, text) == kept


def test_imports_come_first_and_then_the_class_that_runs(tmp_path: Path) -> None:
    pytest.importorskip("shutil").which("java") or pytest.skip("java is not installed")
    (item,) = read(tmp_path, JAVA)
    program = assemble(item, "        return 2 * x;\n    }\n}\nclass Other {}")
    places = [program.index(word) for word in ("import java.util", "class Main", "class Twice", "return 2 * x")]
    assert places == sorted(places)
    assert "Other" not in program


def test_tests_that_nobody_calls_are_called(tmp_path: Path) -> None:
    (item,) = read(tmp_path, PYTHON)
    assert "check(twice)" in assemble(item, "\treturn 2 * x")
    called = replace(item, fields={**item.fields, "test": f"{PYTHON['test']}\ncheck(twice)"})
    assert assemble(called, "").count("check(twice)") == 1


def test_go_is_run_as_a_test() -> None:
    fields = {
        "language": "go",
        "is_braced": True,
        "entry_point": "f",
        "prompt": 'import (\n\t"reflect"\n)\nfunc f() int {\n',
    }
    item = Item("go/1", "", {**fields, "test": "func main() {\n\tf()\n}"})
    program = assemble(item, "\treturn 1\n}\nrubbish")
    assert 'import (\n\t"testing"\n\t"reflect"' in program
    assert "func TestProgram(t *testing.T) {\n\tf()" in program
    assert "rubbish" not in program


@pytest.mark.parametrize("word", ["org.javatuples", "stretchr/testify"])
def test_what_needs_packages_of_the_net_is_a_reject(tmp_path: Path, word: str) -> None:
    write(tmp_path, {"multipl_e.jsonl": dump_lines([{**PYTHON, "task_id": "1", "prompt": f"import {word}"}, PYTHON])})
    data = MULTIPL_E.read(tmp_path, CODE)
    assert [(reject.row, word in reject.reason) for reject in data.rejects] == [(1, True)]


def test_layouts_of_the_others(tmp_path: Path) -> None:
    row = {"name": "HumanEval_0_f", "language": "py", "prompt": "def f(x):\n", "tests": "assert f(1) == 1\n"}
    write(tmp_path / "m", {"m.jsonl": dump_lines([{**row, "stop_tokens": ["\ndef", "\nif"]}])})
    write(
        tmp_path / "h",
        {"data/python/data/humaneval.jsonl": dump_lines([{**PYTHON, "task_id": "Python/0"} | {"language": None}])},
    )
    (one,) = MULTIPL_E.read(tmp_path / "m", CODE).items
    (other,) = HUMANEVAL_X.read(tmp_path / "h", CODE).items
    assert [item.fields["language"] for item in (one, other)] == ["python", "python"]
    assert one.fields["stop"] == ("\ndef", "\nif")
    assert not one.fields["is_braced"]


@pytest.mark.slow
def test_right_programs_pass_and_others_do_not(tmp_path: Path) -> None:
    sandbox = pytest.importorskip("emma.evaluate.metrics.sandbox")
    try:
        sandbox.check_walls()
        sandbox.find_tool("javascript")
    except RecipeError as error:
        pytest.skip(str(error))
    items = read(tmp_path, PYTHON, JAVASCRIPT)
    answers = {
        "python": ("\treturn 2 * x", "\treturn x", "\texit(0)"),
        "javascript": ("  return [x, x];\n}\nnonsense(", "  return x;\n}", "  process.exit(0)\n}"),
    }
    for item in items:
        output = [(TextAnswer(text, 1, "stop"),) for text in answers[item.fields["language"]]]
        (metric,) = MBXP.metrics(item.fields["language"], CODE, ALLOWED)
        assert metric.statistics([item] * 3, output)[:, 0].tolist() == [1, 0, 0]
