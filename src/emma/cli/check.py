"""`emma check`: whether a base can be adapted, trained, evaluated and released."""

import argparse

from emma.cli.options import Commands


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "check",
        help="tell whether a base can be adapted, trained, evaluated and released",
        description="Look at a base without running any code of it: files, configuration, weights (names, shapes, "
        "types, finite numbers), tokenizer (text in twelve scripts, ends, ids), and the arithmetic of a small "
        "model of its kind. With a recipe, its settings too. The exit code is 1 if anything stands in the way.",
    )
    parser.add_argument(
        "base",
        metavar="BASE",
        help="a model folder, a .gguf file, package:NAME/*.gguf, owner/name@revision of the Hugging Face hub, or a "
        "recipe: its base, with its settings",
    )
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Print each check as it is done, and the notes. Problems are raised as one RecipeError."""
    from emma.pipeline.base import check_named_base

    for note in check_named_base(arguments.base, lambda text: print(f"  {text}")):
        print(f"note: {note}")
    print("This base can be adapted" + (", as the recipe says." if arguments.base.endswith(".toml") else "."))
    return 0
