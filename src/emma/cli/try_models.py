"""`emma try`: base and adapted model go on with a text, side by side."""

import argparse
import shutil
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from emma.cli.options import Commands, add_command, add_home, add_json, open_home, print_json
from emma.cli.values import parse_count, parse_positive
from emma.errors import RecipeError

if TYPE_CHECKING:
    from emma.inspect.trial.answers import Trial
    from emma.inspect.trial.models import TriedModels

DESCRIPTION = """Let the base and the adapted model go on with a text, side by side, by their likeliest tokens. Without
a text: with --lang three beginnings of text of that language that no model was trained on; else every line that you
write, until an empty one. Such models go on with a text; they were not taught to answer questions."""
MAX_WIDTH = 160
"""Columns of a terminal that are used at most."""


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "try", "let base and adapted model go on with a text, side by side", DESCRIPTION)
    parser.late = "prompt"
    parser.add_argument("model", metavar="RUN", help="a run, its folder, or the folder of a model, such as a release's")
    parser.add_argument("prompt", nargs="?", metavar="PROMPT", help="the text that they go on with")
    parser.add_argument("--lang", metavar="LANG", help="a label such as swh_Latn, a code, or an English name")
    parser.add_argument("--base", metavar="DIR", help="the model beside it (default: the base of the run)")
    parser.add_argument("--tokens", type=parse_positive, metavar="N", help="write at most so many tokens (default: 48)")
    parser.add_argument("--seed", type=parse_count, metavar="N", help="draw other beginnings of the language")
    add_json(parser)
    add_home(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what the models write."""
    from emma.inspect.trial.models import find_models

    models = find_models(open_home(arguments), arguments.model, arguments.base)
    if models.note is not None:
        print(models.note, file=sys.stderr)
    trials = list_trials(arguments, models)
    if arguments.json:
        print_json(list(trials))
        return 0
    show(trials)
    return 0


def list_trials(arguments: argparse.Namespace, models: "TriedModels") -> "Iterable[Trial]":
    """What is asked, answered: the prompt, the language's beginnings, or what is read line by line."""
    from emma.evaluate.continuations import NEW_TOKENS
    from emma.inspect.trial.answers import answer_prompts

    tokens, opened = arguments.tokens or NEW_TOKENS, models.open()
    if arguments.prompt is not None:
        return answer_prompts(opened, [arguments.prompt], tokens, name_language(arguments, models))
    if arguments.lang is not None:
        return list_language(arguments, models)
    if sys.stdin.isatty():
        return (trial for prompt in ask_prompts() for trial in answer_prompts(opened, [prompt], tokens))
    if prompts := [line.rstrip("\n") for line in sys.stdin if line.strip()]:
        return answer_prompts(opened, prompts, tokens)
    raise RecipeError(
        f"Nothing was given to go on with. Write a text: emma try {arguments.model} 'Once upon a time'; or --lang LANG "
        "for beginnings of that language's held-out text; or send lines on standard input."
    )


def name_language(arguments: argparse.Namespace, models: "TriedModels") -> str | None:
    """The label of the language that a text of one's own is said to be in."""
    from emma.inspect.trial.answers import find_language

    lang, run = arguments.lang, models.run
    return find_language(run, lang) if lang is not None and run is not None else None


def list_language(arguments: argparse.Namespace, models: "TriedModels") -> "list[Trial]":
    """What the evaluation let the models write in a language; other beginnings where they are asked for."""
    from emma.evaluate.continuations import NEW_TOKENS
    from emma.inspect.trial.answers import answer_openings, draw_openings, find_language, read_measured

    if (run := models.run) is None:
        raise RecipeError(
            f"{arguments.model} is a model and no run, so there is no held-out text of {arguments.lang} beside it. "
            "Write a text to go on with, or name the run."
        )
    lang = find_language(run, arguments.lang)
    is_plain = arguments.base is None and arguments.tokens is None and arguments.seed is None
    if is_plain and (measured := read_measured(run, lang)):
        return measured
    openings = draw_openings(run, lang, arguments.seed or 0)
    return answer_openings(models.open(), openings, arguments.tokens or NEW_TOKENS)


def ask_prompts() -> Iterator[str]:
    """The lines that a person writes, until an empty one."""
    import readline  # noqa: F401 - gives `input` the keys of an editor

    print("Write the beginning of a text. An empty line ends.", file=sys.stderr)
    while prompt := read_line():
        yield prompt


def read_line() -> str:
    """A line of the terminal; empty where it was closed."""
    try:
        return input("> ").strip()
    except EOFError:
        return ""


def show(trials: "Iterable[Trial]") -> None:
    """Print trials in the columns of the terminal, each as soon as it is there."""
    from emma.inspect.trial.show import render_trial

    is_terminal = sys.stdout.isatty()
    width = min(shutil.get_terminal_size((100, 24)).columns, MAX_WIDTH)
    for trial in trials:
        print(*render_trial(trial, width, is_terminal=is_terminal), "", sep="\n", flush=True)
