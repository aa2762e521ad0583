"""llama.cpp: a released model converted by its own converter, then its tokenizer and logits.

A release with `tokenizer.model` converts as it is. Of a byte-level vocabulary the converter must be told how it cuts
text (`models.pre_tokenizers`).
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from emma.inspect.clients.checks import Opened, SkippedError, compare_lists
from emma.inspect.clients.hf_transformers import compare_ids, compare_logits, compare_pieces
from emma.inspect.clients.process import ask_script
from emma.inspect.clients.released import Released
from emma.models.pre_tokenizers import llama_cpp_name
from emma.models.sentencepiece import MODEL_FILE
from emma.models.tokenizer_file import read_tokenizer_table

HOME = "EMMA_LLAMA_CPP"
"""Variable with the folder of an environment that has llama.cpp: `bin/python` with the package llama-cpp-python, and
`converter/` with convert_hf_to_gguf.py and what it imports."""
CONVERTER = "convert_hf_to_gguf.py"
LOGITS = 1e-2
"""llama.cpp sums in another order and in blocks, and looks up some functions in tables."""


@dataclass(frozen=True)
class Installation:
    """llama.cpp on this machine."""

    python: Path
    converter: Path


def find_installation() -> Installation:
    """Find llama.cpp and its converter. Raises SkippedError, saying how to have them, where they are not."""
    home = Path(os.environ.get(HOME) or Path(sys.prefix) / "llama_cpp").absolute()
    found = Installation(home / "bin" / "python", home / "converter")
    for path in (found.python, found.converter / CONVERTER):
        if not path.exists():
            raise SkippedError(
                f"llama.cpp is not installed here: make .venv/.llama-cpp builds it, or {HOME} names a folder with "
                f"bin/python (the package llama-cpp-python) and converter/{CONVERTER}."
            )
    return found


def verify_llama_cpp(released: Released, scratch: Path) -> Opened:
    """Convert and open the model. Raises SkippedError without llama.cpp, ClientError where it stops."""
    installation = find_installation()
    file = convert_to_gguf(released.model, scratch / "model.gguf", installation, scratch)
    expected = released.reference
    question = {"model": str(file), "texts": expected.texts, "inputs": expected.inputs()}
    answer = ask_script("with_llama_cpp", question, scratch, installation.python)
    found = answer.fields
    return Opened(
        found["version"],
        [
            compare_pieces(expected, {number: piece for number, piece in found["pieces"] if number in expected.pieces}),
            compare_ids(expected, found["ids"]),
            compare_logits(expected.logits, answer, LOGITS),
            compare_lists("end of a text", [expected.end], [found["end"]]),
        ],
    )


def convert_to_gguf(model: Path, out: Path, installation: Installation, scratch: Path, kind: str = "f32") -> Path:
    """Convert a model folder; `kind` is the converter's `--outtype`. Raises ClientError where the converter stops."""
    question = {
        "converter": str(installation.converter),
        "model": str(model),
        "pre_tokenizer": None if (model / MODEL_FILE).exists() else llama_cpp_name(read_tokenizer_table(model)),
        "type": kind,
        "out": str(out),
    }
    ask_script("to_gguf", question, scratch)
    return out
