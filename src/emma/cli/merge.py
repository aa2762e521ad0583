"""`emma merge`: an adapted model with some of its base's weights back."""

import argparse
from pathlib import Path

from emma.cli.options import Commands
from emma.cli.values import parse_alpha


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "merge",
        help="give an adapted model back some of what its base knew",
        description="Write a model whose weights are alpha times those of the base and 1 - alpha times those of the "
        "adapted model; rows of pieces that only the adapted model has stay as they are. Part of what was forgotten "
        "comes back, and part of what was learnt is given up (arXiv 2606.00284). A training does it by itself with "
        "train.merge, which also finds the best alpha on held-out text.",
    )
    parser.add_argument("base", metavar="BASE", type=Path, help="the model folder that the other was adapted from")
    parser.add_argument("adapted", metavar="ADAPTED", type=Path, help="the adapted model's folder")
    parser.add_argument("out", metavar="OUT", type=Path, help="folder of the result, which is not there yet")
    parser.add_argument("--alpha", type=parse_alpha, required=True, help="the base's share, from 0 to 1")
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the merged model."""
    from emma.config.extras import need

    need("torch", "train")
    from emma.models.merge import merge_folders

    merge_folders(arguments.base, arguments.adapted, arguments.alpha, arguments.out)
    print(f"{arguments.out}: {arguments.alpha:g} of {arguments.base}, the rest of {arguments.adapted}")
    return 0
