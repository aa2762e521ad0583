"""`emma status`: what is done, what is to do, and whether the files are still what was written."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from emma.cli.options import Commands, add_changes, add_command, add_json, open_home, print_answer, read_recipe
from emma.errors import RecipeError

if TYPE_CHECKING:
    from emma.pipeline.home import Home, Run


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "status", "show what is done and what is to do")
    parser.add_argument(
        "recipe",
        type=Path,
        metavar="RECIPE",
        nargs="?",
        help="a recipe, or the name of a run (default: list the runs of the home)",
    )
    parser.add_argument(
        "--verify",
        action="store_true",
        help="read every file again and compare it with its manifest; the exit code is 1 if any differs",
    )
    add_json(parser)
    add_changes(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the state of a recipe's stages, or of a home's runs."""
    if arguments.verify:
        return verify(arguments)
    from emma.inspect import status

    home = open_home(arguments)
    if arguments.recipe is None:
        print_answer(status.list_runs(home), status.render_runs, arguments.json)
    elif (made := find_run(arguments, home)) is not None:
        print_answer(status.list_made(made), status.render_stages, arguments.json)
    else:
        print_answer(status.list_stages(home, read_recipe(arguments)), status.render_stages, arguments.json)
    return 0


def find_run(arguments: argparse.Namespace, home: "Home") -> "Run | None":
    """The run of the home that is named where a recipe may be; None where it is none.

    Raises RecipeError for changes: a run's name tells no settings.
    """
    name = str(arguments.recipe)
    if arguments.recipe.is_file() or name not in [run.name for run in home.list_runs()]:
        return None
    if arguments.changes:
        raise RecipeError(f"--set changes a recipe, and '{name}' is a run in {home.path}. Name the recipe's file.")
    return home.run(name)


def verify(arguments: argparse.Namespace) -> int:
    """Read the files of a run, or of all, again; 1 where any is not what was written."""
    from emma.inspect.verify import render_text, verify_files
    from emma.pipeline.storage.clean import refuse_no_store
    from emma.work.progress import Reporter

    # Without a recipe every artifact of the home is read, also what no run names any more.
    refuse_no_store(open_home(arguments))
    home = open_home(arguments)
    made = None if arguments.recipe is None else find_run(arguments, home) or read_recipe(arguments)
    verified = verify_files(home, made.name if made else None, Reporter(quiet=arguments.json))
    print_answer(verified, lambda answer: render_text(answer, arguments.recipe), arguments.json)
    return 1 if verified.damaged else 0
