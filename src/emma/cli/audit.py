"""`emma audit`: the sheet of one language that a speaker reads, marks and signs."""

import argparse

from emma.cli.options import Commands, add_command, add_forms, add_home, add_run_name, open_home, show_answer
from emma.cli.values import parse_count


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "audit", "show the sheet of one language that a speaker reads, marks and signs")
    parser.add_argument("lang", metavar="LANG", help="a label such as hin_Deva, a code, or an English name")
    add_run_name(parser, "audit")
    parser.add_argument("--seed", type=parse_count, default=0, metavar="N", help="draw other documents (default: 0)")
    add_forms(parser, "write a page to print")
    add_home(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the sheet, or write its page."""
    from emma.inspect.audit.sheet import audit_language
    from emma.inspect.audit.show import render_page, render_text

    answer = audit_language(open_home(arguments).choose_run(arguments.run), arguments.lang, arguments.seed)
    show_answer(answer, render_text, render_page, arguments)
    return 0
