"""Imports run one way, as the house's plan says, and stages never import one another."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "emma"
GROUND = ("errors", "schemas", "config", "kernels", "lang", "store")
SHARED = ("models", "lid", "tokens", "work", "ui")
STAGES = (
    "collect", "annotate", "curate", "vocab", "pack", "mix", "adapt", "train", "evaluate", "report", "release",
)  # fmt: skip
FLOORS = (GROUND, SHARED, STAGES, ("pipeline",), ("inspect",), ("cli", "__init__", "__main__"))
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
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


def test_every_room_has_a_floor() -> None:
    rooms = {path.name.removesuffix(".py") for path in SOURCE.iterdir() if path.suffix in ("", ".py")}
    assert rooms - {"__pycache__"} == set(FLOOR)
