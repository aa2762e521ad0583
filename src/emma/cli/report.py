"""`emma report RECIPE`: the stage, as any; with --compare, finished runs side by side on one page."""

import argparse
from pathlib import Path

from emma.cli.options import STAGES, Commands, add_json, add_strict, open_home, print_answer
from emma.cli.parser import UsageError
from emma.cli.stage import StageHelp
from emma.cli.values import parse_page

DESCRIPTION = """\
With a recipe, run it up to this stage: its page shows what every language had, cost, gained and lost. With --compare,
put two or more finished runs side by side on one page, each against the first: a map, every language on the test
documents that both have, benchmarks, what was forgotten, cost, and the settings that differ."""


def add_parser(commands: Commands, name: str) -> None:
    """Add the command."""
    parser = commands.add_parser(
        name, help=f"{STAGES[name]}; --compare: runs side by side", description=DESCRIPTION, add_help=False
    )
    parser.add_argument("-h", "--help", action=StageHelp, stage=name, help="show this help and the stage's settings")
    parser.add_argument("recipe", type=Path, metavar="RECIPE", nargs="?", help="a recipe (TOML)")
    group = parser.add_argument_group("comparing finished runs")
    group.add_argument(
        "--compare", nargs="+", default=[], metavar="RUN", help="runs of this home, or the folders of any runs"
    )
    form = group.add_mutually_exclusive_group()
    form.add_argument(
        "--out", type=parse_page, metavar="FILE", help="the page to write (default: compare.html in the home)"
    )
    add_json(form)
    add_strict(parser)
    parser.set_defaults(command=run, until=name)


def run(arguments: argparse.Namespace) -> int:
    """Run the stage of a recipe, or compare runs."""
    if arguments.compare:
        return compare(arguments)
    if arguments.out or arguments.json:
        raise UsageError("--out and --json are for a comparison: give --compare RUN RUN with them.")
    if arguments.recipe is None:
        raise UsageError("Name a recipe, or say --compare RUN RUN to put finished runs side by side.")
    from emma.cli.run import run

    return run(arguments)


def compare(arguments: argparse.Namespace) -> int:
    """Write the page of a comparison and print what it says in short, or print all of it as JSON."""
    from emma.inspect.compare.page import render_page
    from emma.inspect.compare.runs import compare_finished
    from emma.inspect.compare.text import render_text

    if arguments.recipe is not None:
        raise UsageError(f"--compare takes finished runs, and {arguments.recipe} is a recipe: name its run.")
    home = open_home(arguments)
    found = compare_finished([home.choose_run(name) for name in arguments.compare])
    print_answer(found, render_text, arguments.json)
    if not arguments.json:
        place = arguments.out or home.path / "compare.html"
        place.write_text(render_page(found), encoding="utf-8")
        print(place)
    return 0
