"""`emma why`: what was decided about one document, and why."""

import argparse

from emma.cli.options import Commands, add_command, add_home, add_json, add_run_name, open_home, print_answer


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "why", "show what was decided about one document, and why")
    parser.add_argument(
        "document", metavar="DOC_ID", help="the document's id: source:file#row, or source:file of one document"
    )
    add_run_name(parser, "ask")
    add_json(parser)
    add_home(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what is known of the document, a line for each fact."""
    from emma.inspect.why import explain_document, render_text

    answer = explain_document(open_home(arguments).choose_run(arguments.run), arguments.document)
    print_answer(answer, render_text, arguments.json)
    return 0
