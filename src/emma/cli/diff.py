"""`emma diff`: how two compiled corpora differ, language by language."""

import argparse

from emma.cli.options import Commands, add_command, add_home, add_json, open_home, print_answer
from emma.cli.values import parse_page


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "diff", "show how two compiled corpora differ, language by language")
    parser.add_argument("before", metavar="A", help="a run of this home, or the folder of any run")
    parser.add_argument("after", metavar="B", help="the run or folder to compare it with")
    form = parser.add_mutually_exclusive_group()
    add_json(form)
    form.add_argument("--html", type=parse_page, default=None, metavar="FILE", help="write a page with a map")
    add_home(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the difference, or write its page."""
    from emma.inspect.diff import compare_runs, render_text
    from emma.inspect.lookup import find_run

    home = open_home(arguments)
    answer = compare_runs(find_run(home, arguments.before), find_run(home, arguments.after))
    if arguments.html:
        from emma.inspect.diff_page import render_page

        arguments.html.write_text(render_page(answer), encoding="utf-8")
        print(arguments.html)
    else:
        print_answer(answer, render_text, arguments.json)
    return 0
