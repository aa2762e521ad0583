"""`emma diff`: how two compiled corpora differ, language by language."""

import argparse

from emma.cli.options import Commands, add_command, add_home, add_json, open_home, print_answer


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "diff", "show how two compiled corpora differ, language by language")
    parser.add_argument("before", metavar="A", help="a run of this home, or the folder of any run")
    parser.add_argument("after", metavar="B", help="the run or folder to compare it with")
    add_json(parser)
    add_home(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the difference."""
    from emma.inspect.diff import compare_runs, render_text
    from emma.inspect.lookup import find_run

    home = open_home(arguments)
    answer = compare_runs(find_run(home, arguments.before), find_run(home, arguments.after))
    print_answer(answer, render_text, arguments.json)
    return 0
