"""The recipes that come with EMMA: where they are, and what each says of itself."""

from pathlib import Path

from emma.errors import RecipeError


def find_shipped(name: str) -> Path:
    """The path of one of EMMA's own recipes, in the repository or inside the installed package."""
    for folder in _folders():
        if (folder / name).exists():
            return folder / name
    raise RecipeError(f"The recipe {name} did not come with this installation; take it from the repository's recipes/.")


def list_shipped() -> list[Path]:
    """EMMA's own recipes."""
    return sorted(path for folder in _folders() for path in folder.glob("*.toml"))


def describe_shipped() -> dict[str, str]:
    """What each of EMMA's own recipes says of itself, by its name: the first paragraph of its comments."""
    return {path.name: _first_paragraph(path) for path in list_shipped()}


def _first_paragraph(path: Path) -> str:
    words: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.removeprefix("#").strip()
        if not line.startswith("#") or not text:
            break
        words.append(text)
    return " ".join(words)


def _folders() -> list[Path]:
    """Installed, the recipes lie inside the package; in a checkout, beside `src`."""
    package = Path(__file__).parents[1]
    return [package / "recipes", package.parents[1] / "recipes"]
