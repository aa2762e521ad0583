"""`emma demo`: the whole way on text that needs no download."""

import argparse

from emma.cli import run as run_command
from emma.cli.options import Commands, add_command, add_execution


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "demo", "run everything on text that needs no download: an adapted model in minutes")
    add_execution(parser)
    parser.set_defaults(command=run, until="release", strict=False)


def run(arguments: argparse.Namespace) -> int:
    """Run the demo's recipe."""
    from emma.pipeline.shipped import find_shipped

    arguments.recipe = find_shipped("demo.toml")
    return run_command.run(arguments)
