"""The documentation: what it shows runs, its links lead somewhere, and the output it shows is the measured one.

Its code runs in a folder that holds a small recipe under the demo's name, and the finished run of it.
"""

import re
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import ValidationError

from docs.site.reference import list_stale
from emma import __version__
from emma.cli.main import main
from emma.pipeline.recipe import Recipe
from emma.pipeline.removals import RemovalList
from tests import pages
from tests.conftest import TEXTS
from tests.pages import PAGES, ROOT, Block, check_command, check_shell, list_blocks, list_commands
from tests.whole import emma, write_recipes

PACKAGE = ROOT / "src" / "emma"
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = list(dict.fromkeys(command for _, command in list_commands()))
COPIES = ("recipe.toml", "my.toml", "nordic.toml", "sami.toml", "recipes/world.toml")
"""Recipes of the pages that are the small one under another name in the folder of these tests."""
RUNS = ("other", "world", "world2", "my-run", "my", "recipe", "nordic", "sami")
MODELS = ("A", "B", "MODEL", "models/llama", "llama-2-7b", "meta-llama", "models/base", "models/adapted")
"""Models of the pages that are the small one's release."""
STAND_INS: Mapping[str, str] = {
    "python-topics:pydoc_data/topics.py#4": "made:all.jsonl#4",
    "bible:mono/bible_cesxml/Ewe-NT.xml.zst#4": "made:all.jsonl#4",
    "newspaper:newspaper/2024.jsonl.gz#17": "made:all.jsonl#17",
    "audit ewe": "audit yor",
    "--step 1234": "--step 3",
    "/shared/emma-runs": "emma-runs",
    "/shared/models/Llama-2-7b-hf": "A",
    "/models/Llama-3.2-1B": "A",
    "/models/Llama-2-7b-hf": "A",
    "/models/": "models/",
    "BASE ADAPTED OUT": "A B MERGED",
    "demo@400": "demo",
    "try demo --lang sw": "try demo --lang yor",
    "breton": "yor_Latn",
    "Swahili, Hausa and": "Yoruba, Amharic and",
    "--to corpus": "--to exported",
    "--lang sw --source django-messages": "--lang yor --source made",
    "--lang ewe --lang Hausa --split train --source radio": "--lang yor --lang Amharic --split train --source made",
    "--annotations lid_score": "--annotations script_share",
    "fra_Latn-swh_Latn --data bench": "yor_Latn-amh_Ethi --data bench --limit 2",
    "flores200:swh_Latn --data bench --lang lug_Latn,luo_Latn": "flores200:yor_Latn --data bench --lang amh --limit 2",
}
"""What a command asks for, and what the small run has instead."""
RUN = (
    "status", "why", "audit", "diff", "mix show", "plan", "lang", "readers", "vocab report", "check", "merge",
    "export-checkpoint", "tasks --", "curate", "mix my.toml", "adapt",
    "try demo --lang", "try demo \"", "release demo --push", "cost", "clean --dry-run", "train recipe.toml", "export",
    "evaluate --model A --task flores200:", "report --compare", "ledger", "remove --list", "new",
    "run recipes/demo.toml", "run recipes/world.toml", "run nordic.toml", "run sami.toml", "run recipe.toml",
    "run texts.toml",
)  # fmt: skip
"""Commands that are run on it: they take a second or so. All others are given to their parser."""
ELSEWHERE = re.compile(r"--push someone/demo$|new OWNER|(?<![\w.])[/~]\w|://|--on |qwen3|\$")
"""In commands that need what is not here: other machines, servers, and files of the reader's."""


def stand_in(command: str) -> str:
    """A command as it is run here."""
    for asked, here in STAND_INS.items():
        command = command.replace(asked, here)
    return command


def needs_nothing_else(command: str) -> bool:
    """Whether a command is to be run here."""
    return command.startswith(tuple(f"emma {words}" for words in RUN)) and not ELSEWHERE.search(stand_in(command))


