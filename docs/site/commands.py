"""Every command with its arguments, from the parser itself, and the exit codes."""

import argparse
from collections.abc import Iterator

from docs.site.markdown import code, plain, sentence, table
from emma.cli.main import build_parser

ABOUT = """# Commands

`emma COMMAND --help` shows the same in the terminal.
"""


def describe_commands() -> Iterator[str]:
    """The page."""
    yield ABOUT
    parser = build_parser()
    yield from describe_exit_codes(parser.epilog or "")
    for name, command in subcommands(parser).items():
        yield from describe_command(f"emma {name}", command, "##")


def describe_exit_codes(epilog: str) -> Iterator[str]:
    """The exit codes, which the help ends with."""
    codes = epilog.removeprefix("Exit codes: ").rstrip(".")
    yield f"Exit codes: {codes}.\n"


def subcommands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The commands of a parser by name."""
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return {name: command for group in groups for name, command in group.choices.items()}


def describe_command(name: str, parser: argparse.ArgumentParser, level: str) -> Iterator[str]:
    """A command: what it does, how it is called, its arguments, and its own commands."""
    actions = [action for action in parser._actions if action.help != argparse.SUPPRESS and action.dest != "help"]
    named = [action for action in actions if not isinstance(action, argparse._SubParsersAction)]
    yield f"{level} {name}\n"
    yield plain(parser.description or "") + "\n"
    if named:
        places = (show_place(each) for each in named if not each.option_strings)
        yield f"{code(' '.join([name, *places, '[options]']))}\n"
    formatter = argparse.HelpFormatter(parser.prog)
    yield from table(
        ("argument", "meaning"), ((show_argument(each), sentence(formatter._expand_help(each))) for each in named)
    )
    for inner, command in subcommands(parser).items():
        yield from describe_command(f"{name} {inner}", command, "###")


def show_place(action: argparse.Action) -> str:
    """A positional argument as a line of usage has it."""
    word = str(action.metavar or action.dest)
    return {"?": f"[{word}]", "*": f"[{word} …]", "+": f"{word} …"}.get(str(action.nargs), word)


def show_argument(action: argparse.Action) -> str:
    """An argument and its value."""
    if not action.option_strings:
        return code(show_place(action))
    value = "" if action.nargs == 0 else f" {action.metavar or '|'.join(map(str, action.choices or [action.dest]))}"
    return ", ".join(code(f"{option}{value}") for option in action.option_strings)
