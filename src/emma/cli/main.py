"""The command line. Thin: it reads arguments, and imports only what the command asked for needs."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from emma import __version__
from emma.cli import (
    audit,
    check,
    clean,
    cost,
    demo,
    diff,
    evaluate,
    export,
    export_checkpoint,
    export_gguf,
    lang,
    ledger,
    lid,
    merge,
    mix,
    new,
    plan,
    published,
    readers,
    release,
    remove,
    report,
    run,
    stage,
    status,
    tasks,
    try_models,
    vocab,
    why,
)
from emma.cli.options import STAGES
from emma.cli.parser import COMMAND, CommandParser, GroupedHelp, UsageError
from emma.cli.system import explain_system_error, give_way, let_waiting_threads_sleep, show_what_a_terminal_cannot
from emma.errors import EmmaError
from emma.wording import find_near, suggest

__all__ = ["STAGES", "build_parser", "expand_group", "main"]

COMMANDS = {
    "begin, and go on": (demo, new, run, status, clean),
    "look into a run": (try_models, why, audit, diff, ledger),
    "take along, give back, leave out": (export, export_checkpoint, export_gguf, merge, remove),
    "ask before you pay": (lang, readers, check, plan, cost, lid, tasks, published),
}
"""A module for each command under its heading, in the order of `--help`; the stages' commands follow."""
STAGES_HEADING = "one stage of a recipe, and those before it"
GROUPS = {"mix": mix.COMMANDS, "vocab": vocab.COMMANDS, "lang": lang.COMMANDS}
"""Commands with commands of their own, of which the first is meant where none is named."""
MAX_CODE = 3
"""Letters of the longest code of a language: `emma lang lin` is about Lingala, and no slip for `lint`."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code (see the epilog of `--help`)."""
    let_waiting_threads_sleep()
    show_what_a_terminal_cannot()
    try:
        # Commands import what they need when they are called, so that `--help` is there at once.
        given = expand_group(sys.argv[1:] if argv is None else argv)
        if not given:
            build_parser().print_help(sys.stderr)
            return 2
        if is_before_command(given[0]):
            build_parser().error(f"{given[0]} stands before a command. Write it behind: emma COMMAND {given[0]}")
        return run_command(build_parser().parse_args(given))
    except EmmaError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1
    except KeyboardInterrupt:
        from emma.work import interrupt

        print("interrupted; nothing finished is lost: the same command goes on from here", file=sys.stderr)
        return interrupt.exit_code()
    except BrokenPipeError:
        give_way()
        return 0
    except OSError as error:
        print(f"error: {explain_system_error(error)}", file=sys.stderr)
        return 1


def run_command(arguments: argparse.Namespace) -> int:
    """Run a command, and print all of its answer: here a full disk is told, and not when Python ends."""
    command: Callable[[argparse.Namespace], int] = arguments.command
    code = command(arguments)
    sys.stdout.flush()
    return code


def build_parser() -> argparse.ArgumentParser:
    """All commands and their arguments."""
    headings: dict[str, str] = {}
    parser = CommandParser(
        prog="emma",
        formatter_class=lambda prog: GroupedHelp(prog, headings),
        description="Adapt a language model to hundreds of languages: one recipe, one command. Begin with "
        "`emma demo`; with your own text, `emma new FOLDER` writes the recipe, and `emma run RECIPE` runs it.",
        epilog="Exit codes: 0 done, 1 an error with a message, 2 wrong usage, 130 interrupted or "
        "143 terminated (run again to go on).",
    )
    parser.add_argument("--version", action="version", version=f"emma {__version__}")
    commands = parser.add_subparsers(title="commands", metavar=COMMAND, required=True)
    for heading, members in COMMANDS.items():
        first = len(commands.choices)
        for command in members:
            command.add_parser(commands)
        headings[list(commands.choices)[first]] = heading
    headings[next(iter(STAGES))] = STAGES_HEADING
    # Some are groups too: argparse has no subcommands beside a positional, so `expand_group` names theirs.
    own = {
        "mix": mix.add_parser,
        "vocab": vocab.add_parser,
        "evaluate": evaluate.add_parser,
        "report": report.add_parser,
        "release": release.add_parser,
    }
    for name in STAGES:
        own.get(name, stage.add_parser)(commands, name)
    return parser


def is_before_command(name: str) -> bool:
    """Whether an argument is an option of commands that stands where only `emma`'s own may."""
    return name.startswith("-") and name not in ("-h", "--help", "--version")


def expand_group(argv: Sequence[str]) -> list[str]:
    """The arguments with the command of a group that is meant where none is named: `mix R` is `mix run R`.

    Raises UsageError for a command of a group that is misspelt.
    """
    if argv[:1] == ["help"]:
        return [*argv[1:], "--help"]
    if argv and argv[0] in GROUPS and not {*argv[1:2]} & {*GROUPS[argv[0]]}:
        if len(argv) > 1 and is_misspelt(argv[1], argv[2:], argv[0]):
            hint = suggest(argv[1], GROUPS[argv[0]])
            raise UsageError(f"'{argv[1]}' is no command of emma {argv[0]}. {hint} `emma {argv[0]} --help` lists them.")
        return [argv[0], GROUPS[argv[0]][0], *argv[1:]]
    return list(argv)


def is_misspelt(word: str, rest: Sequence[str], group: str) -> bool:
    """Whether a word is a group's command misspelt: it is like one, and nothing that the group's first may take."""
    is_file = Path(word).exists() or Path(word).suffix
    # `emma lang` takes codes and names: there only what stands before a file is a command.
    is_code = len(word) <= MAX_CODE or not any(Path(each).exists() or Path(each).suffix for each in rest)
    return not is_file and not (group == "lang" and is_code) and bool(find_near(word, GROUPS[group], cutoff=0.7))


if __name__ == "__main__":
    sys.exit(main())
