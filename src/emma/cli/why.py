"""`emma why`: what was decided about one document, and why."""

import argparse

from emma.cli.options import Commands, add_home, add_run_name, open_home


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("why", help="show what was decided about one document, and why")
    parser.add_argument("document", metavar="DOC_ID", help="the document's id: source:file#row")
    add_run_name(parser, "ask")
    add_home(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what is known of the document, a line for each fact."""
    from emma.inspect.why import why

    for name, value in why(open_home(arguments).choose_run(arguments.run), arguments.document):
        print(f"{name:<22} {value}")
    return 0
