"""`emma remove`: what must not be trained on from now on, and which models have seen it."""

import argparse
from typing import TYPE_CHECKING

from emma.cli.options import Commands, add_command, add_home, add_json, open_home, print_answer, print_json
from emma.cli.parser import UsageError

if TYPE_CHECKING:
    from emma.work.removal.rules import Removal

DESCRIPTION = """Note that a source, a document or an address of the web must not be trained on. The note goes into the
list `removed.toml` of the home, which people can read and commit; every run of this home obeys it. Nothing is made anew
until you run a recipe, and then only what depends on documents that it had. Prints which runs have such documents, and
which models have seen them."""


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "remove", "leave documents out of all runs from now on", DESCRIPTION)
    what = parser.add_argument_group("what to remove (one of these)").add_mutually_exclusive_group()
    what.add_argument("--source", metavar="NAME", help="a source of a recipe, by its name")
    what.add_argument(
        "--id",
        metavar="ID",
        help="a document by its id, source:file#row, all of a file, source:file, or a list of such ids in a text file",
    )
    what.add_argument(
        "--url-pattern",
        metavar="P",
        dest="url",
        help="documents whose web address matches, * standing for any characters: 'example.com/private/*'",
    )
    what.add_argument("--list", action="store_true", help="show what is removed in this home")
    parser.add_argument("--copies", action="store_true", help="remove copies and near copies in other sources too")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why, for whoever reads the list later")
    parser.add_argument("--undo", action="store_true", help="take the removal of this source, id or pattern back")
    add_json(parser)
    add_home(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Change or show the list of the home."""
    from emma.inspect.ledger import removal as answers
    from emma.pipeline.removals import read_removals

    home = open_home(arguments)
    named = {name: value for name in ("source", "id", "url") if (value := getattr(arguments, name)) is not None}
    if arguments.list:
        rows = read_removals(home)
        lines = answers.render_list(home, rows)
        print_json([row.model_dump() for row in rows]) if arguments.json else print(*lines, sep="\n")
        return 0
    if not named:
        raise UsageError("Say what to remove: --source NAME, --id ID or --url-pattern P; --list shows what is removed.")
    removals = make_removals(named, arguments)
    if len(removals) > 1:
        if arguments.undo:
            raise UsageError("--undo takes one id back at a time; or take them out of the list by hand (--list).")
        print_answer(answers.add_removals(home, removals), answers.render_several, arguments.json)
        return 0
    (removal,) = removals
    if arguments.undo:
        print_answer(answers.undo_removal(home, removal), answers.render_undone, arguments.json)
    else:
        print_answer(answers.add_removal(home, removal), answers.render_added, arguments.json)
    return 0


def make_removals(named: dict[str, str], arguments: argparse.Namespace) -> "list[Removal]":
    """What the arguments name; a file of ids is as many. RecipeError for an id that is none."""
    from datetime import date
    from pathlib import Path

    from pydantic import ValidationError

    from emma.errors import RecipeError
    from emma.inspect.ledger.removal import read_ids
    from emma.work.removal.rules import Removal

    facts = {"copies": arguments.copies, "reason": arguments.reason, "date": date.today().isoformat()}
    path = Path(named.get("id", ""))
    each = [{"id": name} for name in read_ids(path)] if "id" in named and path.is_file() else [named]
    try:
        return [Removal(**one, **facts) for one in each]
    except ValidationError as error:
        raise RecipeError(f"{error.errors()[0]['msg'].removeprefix('Value error, ')}.") from None
