"""`emma mix`: plan the mix, as any stage; `emma mix show`: what it gives each language, or the documents of a step."""

import argparse
from pathlib import Path

from emma.cli import stage
from emma.cli.options import (
    STAGES,
    Commands,
    add_changes,
    add_command,
    add_json,
    open_home,
    print_answer,
)
from emma.cli.values import parse_positive

COMMANDS = ("run", "show")


def add_parser(commands: Commands, name: str) -> None:
    """Add the stage's command and what can be asked of its result."""
    purpose = f"{STAGES[name]}; `emma mix show` looks into the plan"
    group = add_command(commands, name, purpose).add_subparsers(metavar="COMMAND", required=True)
    stage.add_parser(group, name, "emma mix", "See also `emma mix show`: what a mix gives each language.")
    parser = add_command(group, "show", "show what a mix gives each language, or the documents of a step")
    parser.add_argument("recipe", type=Path, metavar="RECIPE", help="a recipe (TOML)")
    # A step is in one stage, so naming both would ask twice.
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--step", type=parse_positive, metavar="N", help="show the documents of this optimiser step, from 1"
    )
    which.add_argument("--stage", metavar="NAME", help="show only this stage of the mix")
    parser.add_argument(
        "--inventory",
        type=Path,
        action="append",
        default=[],
        metavar="CSV",
        help="plan from the sizes of languages in this file, before there is any text",
    )
    add_json(parser)
    add_changes(parser)
    parser.set_defaults(command=show)


def show(arguments: argparse.Namespace) -> int:
    """Print the mix, or the documents of one step."""
    from emma.inspect.mix import summary
    from emma.inspect.mix.show import list_step_documents, render_step, summarise_mix
    from emma.pipeline.recipe import Recipe

    recipe, home = Recipe.read(arguments.recipe, arguments.changes), open_home(arguments)
    if arguments.step is None:
        mix = summarise_mix(recipe, home, arguments.inventory, arguments.stage)
        print_answer(mix, summary.render_text, arguments.json)
    else:
        print_answer(list_step_documents(recipe, home, arguments.step), render_step, arguments.json)
    return 0
