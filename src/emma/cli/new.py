"""`emma new`: look at somebody's own text, and write the recipe that reads it."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from emma.cli.options import Commands, add_command, add_json, print_json

if TYPE_CHECKING:
    from emma.pipeline.draft.run import NewQuestion


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "new",
        "look at your own text and write the recipe that reads it",
        "Look at your own text, guess how it is to be read (format, encoding, columns, languages, licence), show what "
        "was seen and what is unsure, and write a recipe with a comment for each setting. Nothing is changed. "
        "On a terminal it asks what the files do not say; the recipe is yours to correct.",
    )
    parser.add_argument(
        "place",
        nargs="+",
        type=Path,
        metavar="PLACE",
        help="a folder, a file, an archive (zip, tar.*), two files of translations (news.en news.sw), or OWNER/NAME "
        "of a data set of the Hugging Face hub",
    )
    parser.add_argument(
        "--base",
        default="",
        metavar="MODEL",
        help="the model to adapt: a Hugging Face folder, a .gguf file, owner/name@revision; without one, the recipe "
        "compiles a corpus",
    )
    parser.add_argument(
        "--goal", default="", metavar="TEXT", help='the languages that you want, such as "Swahili, Hausa and English"'
    )
    parser.add_argument(
        "--lid", default="", metavar="MODEL", help="a fastText model that says the language where nothing else does"
    )
    parser.add_argument(
        "--download",
        type=Path,
        default=None,
        metavar="DIR",
        help="fetch a data set of the hub into this folder, those of its files that --goal names, if it names some",
    )
    parser.add_argument("--name", default="", help="the name of the run (default: that of --out, else of the place)")
    parser.add_argument(
        "--out", type=Path, default=None, metavar="RECIPE", help="the file to write (default: NAME.toml here)"
    )
    parser.add_argument("--yes", action="store_true", help="ask nothing, and write over a recipe that is there")
    add_json(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Draft, show, ask on a terminal, and write; 1 where the recipe reads nothing yet."""
    from emma.pipeline.draft.run import NewQuestion, draft_recipe, write_draft
    from emma.pipeline.draft.show import render_closing, render_draft, render_goal

    asks = not arguments.yes and not arguments.json and sys.stdin.isatty() and sys.stdout.isatty()
    question = NewQuestion(
        tuple(arguments.place), arguments.base, arguments.goal, arguments.lid, arguments.name, arguments.out
    )
    question = fetch_first(question, arguments, asks)
    answer = draft_recipe(question)
    if not arguments.json:
        print(*render_draft(answer.draft), *render_goal(answer.goal), sep="\n")
    if asks:
        from emma.pipeline.draft.show import ask_person

        ask_person(answer.draft, ask)
    path = write_draft(question, answer)
    if arguments.json:
        print_json(answer.as_plain(path))
    else:
        print(*render_closing(answer.draft, path, arguments.base), sep="\n")
    return int(not answer.draft.ready)


def fetch_first(question: "NewQuestion", arguments: argparse.Namespace, asks: bool) -> "NewQuestion":
    """Fetch the place where it is a data set of the hub, after all that can be refused was; the question of its folder.

    Raises RecipeError where nobody said that it may be fetched, and SourceError where it cannot.
    """
    from emma.errors import RecipeError
    from emma.pipeline.draft.fetch import fetch_place, find_hub_name

    folder, found = arguments.download, find_hub_name(question.places)
    if found is None and folder:
        raise RecipeError("--download goes with one data set of the hub: emma new OWNER/NAME --download DIR.")
    if found is None:
        question.refuse_early(overwrite=arguments.yes)
        return question
    name, revision = found
    question = replace(question, places=(folder or Path(name.split("/")[1]),), asked="@".join(filter(None, found)))
    question.refuse_early(overwrite=arguments.yes)

    def agree(text: str) -> bool:
        return ask(f"{text} [Y/n] ", at_end="n").strip().lower() in ("", "y", "yes") if asks else folder is not None

    say = (lambda _: None) if arguments.json else print
    data = fetch_place(name, revision, question.goal, question.places[0], say=say, agree=agree)
    return replace(question, origin=data.origin)


def ask(question: str, at_end: str = "") -> str:
    """What a person answers; `at_end` where the answers end (Ctrl-D), so that what was seen until then is not lost."""
    try:
        return input(question)
    except EOFError:
        print()
        return at_end