RUN_HERE = [command for command in COMMANDS if needs_nothing_else(command)]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small `recipes/demo.toml`, its finished run in `emma-runs`, and what pages name beside it."""
    pytest.importorskip("torch", reason="needs the train extra")
    folder = tmp_path_factory.mktemp("docs")
    write_recipes(folder / "recipes")
    recipe = folder / "recipes" / "demo.toml"
    (folder / "recipes" / "whole.toml").rename(recipe)
    recipe.write_text(recipe.read_text("utf-8").replace('name = "whole"', 'name = "demo"'), encoding="utf-8")
    done = emma("run", recipe, "--home", folder / "emma-runs")
    assert done.returncode == 0, done.stderr
    lay_out(folder, recipe.read_text("utf-8"))
    return folder


def lay_out(folder: Path, recipe: str) -> None:
    """Put recipes, runs, models and text where the pages' commands look for them."""
    shutil.copy(folder / "recipes" / "base.toml", folder)
    for path in (ROOT / "recipes").glob("emma500*"):
        shutil.copy(path, folder / "recipes")
    for name in COPIES:
        (folder / name).write_text(recipe.replace('name = "demo"', f'name = "{Path(name).stem}"'), encoding="utf-8")
    for name in RUNS:
        shutil.copytree(folder / "emma-runs" / "demo", folder / "emma-runs" / name, symlinks=True)
    for name in MODELS:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).symlink_to(folder / "emma-runs" / "demo" / "release" / "model")
    for text in ("flores200/devtest", "bench/flores200_devtest/devtest", "bench/flores200_devtest/dev", "DIR", "texts"):
        (folder / text).mkdir(parents=True)
        for lang, sentence in TEXTS.items():
            suffix = Path(text).name if "dev" in text else "txt"
            (folder / text / f"{lang}.{suffix}").write_text(f"{sentence}\n" * 4, encoding="utf-8")
    (folder / "languages.csv").write_text("lang,tokens\nswh_Latn,200000\nsw,5\n", encoding="utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_are_understood(command: str) -> None:
    check_command(command)


@pytest.mark.slow
@pytest.mark.parametrize("command", RUN_HERE)
def test_commands_run(
    demo: Path, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(demo)
    # A code that was split: the page shows what is said of it. A list with something wrong in it ends with 1 too.
    refused = "eml" in command or "languages.csv" in command
    assert main(pages.split(stand_in(command))[1:]) == refused, capsys.readouterr().err


def test_most_commands_of_a_finished_run_are_run() -> None:
    assert len(RUN_HERE) >= 40


@pytest.mark.slow
@pytest.mark.parametrize("block", [*list_blocks("python")], ids=str)
def test_python_runs(demo: Path, block: Block, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(demo)
    monkeypatch.syspath_prepend(demo)
    if name := re.match(r"# (\w+\.py)\n", block.text):  # a file of the reader's, which the next block imports
        (demo / name[1]).write_text(block.text, encoding="utf-8")
    exec(compile(block.text, block.page, "exec"), {"__name__": block.page})


@pytest.mark.parametrize("block", [*list_blocks("python not-run")], ids=str)
def test_python_that_needs_more_than_the_demo_is_python(block: Block) -> None:
    compile(block.text, block.page, "exec")


@pytest.mark.parametrize("block", [*list_blocks("bash", "commands")], ids=str)
def test_shells_understand(block: Block) -> None:
    assert check_shell(block.text) == ""


@pytest.mark.parametrize("block", [*list_blocks("toml")], ids=str)
def test_settings_exist(block: Block) -> None:
    """A page may leave out what it is not about, but not invent a setting."""
    table = tomllib.loads(block.text)
    if "project" in table:  # a package's pyproject.toml
        return
    if "removed" in table:  # what `emma remove` writes
        RemovalList.model_validate(table)
        return
    try:
        Recipe.model_validate({"name": "shown"} | table)
    except ValidationError as error:
        assert [each for each in error.errors() if each["type"] != "missing"] == []


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    known = {"commands", "bash", "toml", "python", "python not-run", "text"}
    assert [str(block) for block in list_blocks() if block.language not in known] == []


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
    shown = (
        README.split("<!-- demo:begin -->")[1]
        .split("<!-- demo:end -->")[0]
        .strip()
        .removeprefix("```text")
        .strip("`")
        .strip()
    )
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
