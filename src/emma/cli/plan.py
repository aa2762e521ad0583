"""`emma plan`: what training a recipe takes in memory, hours, energy and money."""

import argparse
from pathlib import Path

from emma.cli.options import Commands, add_changes, add_command, add_forms, show_answer
from emma.cli.values import parse_amount, parse_positive


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "plan", "estimate what training a recipe takes: memory, hours, energy, money")
    parser.add_argument("recipe", type=Path, metavar="RECIPE", help="a recipe (TOML)")
    parser.add_argument("--gpu", default=None, metavar="NAME", help="such as H200; cpu for this machine's processor")
    parser.add_argument(
        "--gpus", type=parse_positive, default=1, metavar="N", help="how many GPUs train together (default: 1)"
    )
    parser.add_argument(
        "--shape", metavar="NAME", help="for a base that is not here: llama2-7b and others, or a config.json"
    )
    parser.add_argument(
        "--micro-batch", type=parse_positive, metavar="N", help="sequences per micro-batch, over train.micro_batch"
    )
    speed = parser.add_mutually_exclusive_group()
    speed.add_argument(
        "--tokens-per-second", type=parse_amount, metavar="X", help="speed of one GPU, where you know it"
    )
    speed.add_argument("--measure", action="store_true", help="measure two blocks of such a model on this machine")
    parser.add_argument("--price", type=parse_amount, metavar="X", help="price of an hour of one GPU, in any currency")
    parser.add_argument("--watts", type=parse_amount, metavar="X", help="power of one GPU (default: its rated power)")
    add_forms(parser, "write a page")
    add_changes(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the estimate, or write its page."""
    from emma.inspect.plan.estimate import PlanQuestion, plan_training
    from emma.inspect.plan.machines import find_machine
    from emma.inspect.plan.page import render_page
    from emma.inspect.plan.text import render_text
    from emma.pipeline.recipe import Recipe

    # As one more --set, so that it is checked as the recipe's own value would be.
    size = [f"train.micro_batch={arguments.micro_batch}"] if arguments.micro_batch else []
    question = PlanQuestion(
        machine=find_machine(arguments.gpu),
        ranks=arguments.gpus,
        shape=arguments.shape,
        price=arguments.price,
        watts=arguments.watts,
        tokens_per_s=arguments.tokens_per_second,
        measure=arguments.measure,
        home=arguments.home,
    )
    answer = plan_training(Recipe.read(arguments.recipe, [*arguments.changes, *size]), question)
    show_answer(answer, render_text, render_page, arguments)
    return 0
