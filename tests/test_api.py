"""`import emma`: the names it exports, what they are, and that none of them loads anything before it is used."""

import ast
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
