"""`emma audit`: the sheet of one language that a speaker reads, marks and signs."""

import argparse

from emma.cli.options import Commands, add_command, add_forms, add_home, add_run_name, open_home, show_answer
from emma.cli.values import parse_count

MARKS = {
    "good": "good",
    "wrong_language": "in another language",
    "not_text": "no text",
    "not_public": "text that should not be public",
}
"""The boxes of the sheet, in words."""


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "audit", "show the sheet of one language that a speaker reads, marks and signs")
    parser.add_argument("lang", metavar="LANG", help="a label such as hin_Deva, a code, or an English name")
    add_run_name(parser, "audit")
    parser.add_argument("--seed", type=parse_count, default=0, metavar="N", help="draw other documents (default: 0)")
    add_forms(parser, "write a page to print")
    marks = parser.add_argument_group("what a speaker found, as a table for the recipe; the report then says it")
    marks.add_argument("--sign", metavar="NAME", help="print that table, with the name of who read the documents")
    for name, words in MARKS.items():
        option = f"--{name.replace('_', '-')}"
        marks.add_argument(option, type=parse_count, default=0, metavar="N", help=f"how many of them are {words}")
    add_home(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the sheet, or write its page."""
    from emma.inspect.audit.sheet import audit_language
    from emma.inspect.audit.show import render_page, render_text
    from emma.inspect.audit.sign import sign_sheet

    answer = audit_language(open_home(arguments).choose_run(arguments.run), arguments.lang, arguments.seed)
    if arguments.sign is not None:
        print(*sign_sheet(answer, arguments.sign, {name: getattr(arguments, name) for name in MARKS}), sep="\n")
        return 0
    show_answer(answer, render_text, render_page, arguments)
    return 0
