"""`emma export-gguf`: a released model as a GGUF file, by llama.cpp's own converter."""

import argparse
from pathlib import Path

from emma.cli.options import Commands, add_command

TYPES = ("f32", "f16", "bf16", "q8_0", "auto")


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "export-gguf",
        "convert a released model to a GGUF file for llama.cpp",
        "Convert a model folder to a GGUF file with llama.cpp's own converter, which stops at byte-level vocabularies "
        "that have grown unless it is told how they cut text: this command tells it.",
    )
    parser.add_argument("model", type=Path, metavar="MODEL", help="a model folder, such as a release's")
    parser.add_argument(
        "out", type=Path, metavar="OUT", help="the file to write, such as model.gguf, which is not there yet"
    )
    parser.add_argument(
        "--llama-cpp",
        type=Path,
        metavar="DIR",
        help="a checkout of llama.cpp, with convert_hf_to_gguf.py (default: $EMMA_LLAMA_CPP/converter)",
    )
    parser.add_argument(
        "--type",
        default="auto",
        choices=TYPES,
        help="type of the weights (default: auto, 16 bits)",
    )
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Convert a model."""
    from emma.inspect.clients.llama_cpp import export_gguf

    print(export_gguf(arguments.model, arguments.out, arguments.llama_cpp, arguments.type))
    return 0
