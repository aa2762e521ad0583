"""A Hugging Face model folder as files: configuration as it was written, tensors by name, without making the model."""

import json
import math
import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emma.config.extras import need
from emma.errors import RecipeError
from emma.store.files import join_inside

Json = dict[str, Any]
"""An object in a JSON file whose fields are not ours to define: a model's or a tokenizer's."""
CONFIG, GENERATION, TRAINING = "config.json", "generation_config.json", "training.json"
"""Files of a model folder. The last is EMMA's own: what a model was trained with (train.export)."""
ORIGIN = "origin.json"
"""File beside an adapted model: whose weights they were, and what of the base's configuration changed."""
WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json")
"""Files with weights; a model folder must have one of them."""
PICKLE_SUFFIX = ".bin"
WEIGHT_TYPES = {"float32": "fp32", "bfloat16": "bf16", "float16": "fp16"}
"""Types of weights that EMMA trains and writes, as configurations name them, and its own names for them."""
DTYPES = {short: name for name, short in WEIGHT_TYPES.items()}
"""The same, by EMMA's names."""

FILE_SIZE = r"[1-9]\d*(KB|MB|GB|TB)"
"""The most that a file of weights may hold, as a recipe or the command line has it: `5GB`, in units of 1,000."""


@dataclass(frozen=True)
class StoredTensor:
    """A tensor of a model folder, not read yet."""

    name: str
    file: Path
    shape: tuple[int, ...]
    dtype: str
    """Type under torch's name: `bfloat16`."""


def read_model_json(path: Path) -> Json:
    """Read the object in a JSON file of a model folder, {} where there is no such file. RecipeError when it is none."""
    if not path.is_file():
        return {}
    try:
        # The standard library's JSON: configurations of others may hold NaN and Infinity, which orjson refuses.
        content = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RecipeError(f"{path} is not valid JSON: {error}. Fetch the base model again.") from None
    if not isinstance(content, dict):
        raise RecipeError(f"{path} holds no JSON object. Fetch the base model again.")
    return content


NAME_A_FOLDER = "Name a Hugging Face model folder, as save_pretrained writes it or a hub has it."


def check_folder(folder: Path) -> None:
    """RecipeError unless there is a folder with a configuration and weights."""
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "is not there"
        raise RecipeError(f"{folder} {what}. {NAME_A_FOLDER}")
    for what, names in (("configuration", (CONFIG,)), ("weights", WEIGHTS)):
        if not any((folder / name).is_file() for name in names):
            raise RecipeError(f"{folder} has no {what}: looked for {', '.join(names)}. {NAME_A_FOLDER}")


def weight_files(folder: Path) -> list[Path]:
    """The files with the model's weights, in the order in which transformers looks: safetensors before pickled ones,
    one file before several. Those that an index names are listed whether they are there or not.

    Raises RecipeError for one outside of the folder."""
    for name in WEIGHTS:
        path = folder / name
        if path.is_file():
            listed = _files_in_index(path) if name.endswith(".json") else [name]
            return [join_inside(folder, name, path, links=True, error=RecipeError) for name in listed]
    return []


def _files_in_index(index: Path) -> list[str]:
    """The files that an index of weights names."""
    files = read_model_json(index).get("weight_map", {})
    if not isinstance(files, dict) or not all(isinstance(name, str) for name in files.values()):
        raise RecipeError(f"The weight_map of {index} does not name files. Fetch the base model again.")
    return sorted(set(files.values()))


def list_tensors(folder: Path) -> list[StoredTensor]:
    """The tensors of a model folder; pickled ones are read for it, of others the headers alone.

    Raises RecipeError for a file that is missing or cut short.
    """
    return [
        each
        for file in weight_files(folder)
        for each in (_list_pickled(file) if _is_pickled(file) else _list_safetensors(file))
    ]


def _is_pickled(file: Path) -> bool:
    return file.suffix == PICKLE_SUFFIX


def _list_pickled(file: Path) -> Iterator[StoredTensor]:
    for name, tensor in _read_pickled(file).items():
        yield StoredTensor(name, file, tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))


def _list_safetensors(file: Path) -> Iterator[StoredTensor]:
    safetensors = need("safetensors", "train")
    names = {"F32": "float32", "BF16": "bfloat16", "F16": "float16"}
    try:
        with safetensors.safe_open(file, framework="numpy") as opened:
            for name in opened.keys():  # noqa: SIM118 - not a dict
                part = opened.get_slice(name)
                kind = str(part.get_dtype())
                yield StoredTensor(name, file, tuple(part.get_shape()), names.get(kind, kind))
    except (OSError, safetensors.SafetensorError) as error:
        raise RecipeError(f"{file} cannot be read: {error}. Fetch the base model again.") from None


def stored_type(folder: Path) -> str:
    """The type that most of the weights have, under torch's name."""
    sizes: dict[str, int] = {}
    for tensor in list_tensors(folder):
        sizes[tensor.dtype] = sizes.get(tensor.dtype, 0) + math.prod(tensor.shape)
    return (
        max(sizes, key=lambda kind: sizes[kind])
        if sizes
        else configured_type(read_model_json(folder / CONFIG)) or "float32"
    )


def configured_type(config: Json) -> str | None:
    """The type of weights that a configuration names, under either of its names."""
    dtype = config.get("dtype") or config.get("torch_dtype")  # transformers 5's name, and 4's
    return None if dtype is None else str(dtype).removeprefix("torch.")


def read_tensors(folder: Path) -> Iterator[tuple[str, Any]]:
    """Every tensor of a model folder with its name, one at a time (torch). Pickled weights are read as data only."""
    safetensors = need("safetensors", "train")
    for file in weight_files(folder):
        if _is_pickled(file):
            yield from _read_pickled(file).items()
            continue
        with safetensors.safe_open(file, framework="pt") as opened:
            for name in opened.keys():  # noqa: SIM118 - not a dict
                yield name, opened.get_tensor(name)


def _read_pickled(file: Path) -> Json:
    torch = need("torch", "train")
    try:
        # Mapped, so that listing names and shapes reads no weights.
        tensors = torch.load(file, map_location="cpu", weights_only=True, mmap=True)
    except (RuntimeError, EOFError, OSError, ValueError, pickle.UnpicklingError):
        raise RecipeError(
            f"{file} cannot be read as data: it is damaged, or holds code, which is not run. Take the base as "
            "safetensors."
        ) from None
    if not isinstance(tensors, dict) or not all(isinstance(tensor, torch.Tensor) for tensor in tensors.values()):
        raise RecipeError(f"{file} holds more than tensors by name, as checkpoints do. Save the model alone.")
    return tensors
