"""`emma collect`, `emma annotate` and so on: run a recipe up to one stage; `--help` shows the stage's settings."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from emma.cli.options import STAGES, Commands, add_strict


def add_parser(commands: Commands, stage: str, prog: str | None = None, epilog: str | None = None) -> None:
    """Add the command of one stage; `prog` is how it is called where its own name is a group's default."""
    purpose = STAGES[stage]
    parser = commands.add_parser(
        # In a group the stage's own command is called `run`, and `expand_group` names it where nobody did.
        "run" if prog else stage,
        prog=prog,
        help=purpose,
        description=f"{purpose[0].upper()}{purpose[1:]}.",
        epilog=epilog,
        add_help=False,
    )
    parser.add_argument("-h", "--help", action=StageHelp, stage=stage, help="show this help and the stage's settings")
    parser.add_argument("recipe", type=Path, metavar="RECIPE", help="a recipe (TOML)")
    add_strict(parser)
    parser.set_defaults(command=run, until=stage)


def run(arguments: argparse.Namespace) -> int:
    """Run a recipe up to the stage."""
    from emma.cli.run import run

    return run(arguments)


class StageHelp(argparse.Action):
    """Help of a stage's command, with the settings of its recipe section."""

    def __init__(self, option_strings: Sequence[str], stage: str, **settings: Any) -> None:
        super().__init__(option_strings, nargs=0, **{**settings, "dest": argparse.SUPPRESS})
        self.stage = stage

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from emma.config.section import settings_help

        parser.print_help()
        print(settings_help(self.stage))
        parser.exit()
