"""The README: its commands exist, its links lead somewhere, and the output it shows is the measured one."""

import re
from pathlib import Path

import pytest

from emma.cli.main import joined, parser

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def commands() -> list[list[str]]:
    """Every indented line of the documentation that calls emma, without its comment."""
    lines = [line for page in PAGES for line in re.findall(r"^    emma (.+)$", page.read_text("utf-8"), re.MULTILINE)]
    return [line.split("#")[0].split() for line in lines]


@pytest.mark.parametrize("arguments", commands(), ids=" ".join)
def test_commands_are_understood(arguments: list[str]) -> None:
    parser().parse_args(joined(arguments))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(((?!http)[^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_output_shown_is_the_measured_one() -> None:
    shown = README.split("<!-- demo:begin -->")[1].split("<!-- demo:end -->")[0].strip().strip("`").strip()
    newest = max((ROOT / "benchmarks" / "results").glob("end_to_end-demo-2*.md"))
    assert shown
    assert shown in newest.read_text(encoding="utf-8")


def test_recipes_in_the_documentation_are_recipes(tmp_path: Path) -> None:
    from emma.pipeline import recipe

    (example,) = re.findall(r"```toml\n(.+?)```", (ROOT / "docs" / "your-languages.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "nordic.toml").write_text(example, encoding="utf-8")
    assert recipe.read(tmp_path / "nordic.toml").mix.replay == {"eng_Latn": 0.10}
