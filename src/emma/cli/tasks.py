"""`emma tasks`: the benchmarks that there are; `emma tasks NAME`: how a model is asked."""

import argparse
from pathlib import Path

from emma.cli.options import Commands, add_command, add_json, print_json
from emma.cli.values import parse_count, parse_folder


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "tasks",
        "list benchmarks, or show how one of them is asked",
        "List the benchmarks that there are, and what of their data is here; with a name, show its first questions "
        "exactly as a model is asked them.",
    )
    parser.add_argument("task", nargs="?", metavar="TASK", help="a benchmark, such as sib200")
    parser.add_argument(
        "--data", type=parse_folder, default=Path(), metavar="DIR", help="the folder that holds the tasks' own"
    )
    parser.add_argument("--lang", metavar="LANG", help="a label such as ewe_Latn, or a code (default: the first)")
    parser.add_argument("--model", metavar="MODEL", help="show what a model's context has room for, with token counts")
    parser.add_argument(
        "--shots", type=parse_count, metavar="N", help="examples in a prompt (default: as the task has it)"
    )
    parser.add_argument("--mode", choices=("sound", "paper"), default="sound", help="paper: the published protocol")
    add_json(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the tasks, or the prompts of one."""
    from emma.evaluate.config import EvaluateConfig
    from emma.inspect.tasks import list_facts, render_facts, render_prompts, show_prompts

    if arguments.task is None:
        facts = list_facts(arguments.data)
        if arguments.json:
            print_json(facts)
        else:
            print(*render_facts(facts), sep="\n")
        return 0
    section = EvaluateConfig(shots=arguments.shots, mode=arguments.mode)
    lang, prompts = show_prompts(arguments.task, arguments.lang, arguments.data, arguments.model, section)
    if arguments.json:
        print_json(prompts)
    else:
        print(*render_prompts(lang, prompts), sep="\n")
    return 0
