"""`emma lid`: train, measure and look into language-identification models."""

import argparse
from pathlib import Path
from typing import get_args

from emma.cli.options import Commands, add_command, add_execution, open_home, read_recipe
from emma.cli.values import parse_folder
from emma.lang.tables import Scheme


def add_parser(commands: Commands) -> None:
    """Add the command and its verbs."""
    purpose = "train, measure and look into language-identification models"
    group = add_command(commands, "lid", purpose).add_subparsers(metavar="COMMAND", required=True)
    train = add_command(group, "train", "train a model from a recipe's own clean sources")
    measure = add_command(group, "eval", "measure any fastText model on a recipe's clean sources")
    labels = add_command(group, "labels", "show what a model's labels mean, and which mean nothing to us")
    for parser in (measure, labels):
        parser.add_argument(
            "model", metavar="MODEL", help="a fastText file, a folder with model.bin, or owner/repository@revision"
        )
        parser.add_argument(
            "--scheme", default="any", choices=get_args(Scheme), help="how the model's labels are to be read"
        )
    # `labels` reads a model only; these two read a recipe's sources and compute.
    for parser in (train, measure):
        parser.add_argument("recipe", type=Path, metavar="RECIPE", help="a recipe (TOML)")
        parser.add_argument(
            "--sources",
            default="",
            metavar="A,B",
            help="the sources whose labels are to be trusted (default: annotate.lid.train)",
        )
        parser.add_argument(
            "--out", type=parse_folder, default=None, metavar="DIR", help="the folder to write files to"
        )
        add_execution(parser)
    train.set_defaults(command=run, model=None)
    measure.set_defaults(command=run)
    labels.set_defaults(command=show_labels)


def run(arguments: argparse.Namespace) -> int:
    """Train a model, or measure one."""
    from emma.lid.files import find_model_file
    from emma.pipeline.lid import CleanCorpus, render_text
    from emma.pipeline.run import open_executor
    from emma.work.progress import Reporter

    if arguments.model is not None:
        find_model_file(arguments.model)  # before anything is collected for it
    home, reporter = open_home(arguments), Reporter(arguments.quiet)
    sources = [name for name in arguments.sources.split(",") if name]
    with home.locked(), open_executor(arguments.on, arguments.workers, reporter.say) as executor:
        corpus = CleanCorpus(read_recipe(arguments), sources, home=home, executor=executor, reporter=reporter)
        if arguments.model is None:
            folder, accuracy = corpus.train(arguments.out)
            print(*render_text(accuracy), f"model    {folder}", sep="\n")
        else:
            print(*render_text(corpus.measure(arguments.model, arguments.scheme, arguments.out)), sep="\n")
    return 0


def show_labels(arguments: argparse.Namespace) -> int:
    """Print what a model's labels mean."""
    from emma.pipeline.lid import render_labels

    print(*render_labels(arguments.model, arguments.scheme), sep="\n")
    return 0
