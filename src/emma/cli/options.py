"""Options that several commands share, and how they print an answer."""

import argparse
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from emma.cli.parser import CommandParser
from emma.cli.values import parse_home, parse_page, parse_place, parse_positive, parse_url

STAGES: Mapping[str, str] = {
    "collect": "read the sources into documents, each with a resolved language, and rejects with reasons",
    "annotate": "measure every document: scripts, lengths, quality features, hashes",
    "curate": "give every document a split or a drop reason",
    "vocab": "grow the base tokenizer's vocabulary for the languages of the corpus",
    "pack": "tokenise once, into Megatron .bin/.idx files per language and domain",
    "mix": "plan how often each language and domain is seen in training",
    "adapt": "give the base model its new vocabulary and positions",
    "train": "continue pre-training on the mix",
    "evaluate": "measure bits per byte and benchmarks of base and adapted model, or of any models, per language",
    "report": "write the report: one HTML page, CSV and JSON",
    "release": "write and verify the model and data-set folders",
}
"""The stages in order, and what each does. Written here too, since the recipe's models load pydantic."""

if TYPE_CHECKING:
    from emma.pipeline.home import Home
    from emma.pipeline.recipe import Recipe

Answer = TypeVar("Answer")
Commands: TypeAlias = "argparse._SubParsersAction[CommandParser]"
"""What `add_subparsers` returns; the type has no public name."""


def add_command(commands: Commands, name: str, purpose: str, description: str | None = None) -> CommandParser:
    """Add a command; without a description, its own help begins with what the list of commands says of it."""
    sentence = f"{purpose[0].upper()}{purpose[1:]}."
    return commands.add_parser(name, help=purpose, description=description or sentence)


def add_home(parser: argparse.ArgumentParser) -> None:
    """Add --home and --store."""
    parser.add_argument(
        "--home",
        type=parse_home,
        default=Path("emma-runs"),
        metavar="DIR",
        help="the folder that holds the store and the runs (default: emma-runs)",
    )
    parser.add_argument(
        "--store",
        type=parse_url,
        # An empty variable is none: shells and job systems set such.
        default=os.environ.get("EMMA_STORE") or None,
        metavar="URL",
        help="object store to share, such as s3://bucket/prefix; the home's store is then its cache "
        "(default: $EMMA_STORE, or the one used before)",
    )


def add_changes(parser: argparse.ArgumentParser) -> None:
    """Add --set, and --home with it."""
    add_set(parser)
    add_home(parser)


def add_set(parser: argparse.ArgumentParser) -> None:
    """Add --set."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="changes",
        metavar="a.b=c",
        help="change one value of the recipe, as in --set mix.alpha=0.5; may be given more than once",
    )


def add_execution(parser: argparse.ArgumentParser) -> None:
    """Add what a command that computes needs: --workers, --on and --quiet, and --set and --home with them."""
    add_changes(parser)
    parser.add_argument(
        "--workers",
        type=parse_positive,
        default=None,
        metavar="N",
        help="number of processes that work side by side (default: one per core)",
    )
    parser.add_argument(
        "--on",
        default="local",
        type=parse_place,
        metavar="WHERE",
        help="where tasks run: local, ray, or a Ray cluster's address (default: local)",
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def add_strict(parser: argparse.ArgumentParser) -> None:
    """Add --strict, and all of `add_execution`."""
    add_execution(parser)
    parser.add_argument(
        "--strict",
        action="store_true",
        help="stop when any text of a source is lost (default: when more is lost than its max_reject)",
    )


def add_run_name(parser: argparse.ArgumentParser, verb: str) -> None:
    """Add --run, the name of a finished run."""
    parser.add_argument(
        "--run", default=None, metavar="NAME", help=f"the run to {verb} (default: the only one there is)"
    )


def add_json(parser: "argparse.ArgumentParser | argparse._ArgumentGroup") -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help="print the whole answer as JSON")


def add_forms(parser: argparse.ArgumentParser, page: str) -> None:
    """Add --json and --html, of which one at most is given; `page` is the help of the latter."""
    forms = parser.add_mutually_exclusive_group()
    add_json(forms)
    forms.add_argument("--html", type=parse_page, default=None, metavar="FILE", help=page)


def open_home(arguments: argparse.Namespace) -> "Home":
    """The home that --home and --store name."""
    from emma.pipeline.home import Home

    return Home(arguments.home, arguments.store)


def read_recipe(arguments: argparse.Namespace) -> "Recipe":
    """The recipe that a command is given, with the changes of --set."""
    from emma.pipeline.recipe import Recipe

    return Recipe.read(arguments.recipe, arguments.changes)


def print_json(answer: object) -> None:
    """Print an answer (plain values, dataclasses) as JSON."""
    import orjson

    # Not `store.files.dump_json`: answers are dataclasses, and a NaN in one is nothing to stop for.
    print(orjson.dumps(answer, option=orjson.OPT_INDENT_2, default=str).decode())


def print_answer(answer: Answer, render: Callable[[Answer], Iterable[str]], as_json: bool) -> None:
    """Print an answer of `emma.inspect` as JSON, or as the lines that its room renders."""
    if as_json:
        print_json(answer)
    else:
        print(*render(answer), sep="\n")


def show_answer(
    answer: Answer,
    render: Callable[[Answer], Iterable[str]],
    render_page: Callable[[Answer], str],
    arguments: argparse.Namespace,
) -> None:
    """Print an answer as `print_answer` does, or write its page where --html names a file."""
    if arguments.html is None:
        print_answer(answer, render, arguments.json)
        return
    arguments.html.write_text(render_page(answer), encoding="utf-8")
    print(arguments.html)
