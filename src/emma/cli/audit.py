"""`emma audit`: the sheet of one language that a speaker reads, marks and signs."""

import argparse

from emma.cli.options import Commands, add_command, add_home, add_json, add_run_name, open_home, print_answer
from emma.cli.values import parse_page


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "audit", "show the sheet of one language that a speaker reads, marks and signs")
    parser.add_argument("lang", metavar="LANG", help="a label such as hin_Deva, a code, or an English name")
    add_run_name(parser, "audit")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="draw other documents (default: 0)")
    form = parser.add_mutually_exclusive_group()
    add_json(form)
    form.add_argument("--html", type=parse_page, default=None, metavar="FILE", help="write a page to print")
    add_home(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the sheet, or write its page."""
    from emma.inspect.audit.sheet import audit_language
    from emma.inspect.audit.show import render_page, render_text

    answer = audit_language(open_home(arguments).choose_run(arguments.run), arguments.lang, arguments.seed)
    if arguments.html:
        arguments.html.write_text(render_page(answer), encoding="utf-8")
        print(arguments.html)
    else:
        print_answer(answer, render_text, arguments.json)
    return 0
