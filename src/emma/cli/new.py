"""`emma new`: look at somebody's own text, and write the recipe that reads it."""

import argparse
import sys
from pathlib import Path

from emma.cli.options import Commands, add_command, add_json, print_json


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
        help="a folder, a file, an archive (zip, tar.*), or two files of translations (news.en news.sw)",
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
    parser.add_argument("--name", default="", help="the name of the run (default: that of the place)")
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

    question = NewQuestion(
        tuple(arguments.place), arguments.base, arguments.goal, arguments.lid, arguments.name, arguments.out
    )
    question.refuse_early(overwrite=arguments.yes)
    answer = draft_recipe(question)
    if not arguments.json:
        print(*render_draft(answer.draft), *render_goal(answer.goal), sep="\n")
    if not arguments.yes and not arguments.json and sys.stdin.isatty() and sys.stdout.isatty():
        from emma.pipeline.draft.show import ask_person

        ask_person(answer.draft, input)
    path = write_draft(question, answer)
    if arguments.json:
        print_json(answer.as_plain(path))
    else:
        print(*render_closing(answer.draft, path, arguments.base), sep="\n")
    return int(not answer.draft.ready)
