"""`emma vocab`: expand the vocabulary, as any stage; `emma vocab report`: what languages cost in tokens."""

import argparse
from pathlib import Path
from typing import get_args

from emma.cli import stage
from emma.cli.options import STAGES, Commands, add_command, add_home, add_json, open_home, print_json
from emma.cli.values import parse_page, parse_positive
from emma.lang.tables import Scheme

COMMANDS = ("run", "report")


def add_parser(commands: Commands, name: str) -> None:
    """Add the stage's command and the report."""
    purpose = f"{STAGES[name]}; `emma vocab report` compares tokenizers"
    group = add_command(commands, name, purpose).add_subparsers(metavar="COMMAND", required=True)
    stage.add_parser(group, name, "emma vocab", "See also `emma vocab report`: what languages cost in tokens.")
    parser = add_command(group, "report", "show what languages cost in tokens, for tokenizers side by side")
    parser.add_argument(
        "tokenizers",
        nargs="+",
        metavar="TOKENIZER",
        help="a model folder, tokenizer.json, SentencePiece .model, vocab artifact, or run; or NAME=one of these",
    )
    add_text(parser)
    parser.add_argument(
        "--pieces",
        type=parse_numbers,
        nargs="?",
        const=(),
        default=None,
        metavar="K,K",
        help="show what so many more pieces would save of the first tokenizer (default: 1000,2000,4000,8000,16000)",
    )
    parser.add_argument("--all", action="store_true", dest="everything", help="print every language")
    form = parser.add_mutually_exclusive_group()
    add_json(form)
    form.add_argument("--html", type=parse_page, default=None, metavar="FILE", help="write a page with charts")
    add_home(parser)
    parser.set_defaults(command=report)


def add_text(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which text is measured."""
    parser.add_argument(
        "--text",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        metavar="PATH",
        help="files or folders: one sentence a line and a file a language (swh_Latn.devtest), or pairs as JSON lines",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--run", default=None, metavar="NAME", help="measure on the held-out text of this run too")
    which.add_argument(
        "--recipe", type=Path, default=None, help="measure on the held-out text of this recipe's run too"
    )
    parser.add_argument("--scheme", default="any", choices=get_args(Scheme), help="how language codes are to be read")
    parser.add_argument(
        "--lines", type=parse_positive, metavar="N", help="read at most N lines of a language in a file (10000)"
    )
    parser.add_argument(
        "--unaligned", action="store_true", help="take files whose lines are not as many as the English one's alone"
    )


def parse_numbers(text: str) -> tuple[int, ...]:
    """Whole numbers from 1, between commas."""
    return tuple(parse_positive(number) for number in text.split(","))


def report(arguments: argparse.Namespace) -> int:
    """Compare what tokenizers cost."""
    from emma.inspect.vocab.report import MAX_LINES, ReportQuestion, compare_tokenizers, render_text, to_plain
    from emma.inspect.vocab.savings import PIECES

    question = ReportQuestion(
        tokenizers=arguments.tokenizers,
        text=arguments.text,
        run=choose_run_name(arguments),
        pieces=() if arguments.pieces is None else arguments.pieces or PIECES,
        scheme=arguments.scheme,
        lines=arguments.lines or MAX_LINES,
        aligned=not arguments.unaligned,
    )
    answer = compare_tokenizers(question, open_home(arguments))
    if arguments.json:
        # A report holds open tokenizers, which are no JSON.
        print_json(to_plain(answer))
    elif arguments.html:
        from emma.inspect.vocab.page import render_page

        arguments.html.write_text(render_page(answer), encoding="utf-8")
        print(arguments.html)
    else:
        print(*render_text(answer, arguments.everything), sep="\n")
    return 0


def choose_run_name(arguments: argparse.Namespace) -> str | None:
    """The name of the run whose held-out text is measured, if any."""
    if arguments.recipe is None:
        name: str | None = arguments.run
        return name
    from emma.pipeline.recipe import Recipe

    return Recipe.read(arguments.recipe).name
