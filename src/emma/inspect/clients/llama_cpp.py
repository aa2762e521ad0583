"""llama.cpp: a released model converted by its own converter, then its tokenizer and logits.

A release with `tokenizer.model` converts as it is. Of a byte-level vocabulary the converter must be told how it cuts
text (`models.pre_tokenizers`).
"""

import os
import sys
import tempfile
from pathlib import Path

from emma.errors import RecipeError
from emma.inspect.clients.checks import Opened, SkippedError, compare_lists
from emma.inspect.clients.hf_transformers import compare_ids, compare_logits, compare_pieces
from emma.inspect.clients.process import ClientError, ask_script
from emma.inspect.clients.released import Released
from emma.models.folder import check_folder
from emma.models.pre_tokenizers import llama_cpp_name
from emma.models.sentencepiece import MODEL_FILE
from emma.models.tokenizer_file import read_tokenizer_table
from emma.store.files import replace_file

HOME = "EMMA_LLAMA_CPP"
"""Variable with the folder of an environment that has llama.cpp: `bin/python` with the package llama-cpp-python, and
`converter/` with convert_hf_to_gguf.py and what it imports."""
CONVERTER = "convert_hf_to_gguf.py"
LOGITS = 1e-2
"""llama.cpp sums in another order and in blocks, and looks up some functions in tables."""


def find_home() -> Path:
    """The folder in which llama.cpp and its converter are looked for."""
    return Path(os.environ.get(HOME) or Path(sys.prefix) / "llama_cpp").absolute()


def verify_llama_cpp(released: Released, scratch: Path) -> Opened:
    """Convert and open the model. Raises SkippedError without llama.cpp, ClientError where it stops."""
    python, converter = find_home() / "bin" / "python", find_home() / "converter"
    for path in (python, converter / CONVERTER):
        if not path.exists():
            raise SkippedError(
                f"llama.cpp is not installed here: make .venv/.llama-cpp builds it, or {HOME} names a folder with "
                f"bin/python (the package llama-cpp-python) and converter/{CONVERTER}."
            )
    file = convert_to_gguf(released.model, scratch / "model.gguf", converter, scratch)
    expected = released.reference
    question = {"model": str(file), "texts": expected.texts, "inputs": expected.inputs()}
    answer = ask_script("with_llama_cpp", question, scratch, python)
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


def convert_to_gguf(model: Path, out: Path, converter: Path, scratch: Path, kind: str = "f32") -> Path:
    """Convert a model folder; `kind` is the converter's `--outtype`. Raises ClientError where the converter stops."""
    # By the model's file of pieces llama.cpp cuts nothing.
    table = None if (model / MODEL_FILE).exists() else read_tokenizer_table(model)
    question = {
        "converter": str(converter.absolute()),
        "model": str(model.absolute()),
        "pre_tokenizer": llama_cpp_name(table) if table is not None else None,
        "type": kind,
        "out": str(out.absolute()),
    }
    ask_script("to_gguf", question, scratch)
    return out


def export_gguf(model: Path, out: Path, converter: Path | None, kind: str) -> Path:
    """Write a model folder as a GGUF file that is not there yet. RecipeError without a model or converter, or where the
    converter stops."""
    check_folder(model)
    if out.exists():
        raise RecipeError(f"{out} is there already. Name a file that is not, or delete it first.")
    converter = converter or find_home() / "converter"
    if not (converter / CONVERTER).exists():
        raise RecipeError(
            f"There is no {CONVERTER} in {converter}. Name a checkout of https://github.com/ggml-org/llama.cpp with "
            "--llama-cpp DIR."
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="emma-") as scratch, replace_file(out) as path:
        try:
            convert_to_gguf(model, path, converter, Path(scratch), kind)
        except ClientError as error:
            raise RecipeError(f"llama.cpp's converter cannot convert {model}: {error}.") from None
    return out
