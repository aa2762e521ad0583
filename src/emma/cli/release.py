"""`emma release RECIPE`: the stage, as any; `emma release --verify`: whether its result opens where people open it."""

import argparse
from pathlib import Path

from emma.cli.options import STAGES, Commands, add_json, add_strict, open_home, print_answer
from emma.cli.stage import StageHelp

DESCRIPTION = """\
With a recipe, run it up to this stage. With --verify, open a finished release in the programs that people use, each in
a process of its own, and compare what they find with what EMMA finds in the model that was trained; the exit code is 1
if any differs."""


def add_parser(commands: Commands, name: str) -> None:
    """Add the command."""
    parser = commands.add_parser(name, help=STAGES[name], description=DESCRIPTION, add_help=False)
    parser.add_argument("-h", "--help", action=StageHelp, stage=name, help="show this help and the stage's settings")
    parser.add_argument(
        "recipe", type=Path, nargs="?", help="a recipe (TOML); with --verify, or the name of a run (default: the only)"
    )
    group = parser.add_argument_group("checks of a finished release")
    group.add_argument("--verify", action="store_true", help="open the release in each client, and compare")
    group.add_argument(
        "--client",
        action="append",
        default=[],
        dest="clients",
        metavar="NAME",
        help="ask this client only, such as transformers or llama.cpp; may be given more than once",
    )
    add_json(group)
    add_strict(parser)
    parser.set_defaults(command=run, until=name)


def run(arguments: argparse.Namespace) -> int:
    """Run the stage of a recipe, or verify a release."""
    from emma.errors import RecipeError

    if arguments.verify:
        return verify(arguments)
    if arguments.clients:
        raise RecipeError("--client names what a release is opened in: give --verify with it.")
    if arguments.recipe is None:
        raise RecipeError("Name a recipe, or say --verify to open a finished release in other programs.")
    from emma.cli.run import run

    return run(arguments)


def verify(arguments: argparse.Namespace) -> int:
    """Print a verdict for each client; 1 where one failed."""
    from emma.inspect.clients.run import verify_release
    from emma.inspect.clients.show import render_text

    name = str(arguments.recipe) if arguments.recipe is not None else None
    if name is not None and name.endswith(".toml"):
        from emma.pipeline.recipe import Recipe

        name = Recipe.read(arguments.recipe, arguments.changes).name
    checks = list(verify_release(open_home(arguments).choose_run(name), arguments.clients))
    print_answer(checks, render_text, arguments.json)
    return 1 if any(check.status == "failed" for check in checks) else 0
