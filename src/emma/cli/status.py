"""`emma status`: what is done, what is to do, and whether the files are still what was written."""

import argparse
from pathlib import Path

from emma.cli.options import Commands, add_changes, add_command, add_json, open_home, print_answer, read_recipe


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "status", "show what is done and what is to do")
    parser.add_argument("recipe", type=Path, nargs="?", help="a recipe (default: list the runs of the home)")
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
    else:
        print_answer(status.list_stages(home, read_recipe(arguments)), status.render_stages, arguments.json)
    return 0


def verify(arguments: argparse.Namespace) -> int:
    """Read the files of a run, or of all, again; 1 where any is not what was written."""
    from emma.inspect.verify import render_text, verify_files
    from emma.work.progress import Reporter

    # Without a recipe every artifact of the home is read, also what no run names any more.
    run = None if arguments.recipe is None else read_recipe(arguments).name
    verified = verify_files(open_home(arguments), run, Reporter(quiet=arguments.json))
    print_answer(verified, lambda answer: render_text(answer, arguments.recipe), arguments.json)
    return 1 if verified.damaged else 0
