"""The parser of a command: argparse, with messages that say what was meant and where to read on."""

import argparse
import re
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
DEFAULT = re.compile(r"\s*\(default:[^()]*\)")
VALUES = re.compile(r"argument (.+): expected (one|at least one|\d+) arguments?")
WORDINGS = (
    (r"argument (.+): not allowed with argument (.+)", r"\1 and \2 do not go together. Leave one out"),
    (r"argument (.+): ignored explicit argument '(.*)'", r"\1 takes no value. Leave '\2' out"),
    (r"ambiguous option: (.+) could match (.+)", r"\1 may be one of \2. Write it whole"),
    (r"one of the arguments (.+) is required", r"One of these is needed: \1"),
    (r"argument (.+?): (.+)", r"\1: \2"),
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
            self.error("An argument is empty. Was a variable of the shell not set?")
        known, rest = super().parse_known_args(args, namespace)
        if self.late and rest and not rest[0].startswith("-") and getattr(known, self.late) is None:
            setattr(known, self.late, rest.pop(0))
        if rest:
            # Here and not in the parser above, which does not know the options of a command.
            self.error(explain_rest(rest, self._actions))
        return known, rest

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and where to read on; the exit code is 2."""
        self.exit(2, f"error: {end_sentence(self.explain(message))} `{self.prog} --help` explains more.\n")

    def explain(self, message: str) -> str:
        """A message of argparse in other words; what is missing with what it stands for."""
        if message.startswith(MISSING):
            names = message.removeprefix(MISSING).split(", ")
            return " ".join(end_sentence(f"{name} is missing{self.describe(name)}") for name in names)
        if match := CHOICE.fullmatch(message):
            choices = [name.strip("'") for name in match["choices"].split(", ")]
            what = "no command" if match["name"] == COMMAND else f"no value of {match['name']}"
            return f"'{match['given']}' is {what}. {suggest(match['given'], choices)}"
        if match := VALUES.fullmatch(message):
            return f"{match[1]} needs a value{self.describe(match[1])}"
        return next((re.sub(what, to, message) for what, to in WORDINGS if re.fullmatch(what, message)), message)

    def describe(self, name: str) -> str:
        """What an argument stands for, or the commands of a group, behind a colon; empty where nobody says."""
        for each in self._actions:
            if name == ("/".join(each.option_strings) or each.metavar or each.dest):
                text = DEFAULT.sub("", each.help) if each.help else ", ".join(each.choices or ())
                return f": {text}" if text else ""
        return ""


class GroupedHelp(argparse.HelpFormatter):
    """Help in which a list of commands has headings; each stands before the command it is under the name of."""

    def __init__(self, prog: str, headings: Mapping[str, str]) -> None:
        super().__init__(prog)
        self._headings = headings

    def _format_action(self, action: argparse.Action) -> str:
        text, heading = super()._format_action(action), self._headings.get(action.dest)
        return f"\n{'':{self._current_indent}}{heading}:\n{text}" if heading else text


def explain_rest(rest: Sequence[str], actions: Sequence[argparse.Action]) -> str:
    """What is wrong with arguments that are left over."""
    options = [name for action in actions for name in action.option_strings]
    if option := next((each.partition("=")[0] for each in rest if each.startswith("-")), None):
        near = find_near(option, options, cutoff=OPTION_CUTOFF)
        return f"There is no option {option}" + (f". Did you mean {near[0]}?" if near else "")
    if "--home" in options and Path(rest[0]).is_dir():
        advice = f"A home is named by --home {rest[0]}"
    elif all(action.option_strings for action in actions):
        advice = "This command takes options alone"
    else:
        advice = "Text with spaces needs quotation marks"
    return f"'{rest[0]}' is one argument too many. {advice}"


def end_sentence(text: str) -> str:
    """A sentence with its full stop."""
    return text if text.endswith((".", "?")) else f"{text}."
