"""A GGUF file: its metadata and tensors, whether it is a whole model, and asking transformers about it.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from emma.config.extras import need
from emma.errors import RecipeError
from emma.models.folder import Json

MAGIC = b"GGUF"


@dataclass(frozen=True)
class GgufFile:
    """The metadata of a GGUF file and its tensors, by the reader of the package gguf."""

    path: Path
    reader: Any

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a key, `default` where the file does not have it."""
        field = self.reader.fields.get(name)
        return default if field is None else field.contents()

    @property
    def architecture(self) -> str:
        """llama.cpp's name of the model's kind."""
        return str(self.get("general.architecture"))


def open_gguf(path: Path) -> GgufFile:
    """Open a file. RecipeError where it is none, is cut short, or is not a whole model."""
    gguf = need("gguf", "smollm2")
    with path.open("rb") as stream:
        if stream.read(len(MAGIC)) != MAGIC:
            raise RecipeError(f"{path} is no GGUF file: it does not begin with {MAGIC.decode()}. Fetch it again.")
    try:
        file = GgufFile(path, gguf.GGUFReader(path))
    except Exception as error:  # what a damaged file makes of the reader has no class of its own
        size = path.stat().st_size
        raise RecipeError(
            f"{path} ({size:,} bytes) cannot be read ({type(error).__name__}: {error}): it is cut short or damaged. "
            "Fetch it again."
        ) from None
    refuse_parts(file)
    return file


def refuse_parts(file: GgufFile) -> None:
    """RecipeError for what is no model by itself."""
    if file.get("general.architecture") is None:
        raise RecipeError(f"{file.path} does not name its architecture (general.architecture). Choose another file.")
    if (parts := int(file.get("split.count", 0))) > 1:
        raise RecipeError(
            f"{file.path} is one of {parts} parts of a model. Join them with `llama-gguf-split --merge`, and name the "
            "result."
        )
    if (kind := file.get("general.type", "model")) != "model":
        raise RecipeError(f"{file.path} is no language model but of the kind '{kind}'. Name the model's own file.")


def describe_gguf(file: GgufFile) -> Json:
    """What a file says of the model: its name, licence, makers, and the types in which its weights are kept."""
    weights: dict[str, int] = {}
    for tensor in file.reader.tensors:
        weights[tensor.tensor_type.name] = weights.get(tensor.tensor_type.name, 0) + int(tensor.n_elements)
    facts = {
        "file": file.path.name,
        "architecture": file.architecture,
        "name": file.get("general.name"),
        "organization": file.get("general.organization"),
        "licence": file.get("general.license"),
        "repository": file.get("general.source.huggingface.repository") or file.get("general.source.repo_url"),
        "tokenizer": [file.get("tokenizer.ggml.model"), file.get("tokenizer.ggml.pre")],
        "weights": weights,
    }
    return {name: value for name, value in facts.items() if value is not None}


@contextmanager
def linked_alone(path: Path) -> Iterator[Path]:
    """A folder with a link to the file and nothing else: what lies beside it must not count."""
    with TemporaryDirectory(prefix="emma-gguf-") as folder:
        (Path(folder) / path.name).symlink_to(path.absolute())
        yield Path(folder)


def ask(file: GgufFile, read: Callable[[Any], Any]) -> Any:
    """What `read` makes of transformers, quietly. RecipeError for whatever that raises."""
    transformers = need("transformers", "train")
    from emma.models.weights import one_line, quiet_transformers

    try:
        # Its progress bar for tensors obeys no setting.
        with quiet_transformers(), redirect_stderr(StringIO()):
            return read(transformers)
    except Exception as error:  # what transformers raises has no class of its own
        raise RecipeError(
            f"transformers cannot read {file.path}, a GGUF file of the architecture '{file.architecture}' "
            f"({one_line(error)}). Take this base as a Hugging Face folder, with config.json and safetensors, or "
            "choose another."
        ) from None
