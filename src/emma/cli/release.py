"""`emma release RECIPE`: the stage, as any; with --verify, whether its result opens where people open it; with --push,
to the Hugging Face hub."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from emma.cli.options import STAGES, Commands, add_json, add_strict, open_home, print_answer
from emma.cli.parser import UsageError
from emma.cli.stage import StageHelp

if TYPE_CHECKING:
    from emma.pipeline.home import Run

DESCRIPTION = """\
With a recipe, run it up to this stage. With --verify, open a finished release in the programs that people use, each in
a process of its own, and compare what they find with what EMMA finds in the model that was trained; the exit code is 1
if any differs. With --push, send a finished release to the Hugging Face hub: the model to OWNER/NAME, the corpus to
OWNER/NAME-corpus, and what the models wrote in evaluation to OWNER/NAME-evaluation, each with its card. Text of sources
that may not be redistributed stays here."""


def add_parser(commands: Commands, name: str) -> None:
    """Add the command."""
    parser = commands.add_parser(name, help=STAGES[name], description=DESCRIPTION, add_help=False)
    parser.add_argument("-h", "--help", action=StageHelp, stage=name, help="show this help and the stage's settings")
    parser.add_argument(
        "recipe",
        metavar="RECIPE",
        type=Path,
        nargs="?",
        help="a recipe (TOML); with --verify or --push, or the name of a run (default: the only)",
    )
    add_push(parser)
    group = parser.add_argument_group("checks of a finished release")
    group.add_argument("--verify", action="store_true", help="open the release in each client, and compare")
    group.add_argument(
        "--client",
        action="append",
        default=[],
        dest="clients",
        metavar="NAME",
        help="ask this client only, such as transformers or llama.cpp; may be given more than once",
    )
    add_json(group)
    add_strict(parser)
    parser.set_defaults(command=run, until=name)


def add_push(parser: argparse.ArgumentParser) -> None:
    """Add the options of --push."""
    group = parser.add_argument_group("to the Hugging Face hub")
    group.add_argument(
        "--push",
        metavar="OWNER/NAME",
        help="send a finished release there. The hub's client looks for your token, in HF_TOKEN or where `hf auth "
        "login` left it. A push that was stopped goes on when it is asked for again",
    )
    group.add_argument(
        "--corpus-name", metavar="NAME", help="the data set's name (default: the model's with -corpus behind it)"
    )
    group.add_argument("--private", action="store_true", help="make repositories that only their owner can read")
    group.add_argument("--only", choices=("model", "corpus", "evaluation"), help="send this one only")
    group.add_argument(
        "--dry-run", action="store_true", help="list what would be sent and what is withheld, and send nothing"
    )
    group.add_argument(
        "--force", action="store_true", help="also write over files of a repository that no release has written"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the stage of a recipe, verify a release, or push it."""
    if arguments.push and (arguments.verify or arguments.clients):
        raise UsageError("--verify looks at a release and --push sends it: give one at a time, --verify first.")
    if arguments.push:
        return push(arguments)
    if given := [name for name in ("corpus_name", "private", "only", "dry_run", "force") if getattr(arguments, name)]:
        raise UsageError(f"--{given[0].replace('_', '-')} says how a release is sent: give --push OWNER/NAME with it.")
    if arguments.verify:
        return verify(arguments)
    if arguments.clients:
        raise UsageError("--client names what a release is opened in: give --verify with it.")
    if arguments.recipe is None:
        raise UsageError("Name a recipe, or say --verify to open a finished release in other programs.")
    from emma.cli.run import run

    return run(arguments)


def verify(arguments: argparse.Namespace) -> int:
    """Print a verdict for each client; 1 where one failed."""
    from emma.inspect.clients.run import verify_release
    from emma.inspect.clients.show import render_text

    checks = list(verify_release(choose_run(arguments), arguments.clients))
    print_answer(checks, render_text, arguments.json)
    return 1 if any(check.status == "failed" for check in checks) else 0


def push(arguments: argparse.Namespace) -> int:
    """Send a release to the hub, or list what would go."""
    from emma.pipeline.hub.run import push_release
    from emma.pipeline.hub.show import render_push
    from emma.pipeline.hub.uploads import Destination

    destination = Destination.parse(arguments.push, arguments.corpus_name, arguments.only, arguments.private)
    quiet = arguments.quiet or arguments.json
    say = (lambda _: None) if quiet else print
    how = {"force": arguments.force, "dry_run": arguments.dry_run, "quiet": quiet}
    print_answer(push_release(choose_run(arguments), destination, say=say, **how), render_push, arguments.json)
    return 0


def choose_run(arguments: argparse.Namespace) -> "Run":
    """The finished run that is named, by a recipe or by itself, or the only one there is."""
    name = str(arguments.recipe) if arguments.recipe is not None else None
    if name is not None and name.endswith(".toml"):
        from emma.pipeline.recipe import Recipe

        name = Recipe.read(arguments.recipe, arguments.changes).name
    option = "--verify" if arguments.push is None else "--push OWNER/NAME"
    return open_home(arguments).choose_run(name, f"emma release RUN {option}")
