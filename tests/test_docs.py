"""The documentation: what it shows runs, its links lead somewhere, and the output it shows is the measured one.

Its code runs in a folder that holds a small recipe under the demo's name, and the finished run of it.
"""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from docs.site.reference import list_stale
from emma import __version__
from emma.cli.main import build_parser, expand_group, main
from emma.pipeline.recipe import Recipe
from tests.whole import emma, write_recipes

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "emma"
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [
    page
    for pattern in ("*.md", "docs/**/*.md", ".github/**/*.md")
    for page in sorted(ROOT.glob(pattern))
    if page.name != "CHANGELOG.md"
]
FILES = re.compile(r"[\w./-]+\.(toml|csv|json|html)")
READS = ("status", "why", "audit", "mix show", "plan", "lang")
"""Commands that only look, and are run where what they look at is there."""


def blocks(language: str) -> list[tuple[str, str]]:
    """The page and text of every fenced block in a language."""
    pattern = re.compile(rf"^```{language}\n(.+?)^```", re.DOTALL | re.MULTILINE)
    return [(page.name, block) for page in PAGES for block in pattern.findall(page.read_text(encoding="utf-8"))]


def commands() -> list[list[str]]:
    """Every indented line of the documentation that calls emma, without its comment."""
    lines = [line for page in PAGES for line in re.findall(r"^    emma (.+)$", page.read_text("utf-8"), re.MULTILINE)]
    return [shlex.split(line, comments=True) for line in [re.sub(r"\s{2,}#.*", "", line) for line in lines]]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `recipes/demo.toml`, a small one, and its finished run in `emma-runs`."""
    pytest.importorskip("torch", reason="needs the train extra")
    folder = tmp_path_factory.mktemp("docs")
    write_recipes(folder / "recipes")
    recipe = folder / "recipes" / "demo.toml"
    (folder / "recipes" / "whole.toml").rename(recipe)
    recipe.write_text(recipe.read_text("utf-8").replace('name = "whole"', 'name = "demo"'), encoding="utf-8")
    done = emma("run", recipe, "--home", folder / "emma-runs")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("arguments", commands(), ids=" ".join)
def test_commands_are_understood(arguments: list[str]) -> None:
    build_parser().parse_args(expand_group(arguments))


@pytest.mark.slow
def test_commands_that_look_are_run(
    demo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(demo)
    shown = list(runnable(demo))
    assert len(shown) >= 5
    for arguments in shown:
        refused = int("eml" in arguments)  # a code that was split: the page shows what is said of it
        assert main(arguments) == refused, (arguments, capsys.readouterr().err)


def runnable(folder: Path) -> Iterator[list[str]]:
    """The commands that only look and whose files and runs are in a folder."""
    for arguments in commands():
        looks = arguments[0] in READS or " ".join(arguments[:2]) in READS
        files = [each for each in arguments if FILES.fullmatch(each)]
        known = all((folder / each).exists() for each in files) and not {"why", "world", "--gpu"} & {*arguments}
        if looks and known:
            yield arguments


@pytest.mark.slow
@pytest.mark.parametrize(("page", "block"), blocks("python"), ids=lambda text: text[:40])
def test_python_runs(demo: Path, page: str, block: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(demo)
    monkeypatch.syspath_prepend(demo)
    if name := re.match(r"# (\w+\.py)\n", block):  # a file of the reader's, which the next block imports
        (demo / name[1]).write_text(block, encoding="utf-8")
    exec(compile(block, page, "exec"), {"__name__": page})


@pytest.mark.parametrize(("page", "block"), blocks("toml"), ids=lambda text: text[:40])
def test_settings_exist(page: str, block: str) -> None:
    """A page may leave out what it is not about, but not invent a setting."""
    table = tomllib.loads(block)
    if "project" in table:  # a package's pyproject.toml
        return
    try:
        Recipe.model_validate({"name": "shown"} | table)
    except ValidationError as error:
        assert [each for each in error.errors() if each["type"] != "missing"] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(((?!http)[^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.parent.name != "reference"], ids=lambda page: page.name
)
def test_code_is_where_pages_say(page: Path) -> None:
    """Files by their paths from the repository or from the package, modules and what is in them by dotted names."""
    text = page.read_text(encoding="utf-8")
    files = re.findall(r"`((?:\w+/)+\w+\.py)`", text) + re.findall(r"`((?:src|tests|recipes)/[\w./-]+)`", text)
    missing = [name for name in files if not any((folder / name).exists() for folder in (ROOT, PACKAGE))]
    names = [name.split(".") for name in re.findall(r"`emma\.([a-z_]+\.[\w.]+)`", text)]
    missing += [".".join(name) for name in names if not is_module(PACKAGE, name)]
    assert missing == []


def is_module(folder: Path, names: list[str]) -> bool:
    """Whether these names lead to a module, or to something that its text names."""
    name, *rest = names
    if (folder / name).is_dir() and rest:
        return is_module(folder / name, rest)
    module = folder / f"{name}.py" if (folder / f"{name}.py").exists() else folder / name / "__init__.py"
    return module.exists() and all(re.search(rf"\b{word}\b", module.read_text("utf-8")) for word in rest)


def test_the_output_shown_is_the_measured_one() -> None:
    shown = README.split("<!-- demo:begin -->")[1].split("<!-- demo:end -->")[0].strip().strip("`").strip()
    newest = max((ROOT / "benchmarks" / "results").glob("end_to_end-demo-2*.md"))
    assert shown
    assert shown in newest.read_text(encoding="utf-8")


def test_one_version() -> None:
    cited = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text("utf-8"), re.MULTILINE)
    assert cited is not None and cited[1] == __version__
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_every_extra_is_in_the_docs() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    start = (ROOT / "docs" / "start.md").read_text("utf-8")
    assert [extra for extra in extras if f"\n| `{extra}` |" not in start] == []


def test_the_reference_is_as_the_code_is() -> None:
    assert list_stale() == [], "make docs writes docs/reference anew"


def test_every_page_is_in_the_list_of_pages() -> None:
    pages = {page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs").rglob("*.md")}
    listed = {*re.findall(r"\]\(([^)]+\.md)\)", (ROOT / "docs" / "index.md").read_text("utf-8")), "index.md"}
    assert {page for page in pages - listed if not page.startswith("decisions/")} == set()
