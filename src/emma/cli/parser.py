"""The parser of a command: argparse, with messages that say what was meant and where to read on."""

import argparse
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

from emma.errors import EmmaError

CHOICE = re.compile(r"argument (?P<name>.+): invalid choice: '(?P<given>.*)' \(choose from (?P<choices>.*)\)")
"""What argparse says of a value that is none of those there are."""
COMMAND = "COMMAND"
"""What stands for a command in the usage."""

MISSING = "the following arguments are required: "
"""How argparse begins what it says of arguments that were left out."""
OPTION_CUTOFF = 0.7
"""How alike options must be spelt: all begin with dashes and are short, so that more are alike by chance."""


class UsageError(EmmaError):
    """Arguments of which each is right, and which are not enough or do not go together; the exit code is 2."""


class CommandParser(argparse.ArgumentParser):
    """The parser of a command, or of all."""

    late: str | None = None
    """An optional positional that may stand behind options, as in `emma try RUN --lang sw TEXT`: argparse takes it for
    left out there."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse all arguments; an error names what nothing is known of, and what is spelt like it."""
        if args is not None and "" in args:
            self.error("an argument is empty; was a variable of the shell not set?")
        known, rest = super().parse_known_args(args, namespace)
        if self.late and rest and not rest[0].startswith("-") and getattr(known, self.late) is None:
            setattr(known, self.late, rest.pop(0))
        if rest:
            # Here and not in the parser above, which does not know the options of a command.
            self.error(explain_rest(rest, [name for action in self._actions for name in action.option_strings]))
        return known, rest

    def error(self, message: str) -> NoReturn:
        """Print the usage, what is wrong and where to read on; the exit code is 2."""
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: error: {self.explain(message)}\n`{self.prog} --help` explains them.\n")

    def explain(self, message: str) -> str:
        """A message of argparse in other words; what is missing with what it stands for."""
        if not message.startswith(MISSING):
            return explain_choice(message)
        names = message.removeprefix(MISSING).split(", ")
        helps = {"/".join(each.option_strings) or each.metavar or each.dest: each.help for each in self._actions}
        return "missing: " + "; ".join(f"{name} ({text})" if (text := helps.get(name)) else name for name in names)


class GroupedHelp(argparse.HelpFormatter):
    """Help in which a list of commands has headings; each stands before the command it is under the name of."""

    def __init__(self, prog: str, headings: Mapping[str, str]) -> None:
        super().__init__(prog)
        self._headings = headings

    def _format_action(self, action: argparse.Action) -> str:
        text, heading = super()._format_action(action), self._headings.get(action.dest)
        return f"\n{'':{self._current_indent}}{heading}:\n{text}" if heading else text


def explain_rest(rest: Sequence[str], options: Sequence[str]) -> str:
    """What is wrong with arguments that are left over."""
    if (name := next((each for each in rest if each.startswith("-")), None)) is None:
        return f"'{rest[0]}' is one argument too many; text with spaces needs quotation marks"
    option = name.partition("=")[0]
    return f"there is no option {option}{did_you_mean(option, options, OPTION_CUTOFF)}"


def explain_choice(message: str) -> str:
    """A message of argparse, that of a wrong choice in other words."""
    if (match := CHOICE.fullmatch(message)) is None:
        return message
    choices = [name.strip("'") for name in match["choices"].split(", ")]
    near = did_you_mean(match["given"], choices)
    if match["name"] == COMMAND:
        # A list of all would bury the one that was meant.
        return f"'{match['given']}' is no command{near or ': there are ' + ', '.join(choices)}"
    return f"argument {match['name']}: '{match['given']}' is none of {', '.join(choices)}{near}"


def did_you_mean(given: str, names: Iterable[str], cutoff: float = 0.6) -> str:
    """A question for the name that is spelt most alike; empty where none is."""
    near = get_close_matches(given, list(names), n=1, cutoff=cutoff)
    return f"; did you mean {near[0]}?" if near else ""
