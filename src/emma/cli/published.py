"""`emma published`: the result tables that the authors published, added up anew and checked."""

import argparse
from pathlib import Path

from emma.cli.options import Commands, add_command, add_json, print_answer
from emma.cli.values import parse_count


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "published",
        "add up and check the result tables that the authors of EMMA-500 published",
        "Add up the result tables that the authors of EMMA-500 published: averages, tiers, models beaten and the gain "
        "in each of its readings; and name what does not hold in them.",
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="evaluation_results of github.com/MaLA-LM/emma-500")
    parser.add_argument("--baseline", default="Llama 2 7B", metavar="NAME", help="the model of before (Llama 2 7B)")
    parser.add_argument(
        "--model", default="EMMA-500 Llama 2 7B", metavar="NAME", help="the model that is judged (EMMA-500 Llama 2 7B)"
    )
    parser.add_argument("--own", type=Path, default=None, metavar="DIR", help="scores of `emma evaluate` to set beside")
    parser.add_argument("--seed", type=parse_count, default=0, metavar="N", help="draw intervals anew (default: 0)")
    add_json(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what the tables say."""
    from emma.inspect.published.compare import read_published
    from emma.inspect.published.show import render_text

    names = {"baseline": arguments.baseline, "model": arguments.model}
    answer = read_published(arguments.folder, **names, own=arguments.own, seed=arguments.seed)
    print_answer(answer, render_text, arguments.json)
    return 0
