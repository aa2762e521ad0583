"""The parser of a command: argparse, with messages that say what was meant and where to read on."""

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from emma.errors import EmmaError
from emma.wording import find_near, suggest

CHOICE = re.compile(r"argument (?P<name>.+): invalid choice: '(?P<given>.*)' \(choose from (?P<choices>.*)\)")
"""What argparse says of a value that is none of those there are."""
COMMAND = "COMMAND"
"""What stands for a command in the usage."""

MISSING = "the following arguments are required: "
"""How argparse begins what it says of arguments that were left out."""
OPTION_CUTOFF = 0.7
"""How alike options must be spelt: all begin with dashes and are short, so that more are alike by chance."""
VALUES = re.compile(r"expected (one|at least one|at most one|\d+) arguments?")
WORDINGS = (
    (re.compile(r"argument (.+): not allowed with argument (.+)"), r"\1 and \2 do not go together; leave one out"),
    (re.compile(r"argument (.+): ignored explicit argument '(.*)'"), r"\1 takes no value; leave '\2' out"),
    (re.compile(r"ambiguous option: (.+) could match (.+)"), r"\1 may be one of \2; write it whole"),
    (re.compile(r"one of the arguments (.+) is required"), r"say one of \1"),
    (re.compile(r"argument (.+?): (.+)"), r"\1: \2"),
)
"""What argparse says, and the same in other words; the last only takes away that an option is an argument."""


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
        if message.startswith(MISSING):
            names = message.removeprefix(MISSING).split(", ")
            return "missing: " + "; ".join(f"{name}{self.tell(name)}" for name in names)
        name, _, fault = message.removeprefix("argument ").partition(": ")
        if match := CHOICE.fullmatch(message):
            choices = [name.strip("'") for name in match["choices"].split(", ")]
            what = "no command" if match["name"] == COMMAND else f"no value of {match['name']}"
            return f"'{match['given']}' is {what}. {suggest(match['given'], choices)}"
        if match := VALUES.fullmatch(fault):
            count = "a value" if match[1] == "one" else f"{match[1]} values"
            return f"{name} needs {count}{self.tell(name)}"
        return next((match.expand(to) for what, to in WORDINGS if (match := what.fullmatch(message))), message)

    def tell(self, name: str) -> str:
        """What an argument stands for, in brackets; empty where nobody says."""
        for each in self._actions:
            if name == ("/".join(each.option_strings) or each.metavar or each.dest) and each.help:
                return f" ({each.help})"
        return ""


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
        is_home = "--home" in options and Path(rest[0]).is_dir()
        advice = f"a home is named by --home {rest[0]}" if is_home else "text with spaces needs quotation marks"
        return f"'{rest[0]}' is one argument too many; {advice}"
    option = name.partition("=")[0]
    near = find_near(option, options, cutoff=OPTION_CUTOFF)
    return f"there is no option {option}" + (f". Did you mean {near[0]}?" if near else "")
