"""Wrong usage says what was meant: commands, options and values that are spelt alike, and what is one too many."""

import pytest

from emma.cli.main import main


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    try:
        code = main(arguments)
    except SystemExit as stop:
        code = int(str(stop.code))
    assert code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("rum",), "error: 'rum' is no command. Did you mean 'run'? `emma"),
        (("qqq",), "'qqq' is no command. There are 34, such as demo, new, run."),
        (("lid", "trian"), "error: 'trian' is no command. Did you mean 'train'? `emma lid --help`"),
        (("run", "x.toml", "--until", "tran"), "error: 'tran' is no value of --until. Did you mean 'train'?"),
        (("run", "x.toml", "--until", "xyz"), "'xyz' is no value of --until. There are: collect, annotate, "),
        (
            ("run", "x.toml", "--home"),
            "error: --home needs a value: the folder that holds the store and the runs. `",
        ),
        (("vocab", "report"), "error: TOKENIZER is missing: a model folder"),
        (("audit", "hi", "--json", "--html", "x.html"), "--html and --json do not go together. Leave one out."),
        (("run", "x.toml", "--quiet=1"), "--quiet takes no value. Leave '1' out."),
        (("run", "x.toml", "--s", "a"), "--s may be one of --set, --store, --strict. Write it whole."),
        (
            ("run", "x.toml", "--hom", "a", "--wrokers", "2"),
            "There is no option --wrokers. Did you mean --workers?",
        ),
        (("run", "x.toml", "--xyz=1"), "There is no option --xyz. `emma run --help` explains"),
        (("check", "a", "--home", "b"), "There is no option --home. `"),
        (("--home", "a", "status"), "--home stands before a command. Write it behind: emma COMMAND --home."),
        (("remove", "--url-pattern", ""), "An argument is empty. Was a variable of the shell not set? `"),
        (("evaluate",), "error: Name a recipe, or a --model and a --task"),
        (("report",), "error: Name a recipe, or say --compare RUN RUN"),
        (("release", "--dry-run"), "error: --dry-run says how a release is sent"),
        (("remove",), "error: Say what to remove: --source NAME"),
        (("audit", "hi", "--seed", "x"), "error: --seed: 'x' is not a whole number from 0"),
        (("why", "a", "b"), "'b' is one argument too many. Text with spaces needs quotation marks"),
        (("audit",), "LANG is missing: a label such as hin_Deva, a code"),
        (("merge", "a", "b", "c", "--alpha", "2"), "--alpha: '2' is not a share from 0 to 1"),
        (("mix", "shwo", "r.toml"), "'shwo' is no command of emma mix. Did you mean 'show'? `emma mix --help`"),
        (("lang", "lnit", "langs.csv"), "'lnit' is no command of emma lang. Did you mean 'lint'?"),
        (("clean", "/tmp"), "'/tmp' is one argument too many. A home is named by --home /tmp"),
        (("check", "a", "/tmp"), "'/tmp' is one argument too many. Text with"),  # and has no --home
        (("try", "demo", "--qqq"), "There is no option --qqq. `"),  # and is no prompt
        (("mix", "show"), "error: RECIPE is missing: a recipe (TOML). `emma mix show --help`"),
        (("mix", "shwo"), "'shwo' is no command of emma mix"),
        (("lid",), "COMMAND is missing: train, eval, labels."),
        (("demo", "x"), "'x' is one argument too many. This command takes options alone."),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert expected in said(capsys, *arguments)


def test_no_command_shows_all(capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys)
    assert "usage: emma" in shown and "Begin with `emma demo`" in shown


def test_the_folder_of_a_run_is_no_home(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "lock.json").write_text("{}")
    shown = said(capsys, "status", "--home", str(tmp_path / "demo"))
    assert f"is the folder of a run; its home is {tmp_path}" in shown
