"""`emma export-checkpoint`: a checkpoint of a training as a Hugging Face folder."""

import argparse
import re
from pathlib import Path

from emma.cli.options import Commands, add_command, add_home, open_home

DTYPES = ("bf16", "fp16", "fp32")


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "export-checkpoint",
        "write a checkpoint of a training as a Hugging Face folder, with the tokenizer",
        "Write a checkpoint of a training that is running, was stopped or is done as a Hugging Face folder, with the "
        "tokenizer. The training is not touched.",
    )
    parser.add_argument(
        "checkpoint",
        metavar="RUN[@STEP]",
        help="a run's name, and the step of a checkpoint ('emma status' lists them; default: the newest, or the end)",
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="the folder to write; there must be none of that name")
    parser.add_argument("--dtype", choices=DTYPES, help="the type of the weights (default: as in the run's result)")
    parser.add_argument(
        "--shard-size",
        type=parse_size,
        metavar="SIZE",
        help="the most that a file of weights may hold, such as 5GB or 500MB (default: 50GB)",
    )
    add_home(parser)
    parser.set_defaults(command=run)


def parse_size(text: str) -> str:
    """Parse the most that a file of weights may hold."""
    from emma.models.folder import FILE_SIZE

    if re.fullmatch(FILE_SIZE, text) is None:
        raise argparse.ArgumentTypeError(f"'{text}' is not a size such as 5GB or 500MB")
    return text


def run(arguments: argparse.Namespace) -> int:
    """Write the folder, and say what it is."""
    from emma.pipeline.checkpoints import export_checkpoint

    exported = export_checkpoint(
        open_home(arguments),
        arguments.checkpoint,
        arguments.out,
        dtype=arguments.dtype,
        shard_size=arguments.shard_size,
    )
    print(f"{arguments.out}: {exported}")
    return 0
