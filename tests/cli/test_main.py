"""The command line as scripts see it: quick help, exit codes, one clear line for each mistake."""

import subprocess
import sys
from pathlib import Path

import pytest

from emma.cli import main as cli
from emma.cli.main import STAGES, main
from emma.pipeline.recipe import INPUTS
from tests.whole import emma

HEAVY = ("torch", "transformers", "numba", "pyarrow", "numpy", "pydantic", "rich", "lxml")


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, emma, emma.cli.main\n"
        "try: emma.cli.main.main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert all(stage in done.stdout for stage in STAGES)


def test_commands_and_recipe_know_the_same_stages() -> None:
    assert list(STAGES) == list(INPUTS)


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_explains_its_settings(stage: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([stage, "--help"])
    assert stop.value.code == 0
    assert "recipe" in capsys.readouterr().out


@pytest.mark.parametrize(
    "command", ["run", "demo", "why", "merge", "mix show", "vocab report", "lid train", "lang lint"]
)
def test_every_command_says_what_it_does(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([*command.split(), "--help"])
    _, description, *_ = capsys.readouterr().out.split("\n\n")
    assert description[0].isupper() and description.endswith(".")


def run(folder: Path, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "r.toml").write_text(text, encoding="utf-8")
    return emma("run", folder / "r.toml", "--home", folder / "home", *arguments)


SOURCE = '[[collect.sources]]\nname = "s"\nreader = "jsonl"\nlicence = "CC0-1.0"\ndomain = "d"\npath = "{path}"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[mix]\ntokenz = 1\n", "Did you mean 'tokens'"),
        ('base = "nowhere"\n', "is neither a folder"),
        (SOURCE.format(path="absent/*.jsonl"), "absent/*.jsonl"),
        ('base = "r.toml"\n', "in a circle: r.toml → r.toml"),
        ('name = "store"\n', "give the run another name"),
    ],
)
def test_one_line_for_each_mistake(tmp_path: Path, text: str, said: str) -> None:
    done = run(tmp_path, text)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_base_without_weights_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text("{}")
    done = run(tmp_path, f'base = "{tmp_path / "model"}"\n')
    assert done.returncode == 1
    assert "weights" in done.stderr
    assert not (tmp_path / "home" / "store" / "collect").exists()


@pytest.mark.slow
def test_why_does_not_mix_two_runs(tmp_path: Path) -> None:
    lines = "".join(f'{{"text": "The number {each} is written here.", "lang": "en"}}\n' for each in range(9))
    (tmp_path / "t.jsonl").write_text(lines)
    text = f"data = '{tmp_path}'\n" + SOURCE.format(path="t.jsonl")
    done = run(tmp_path, text, "--until", "curate")
    assert done.returncode == 0 and f"--to FOLDER --home {tmp_path / 'home'}\n" in done.stderr
    assert "train" in emma("why", "s:t.jsonl#2", "--home", tmp_path / "home").stdout
    assert run(tmp_path, text, "--until", "collect", "--set", "collect.max_row_bytes=1000").returncode == 0
    answer = emma("why", "s:t.jsonl#2", "--home", tmp_path / "home")
    assert "not made yet: annotate" in answer.stdout


@pytest.mark.parametrize("arguments", [("run",), ("demo", "--workers", "0")])
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...]) -> None:
    assert emma(*arguments).returncode == 2


@pytest.mark.parametrize(("code", "code_of"), [("sw", 0), ("qqq", 1)])
def test_lang_explains(code: str, code_of: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lang", code]) == code_of
    assert code in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "expanded"),
    [
        ("mix r.toml --workers 2", "mix run r.toml --workers 2"),
        ("mix --workers 2 r.toml", "mix run --workers 2 r.toml"),
        ("mix show r.toml", "mix show r.toml"),
        ("vocab report a b", "vocab report a b"),
        ("lang sw --scheme wiki", "lang explain sw --scheme wiki"),
        ("lang lint list.csv", "lang lint list.csv"),
        ("lang", "lang explain"),
        ("lang lin zh_Hans.x", "lang explain lin zh_Hans.x"),
        ("run mix", "run mix"),
        ("--help", "--help"),
        ("help run", "run --help"),
    ],
)
def test_a_group_has_a_command_that_is_meant_where_none_is_named(argv: str, expanded: str) -> None:
    assert cli.expand_group(argv.split()) == expanded.split()


def test_an_interrupt_while_modules_are_loaded_is_no_traceback() -> None:
    code = (
        "import sys, emma.__main__ as entry\n"
        "class Interrupted:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'emma.cli.main': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupted())\n"
        "sys.exit(entry.main())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "interrupted before anything was begun\n")
