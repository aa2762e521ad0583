"""`import emma`: the names it exports, what they are, and that none of them loads anything before it is used."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import emma
from emma.errors import LanguageError

HEAVY = ("torch", "transformers", "numba", "pyarrow", "numpy", "pydantic")


def test_importing_loads_nothing_heavy() -> None:
    code = f"import sys, emma; dir(emma); print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_type_checkers_and_the_interpreter_see_the_same_names() -> None:
    (block,) = (node for node in ast.parse(Path(emma.__file__).read_text("utf-8")).body if isinstance(node, ast.If))
    imported = {
        alias.asname or alias.name: f"{node.module}:{alias.name}"
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert imported == emma._PLACES
    assert sorted(imported) == emma.__all__
    assert Path(emma.__file__).with_name("py.typed").exists()


@pytest.mark.parametrize("name", emma.__all__)
def test_every_name_is_there_and_explained(name: str) -> None:
    assert getattr(emma, name).__doc__
    assert name in (Path(__file__).parents[1] / "docs" / "python.md").read_text("utf-8")


def test_other_names_are_refused() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'translate'"):
        emma.translate  # noqa: B018


@pytest.mark.parametrize(
    ("code", "label"), [("sr-Latn", "srp_Latn"), ("iw", "heb_Hebr"), ("nqo", "nqo_Nkoo"), ("am", "amh_Ethi")]
)
def test_resolve(code: str, label: str) -> None:
    assert emma.resolve(code).label == label
    assert emma.Lang.parse(label) == emma.resolve(code).lang


def test_resolve_refuses_with_a_reason() -> None:
    with pytest.raises(LanguageError, match="egl"):
        emma.resolve("eml")


PROGRAM = """
import emma

recipe = emma.Recipe.read("demo.toml", ["curate.max_drop=0.4"])
run = emma.run(recipe, until="curate", workers=2)
label: str = emma.resolve("sr-Latn").label
rows: int = sum(batch.num_rows for batch in run.documents(lang=emma.Lang.parse("swh_Latn"), split="train"))
samples: int = len(emma.open("emma-runs/demo").samples())
wrong: int = emma.resolve("sr-Latn").label
run.languagess
"""


@pytest.mark.slow
def test_a_program_is_type_checked(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    root = Path(__file__).parents[1]
    checker = [sys.executable, "-m", "mypy", str(tmp_path / "program.py")]
    environment = os.environ | {"MYPYPATH": str(root / "src")}
    done = subprocess.run(checker, cwd=root, env=environment, capture_output=True, text=True, check=False)
    errors = [line.split("error: ")[1] for line in done.stdout.splitlines() if "error: " in line]
    assert len(errors) == 2, done.stdout + done.stderr
    assert errors[0].startswith("Incompatible types in assignment")
    assert errors[1].startswith('"Run" has no attribute "languagess"')


def test_each_name_is_listed_once_for_completion() -> None:
    getattr(emma, "resolve")  # noqa: B009 - a name that is loaded already must not be listed again
    assert {*emma.__all__} <= {*dir(emma)} and len(dir(emma)) == len({*dir(emma)})
