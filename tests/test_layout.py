"""Imports run one way, stages never import one another, and tests stand in the rooms of what they test."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "emma"
GROUND = ("errors", "wording", "schemas", "config", "kernels", "lang", "store")
SHARED = ("models", "lid", "tokens", "work", "ui")
STAGES = (
    "collect", "annotate", "curate", "vocab", "pack", "mix", "adapt", "train", "evaluate", "report", "release",
)  # fmt: skip
FLOORS = (GROUND, SHARED, STAGES, ("pipeline",), ("inspect",), ("cli", "__init__", "__main__"))
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
TESTS = Path(__file__).parent
ACROSS = {
    "collect/readers/test_every_reader.py",
    "collect/readers/test_one_bad_element.py",
    "collect/readers/test_one_bad_row.py",
    "train/test_resume.py",
    "work/test_first_use.py",
    "work/test_same_bytes.py",
}
"""Tests that hold several modules of their room to one property, which they are named for."""
ROOMS_OF_TRAIN = ("optimizer", "model", "watch", "keep", "save")
"""From the lowest to the highest; beside them, `run` and what only it imports stand above, all else below."""
ABOVE_THEM = ("run", "step", "monitor", "stopping", "__main__")
ENTRY = Path("train/__main__.py")  # `torchrun -m emma.train` begins the whole command


def imports(path: Path) -> Iterator[str]:
    """The rooms of ours that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "emma":
            yield from (alias.name for alias in node.names if alias.name in FLOOR)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("emma."):
            yield str(node.module).split(".")[1]
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith("emma."))


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_run_one_way(path: Path) -> None:
    if path.relative_to(SOURCE) == ENTRY:
        return
    room = path.relative_to(SOURCE).parts[0].removesuffix(".py")
    for other in imports(path):
        assert FLOOR[other] <= FLOOR[room], f"{room} imports {other}, which stands on a higher floor"
        assert room not in STAGES or other not in STAGES or other == room, f"stage {room} imports stage {other}"


@pytest.mark.parametrize("room", ROOMS_OF_TRAIN)
def test_rooms_of_train_import_one_way(room: str) -> None:
    floors = ROOMS_OF_TRAIN[ROOMS_OF_TRAIN.index(room) + 1 :] + ABOVE_THEM
    for path in (SOURCE / "train" / room).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            parts = (node.module or "").split(".") if isinstance(node, ast.ImportFrom) else [""]
            assert parts[:2] != ["emma", "train"] or parts[2] not in floors, f"{path} imports {'.'.join(parts)}"


def test_every_room_has_a_floor() -> None:
    rooms = {path.name.removesuffix(".py") for path in SOURCE.iterdir() if path.suffix in ("", ".py")}
    assert rooms - {"__pycache__"} == set(FLOOR)


@pytest.mark.parametrize("path", sorted(TESTS.glob("*/**/test_*.py")), ids=lambda path: str(path.relative_to(TESTS)))
def test_tests_are_named_for_the_module_they_test(path: Path) -> None:
    """`a/test_b.py` or `a/test_b_aspect.py` tests `a/b.py`; what goes across rooms stands at the top of the tests."""
    place = path.relative_to(TESTS)
    if str(place) in ACROSS or place.parts[0] in ("benchmarks", "hostile"):
        return
    words = path.stem.split("_")[1:]
    modules = ["_".join(words[: count + 1]) for count in range(len(words))]
    assert any((SOURCE / place.parent / f"{module}.py").exists() for module in modules), f"{place} tests no module"
