"""`emma run`: run a recipe, whole or up to a stage."""

import argparse
import shlex
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from emma.cli.options import STAGES, Commands, add_command, add_strict, open_home, read_recipe
from emma.pipeline.shipped import describe_shipped


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "run", "run a recipe; stages that are done already are not run again")
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = "recipes that come with EMMA:\n" + "\n".join(list_recipes())
    parser.add_argument("recipe", type=Path, metavar="RECIPE", help="a recipe (TOML)")
    parser.add_argument("--until", choices=STAGES, default="release", metavar="STAGE", help="stop after this stage")
    add_strict(parser)
    parser.set_defaults(command=run)


def list_recipes() -> Iterator[str]:
    """The recipes that come with EMMA, each with what it says of itself: what it makes, and what it takes."""
    for name, text in describe_shipped().items():
        yield textwrap.fill(text, 79, initial_indent=f"  {name:<26}", subsequent_indent=" " * 28)


def run(arguments: argparse.Namespace) -> int:
    """Run a recipe up to `arguments.until`, and print its results."""
    from emma.inspect.results import read_results, render_results
    from emma.pipeline.run import run_recipe
    from emma.work import interrupt
    from emma.work.process import claim_process

    # From here on a signal is obeyed between two tasks, so that nothing finished is lost.
    interrupt.listen()
    claim_process()
    finished = run_recipe(
        read_recipe(arguments),
        arguments.until,
        open_home(arguments),
        workers=arguments.workers,
        on=arguments.on,
        quiet=arguments.quiet,
        strict=arguments.strict,
    )
    print(*render_results(read_results(finished, arguments.until)), sep="\n")
    if arguments.until == "curate" and not arguments.quiet:
        print(f"Next: {suggest_looks(finished.path)}", file=sys.stderr)
    return 0


def suggest_looks(run: Path) -> str:
    """What there is to do with a corpus, as commands."""
    home = "" if run.parent == Path("emma-runs") else f" --home {shlex.quote(str(run.parent))}"
    return f"emma audit LANG --run {run.name}{home}, or emma export {run.name} --to FOLDER{home}"
