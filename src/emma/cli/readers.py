"""`emma readers`: the formats that EMMA reads; `emma readers NAME`: how one of them is read, with an example."""

import argparse

from emma.cli.options import Commands, add_command, add_json, print_answer


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "readers",
        "list the formats that EMMA reads, or show how one of them is read",
        "List the readers of formats, EMMA's own and those of other packages; with a name, show what it reads, where "
        "it finds the language, its options with their defaults, and a source that uses it.",
    )
    parser.add_argument("reader", nargs="?", metavar="NAME", help="a reader, such as csv")
    add_json(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Print all readers, or one."""
    from emma.inspect.readers import find_facts, list_facts, render_list, render_text

    if arguments.reader is None:
        print_answer(list_facts(), render_list, arguments.json)
    else:
        print_answer(find_facts(arguments.reader), render_text, arguments.json)
    return 0
