"""`emma ledger`: which documents trained a model, by source, licence and language."""

import argparse

from emma.cli.options import Commands, add_command, add_forms, add_home, open_home, show_answer
from emma.cli.values import parse_positive

DESCRIPTION = """Show which documents trained a model: from which sources, under which licences, and how often they were
seen. A release has the whole ledger beside its model, a row for each document, as ledger.parquet; for a run without a
release it is made from what the training drew."""


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "ledger", "show which documents trained a model, by source and licence", DESCRIPTION)
    parser.add_argument(
        "run",
        nargs="?",
        default=None,
        metavar="RUN",
        help="a run, or the folder of a released model (default: the only run)",
    )
    parser.add_argument("--lang", default=None, metavar="LANG", help="only this language, by label, code or name")
    parser.add_argument("--source", default=None, metavar="NAME", help="only this source")
    add_forms(parser, "write a page")
    parser.add_argument("--workers", type=parse_positive, default=None, metavar="N", help="number of processes")
    add_home(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the sums, or write their page."""
    from emma.inspect.ledger.open import find_ledger
    from emma.inspect.ledger.page import render_page
    from emma.inspect.ledger.summary import render_text, summarise_ledger

    name, files = find_ledger(open_home(arguments), arguments.run, arguments.workers, arguments.lang, arguments.source)
    answer = summarise_ledger(name, files, arguments.lang, arguments.source)
    show_answer(answer, render_text, render_page, arguments)
    return 0
