"""The command line. Thin: it reads arguments, and imports only what the command asked for needs."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emma import __version__
from emma.errors import EmmaError

if TYPE_CHECKING:
    from emma.work.local import Local
    from emma.work.on_ray import OnRay

STAGES = {
    "collect": "read the sources into documents, each with a resolved language, and rejects with reasons",
    "annotate": "measure every document: scripts, lengths, quality features, hashes",
    "curate": "give every document a split or a drop reason",
    "vocab": "grow the base tokenizer's vocabulary for the languages of the corpus",
    "pack": "tokenise once, into Megatron .bin/.idx files per language and domain",
    "mix": "plan how often each language and domain is seen in training",
    "adapt": "give the base model its new vocabulary and positions",
    "train": "continue pre-training on the mix",
    "evaluate": "bits per byte of base and adapted model, per language",
    "report": "write the report: one HTML page, CSV and JSON",
    "release": "write and verify the model and data-set folders",
}
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code (see the epilog of `--help`)."""
    arguments = parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = arguments.command
    try:
        return command(arguments)
    except EmmaError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; nothing finished is lost: the same command goes on from here", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"error: {error.filename or 'the system'}: {error.strerror or error}", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """All commands and their arguments."""
    top = argparse.ArgumentParser(
        prog="emma",
        description="Adapt a language model to hundreds of languages: one recipe, one command.",
        epilog="Exit codes: 0 done, 1 an error with a message, 2 wrong usage, 130 interrupted (run again to go on).",
    )
    top.add_argument("--version", action="version", version=f"emma {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    each = commands.add_parser("demo", help="run everything on text that needs no download: a model in minutes")
    _running(each)
    each.set_defaults(command=_demo)

    each = commands.add_parser("run", help="run a recipe")
    each.add_argument("recipe", type=Path)
    each.add_argument("--until", choices=STAGES, default="release", metavar="STAGE", help="stop after this stage")
    _running(each)
    each.set_defaults(command=_run)

    each = commands.add_parser("status", help="what is done and what is to do")
    each.add_argument("recipe", type=Path, nargs="?")
    _changing(each)
    each.set_defaults(command=_status)

    each = commands.add_parser("why", help="what was decided about one document, and why")
    each.add_argument("document", metavar="DOC_ID", help="source:file#row")
    each.add_argument("--run", default=None, metavar="NAME", help="the run to ask (default: the only one there is)")
    _home(each)
    each.set_defaults(command=_why)

    each = commands.add_parser("lang", help="what a language code is, and what to use")
    each.add_argument("code", nargs="+", metavar="CODE")
    each.set_defaults(command=_lang)

    for stage, purpose in STAGES.items():
        each = commands.add_parser(
            stage, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}.", add_help=False
        )
        each.add_argument("-h", "--help", action=_StageHelp, stage=stage, help="show this and the stage's settings")
        each.add_argument("recipe", type=Path)
        _running(each)
        each.set_defaults(command=_run, until=stage)
    return top


def _home(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--home", type=Path, default=Path("emma-runs"), metavar="DIR", help="holds store and runs (default: emma-runs)"
    )


def _changing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set", action="append", default=[], dest="changes", metavar="a.b=c", help="change one value of the recipe"
    )
    _home(parser)


def _running(parser: argparse.ArgumentParser) -> None:
    _changing(parser)
    parser.add_argument(
        "--workers", type=_positive, default=None, metavar="N", help="processes (default: one per core)"
    )
    parser.add_argument(
        "--on", default="local", type=_place, metavar="WHERE", help="local, ray, or a Ray cluster's address"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress")


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{number} is not 1 or more")
    return number


class _StageHelp(argparse.Action):
    """Help of a stage command, with the settings of its recipe section."""

    def __init__(self, option_strings: Sequence[str], stage: str, **settings: Any) -> None:
        super().__init__(option_strings, nargs=0, **{**settings, "dest": argparse.SUPPRESS})
        self.stage = stage

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from emma.settings_help import settings_help

        parser.print_help()
        print(settings_help(self.stage))
        parser.exit()


def _demo(arguments: argparse.Namespace) -> int:
    from emma.recipe import shipped

    arguments.recipe, arguments.until = shipped("demo.toml"), "release"
    return _run(arguments)


def _run(arguments: argparse.Namespace) -> int:
    from emma.home import Home
    from emma.run import run
    from emma.show import show_run
    from emma.work.progress import Reporter

    home, reporter = Home(arguments.home), Reporter(arguments.quiet)
    with home.locked(), _executor(arguments.on, arguments.workers) as executor:
        recipe = run(
            arguments.recipe, arguments.changes, arguments.until, home=home, executor=executor, reporter=reporter
        )
    show_run(home.run(recipe.name), arguments.until)
    return 0


def _place(text: str) -> str:
    if text in ("local", "ray") or ":" in text:
        return text
    raise argparse.ArgumentTypeError(f"'{text}' is not local, ray, or a Ray address such as ray://host:10001")


def _executor(on: str, workers: int | None) -> "Local | OnRay":
    if on == "local":
        from emma.work.local import Local

        return Local(workers)
    from emma.work.on_ray import OnRay

    return OnRay(None if on == "ray" else on, workers)


def _status(arguments: argparse.Namespace) -> int:
    from emma.home import Home
    from emma.show import show_runs, show_states

    if arguments.recipe is None:
        show_runs(Home(arguments.home))
    else:
        show_states(arguments.recipe, arguments.changes, Home(arguments.home))
    return 0


def _why(arguments: argparse.Namespace) -> int:
    from emma.home import Home
    from emma.why import choose_run, why

    for name, value in why(choose_run(Home(arguments.home), arguments.run), arguments.document):
        print(f"{name:<22} {value}")
    return 0


def _lang(arguments: argparse.Namespace) -> int:
    from emma.lang.explain import explain

    refused = False
    for number, code in enumerate(arguments.code):
        if number:
            print()
        for name, value in explain(code):
            refused |= name == "refused"
            print(f"{name:<16} {value}")
    return int(refused)


if __name__ == "__main__":
    sys.exit(main())
