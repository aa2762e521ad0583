"""`emma diff`: how two compiled corpora differ, language by language."""

import argparse

from emma.cli.options import Commands, add_command, add_forms, add_home, open_home, show_answer


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "diff", "show how two compiled corpora differ, language by language")
    parser.add_argument("before", metavar="A", help="a run of this home, or the folder of any run")
    parser.add_argument("after", metavar="B", help="the run or folder to compare it with")
    add_forms(parser, "write a page with a map")
    add_home(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the difference, or write its page."""
    from emma.inspect.diff import compare_runs, render_text
    from emma.inspect.diff_page import render_page

    home = open_home(arguments)
    answer = compare_runs(home.choose_run(arguments.before), home.choose_run(arguments.after))
    show_answer(answer, render_text, render_page, arguments)
    return 0
