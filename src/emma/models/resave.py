"""A copy of a model folder with its weights in another type, or in files of another size."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from emma.config.extras import need
from emma.errors import RecipeError
from emma.models.configuration import write_type
from emma.models.folder import CONFIG, DTYPES, read_tensors
from emma.models.weights import is_finite

WEIGHT_SUFFIXES = (".safetensors", ".bin", ".index.json")
"""Endings of files of a model folder that hold weights."""
WHOLE = "50GB"
"""The most that a file of weights may hold where nothing is said, as transformers has it."""


def copy_model(source: Path, out: Path, *, dtype: str | None = None, shard_size: str | None = None) -> None:
    """Copy a model folder into `out`, which may be there.

    `dtype` is bf16, fp16 or fp32 for all weights (None: each keeps its own), `shard_size` the most that a file of
    weights may hold, such as 5GB. Raises RecipeError for a weight that is too large for the type.
    """
    if dtype is None and shard_size is None:
        shutil.copytree(source, out, dirs_exist_ok=True)
        return
    copy_all_but_weights(source, out)
    weights = dict(_cast(source, dtype))
    # Their names, types and files are those that transformers would give them; so is the index.
    need("huggingface_hub", "train").save_torch_state_dict(weights, out, max_shard_size=shard_size or WHOLE)
    share_files(out)
    if dtype is not None:
        write_type(out / CONFIG, DTYPES[dtype])


def copy_all_but_weights(source: Path, out: Path) -> None:
    """Copy all of a model folder besides the files with its weights."""
    shutil.copytree(source, out, dirs_exist_ok=True, copy_function=shutil.copyfile, ignore=_list_weights)


def _list_weights(_folder: str, names: list[str]) -> list[str]:
    """The names of files that hold weights, as `shutil.copytree` asks for what to leave out."""
    return [name for name in names if name.endswith(WEIGHT_SUFFIXES)]


def share_files(folder: Path) -> None:
    """Give files of weights the mode of the configuration: safetensors lets nobody else read them."""
    for path in folder.glob("*.safetensors"):
        path.chmod((folder / CONFIG).stat().st_mode)


def _cast(source: Path, dtype: str | None) -> Iterator[tuple[str, Any]]:
    """Each tensor of a folder in a type, or in its own."""
    kind = getattr(need("torch", "train"), DTYPES[dtype]) if dtype is not None else None
    for name, tensor in read_tensors(source):
        cast = tensor.to(kind) if kind is not None and tensor.is_floating_point() else tensor
        if cast is not tensor and not is_finite(cast):
            raise RecipeError(
                f"{source}: {name} has a value of {tensor.abs().max().item():.3g}, which {dtype} cannot hold. Take "
                "bf16 or fp32."
            )
        yield name, cast
