"""`emma cost --add LANG --base MODEL`: what adding a language would take and bring, and whether to do it."""

import argparse

from emma.cli.options import Commands, add_command, add_home, add_json, add_run_name, open_home, print_answer
from emma.cli.values import parse_amount, parse_count, parse_positive, parse_share


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "cost",
        "tell what adding a language to a model would take and bring",
        "Find the text of a language in the runs of a home, measure what the base makes of it, and say what training "
        "on it would take and bring. What it would bring is a law fitted to what the home's own runs have measured, "
        "with a 95 % interval. The verdict is `do`, `don't` or `can't say`, with the reason.",
    )
    parser.add_argument(
        "--add", required=True, metavar="LANG", help="a label, code or English name: swh_Latn, sw, Hausa"
    )
    parser.add_argument(
        "--base", required=True, metavar="MODEL", help="a model folder, a .gguf file, or the name of a run of the home"
    )
    parser.add_argument(
        "--epochs", type=parse_amount, default=4.0, metavar="X", help="times that its text is seen (default: 4)"
    )
    parser.add_argument(
        "--replay", type=parse_share, default=0.25, metavar="X", help="share of what the base knows (default: 0.25)"
    )
    parser.add_argument(
        "--pieces", type=parse_count, default=1000, metavar="N", help="new pieces of the vocabulary (default: 1000)"
    )
    parser.add_argument("--gpu", default=None, metavar="NAME", help="such as H200; cpu for this machine's processor")
    parser.add_argument(
        "--gpus", type=parse_positive, default=1, metavar="N", help="how many train together (default: 1)"
    )
    parser.add_argument("--tokens-per-second", type=parse_amount, metavar="X", help="speed of one, where you know it")
    parser.add_argument("--price", type=parse_amount, metavar="X", help="price of an hour of one, in any currency")
    add_run_name(parser, "take the text from")
    add_json(parser)
    add_home(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the forecast."""
    from emma.inspect.cost.forecast import CostQuestion, forecast
    from emma.inspect.cost.show import render_text
    from emma.inspect.plan.estimate import PlanQuestion
    from emma.inspect.plan.machines import find_machine

    plan = PlanQuestion(
        machine=find_machine(arguments.gpu),
        ranks=arguments.gpus,
        price=arguments.price,
        tokens_per_s=arguments.tokens_per_second,
        home=arguments.home,
    )
    question = CostQuestion(
        plan,
        run=arguments.run,
        pieces=arguments.pieces,
        epochs=arguments.epochs,
        replay=arguments.replay,
    )
    answer = forecast(open_home(arguments), arguments.add, arguments.base, question)
    print_answer(answer, render_text, arguments.json)
    return 0
