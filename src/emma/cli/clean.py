"""`emma clean`: what a home holds, by run and stage, and what of it may go."""

import argparse
import sys
from typing import TYPE_CHECKING

from emma.cli.options import Commands, add_command, add_home, add_json, open_home, print_answer
from emma.wording import plural

if TYPE_CHECKING:
    from emma.pipeline.storage.holdings import Holdings

DESCRIPTION = """Show what a home holds, by run and stage, and delete what nobody needs: what stages that were stopped
had done and no run goes on from, and artifacts that no run points to, neither by itself nor through what it was made
from. Nothing that a run names is touched. To let a whole run go, delete its folder first."""


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "clean", "show what a home holds, and delete what no run needs", DESCRIPTION)
    parser.add_argument("--dry-run", action="store_true", help="show what would go, and delete nothing")
    parser.add_argument(
        "--intermediate",
        action="store_true",
        help="delete the results on the way too: a run whose settings change then takes as long as the first time",
    )
    parser.add_argument("--yes", action="store_true", help="delete without asking")
    add_json(parser)
    add_home(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what there is; delete what may go where that was said or is answered so."""
    from emma.pipeline.storage.clean import clean_home, describe_cleaned, refuse_no_store, render_holdings
    from emma.pipeline.storage.holdings import take_stock

    home, intermediate = open_home(arguments), arguments.intermediate
    refuse_no_store(home)
    holdings = take_stock(home)
    print_answer(holdings, lambda answer: render_holdings(answer, intermediate=intermediate), arguments.json)
    if arguments.dry_run or not holdings.leftovers(intermediate=intermediate):
        return 0
    if not arguments.yes and not is_agreed(holdings, intermediate=intermediate):
        return 1
    print(describe_cleaned(clean_home(home, intermediate=intermediate), intermediate=intermediate), file=sys.stderr)
    return 0


def is_agreed(holdings: "Holdings", *, intermediate: bool) -> bool:
    """Whether whoever sits at the terminal lets it go; where nobody does, say how it is done."""
    count = len(holdings.leftovers(intermediate=intermediate))
    if not sys.stdin.isatty():
        print("Nothing was deleted: --yes deletes it, --dry-run only shows it.", file=sys.stderr)
        return False
    print(f"Delete {plural(count, 'folder')}? [y/N] ", end="", flush=True, file=sys.stderr)
    if is_yes := sys.stdin.readline().strip().lower() in ("y", "yes"):
        return is_yes
    print("Nothing was deleted.", file=sys.stderr)
    return False
