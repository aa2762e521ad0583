"""Merging two model folders: alpha · base + (1 - alpha) · adapted, on the weights that both have.

It is what `train.merge` does at the end of a training, for models that are there already: one that was adapted, and the
one that it comes from, or two states of one model. Rows of pieces that only the adapted model has stay as they are.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from emma.config.extras import need
from emma.errors import RecipeError
from emma.models.folder import CONFIG, TRAINING, check_folder, list_tensors, read_model_json, read_tensors, weight_files
from emma.models.tokenizer_file import open_tokenizer
from emma.store.files import write_json

SAFE = ".safetensors"
NOT_OF_IT = (f"*{SAFE}", "README.md", "languages.csv")
"""Files of the adapted model that say nothing true of the merged one: weights, and the card with what it measured."""

Shape = tuple[int, ...]


def merge_folders(base: Path, adapted: Path, alpha: float, out: Path) -> None:
    """Write the merged model into `out`, in the types of the adapted one and with what lies beside it but its card.

    It holds the base's weights, and one file of the adapted model's at a time. Raises RecipeError for an alpha that is
    no share, an `out` that is there already, and folders that are no two states of one model.
    """
    check_request(base, adapted, alpha, out)
    rows = count_shared_rows(base, adapted)
    vocabulary = find_vocabulary_tensors(base, adapted)
    unfinished = out.with_name(f"{out.name}.tmp")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(adapted, unfinished, copy_function=shutil.copyfile, ignore=shutil.ignore_patterns(*NOT_OF_IT))
    before = dict(read_tensors(base))
    rows_of = {name: rows if name in vocabulary else len(tensor) for name, tensor in before.items()}
    for file in weight_files(adapted):
        merge_file(file, before, rows_of, alpha, unfinished / file.name)
    training = read_model_json(adapted / TRAINING)
    # A training may have merged what it gave: the base's shares add up, as what is left is shared again.
    share = alpha + (1 - alpha) * training.get("merge", 0)
    write_json(unfinished / TRAINING, {**training, "merge": share})
    unfinished.rename(out)


def check_request(base: Path, adapted: Path, alpha: float, out: Path) -> None:
    """Raises RecipeError for what can be told before any weight is read."""
    if not 0 <= alpha <= 1:
        raise RecipeError(f"alpha = {alpha:g} is no share. Take one from 0 (as adapted) to 1 (as the base).")
    if out.exists():
        raise RecipeError(f"{out} is there already. Name a folder that is not, or delete it first.")
    for folder in (base, adapted):
        check_folder(folder)
    if pickled := [file.name for file in weight_files(adapted) if file.suffix != SAFE]:
        raise RecipeError(f"The weights of {adapted} are pickled ({pickled[0]}). Save it as safetensors first.")


def count_shared_rows(base: Path, adapted: Path) -> int:
    """The rows of the base's pieces. RecipeError where the adapted model gives one of them another id, or none."""
    before, after = (open_tokenizer(folder).get_vocab(with_added_tokens=True) for folder in (base, adapted))
    for piece, number in sorted(before.items(), key=lambda entry: entry[1]):
        if after.get(piece) != number:
            raise RecipeError(
                f"The piece {piece!r} has the id {number} in {base} and {after.get(piece, 'none')} in {adapted}: their "
                "rows mean different things, so they cannot be merged. Take the base that it was adapted from."
            )
    return max(before.values(), default=-1) + 1


def find_vocabulary_tensors(base: Path, adapted: Path) -> set[str]:
    """The tensors with a row for every piece.

    Raises RecipeError, naming the tensor, where only one of two models has it, or where shapes differ in more than the
    number of pieces.
    """
    before, after = ({tensor.name: tensor.shape for tensor in list_tensors(each)} for each in (base, adapted))
    sizes = [read_model_json(folder / CONFIG).get("vocab_size") for folder in (base, adapted)]
    if alone := sorted(before.keys() ^ after.keys()):
        raise RecipeError(f"{alone[0]} is only in {base if alone[0] in before else adapted}. {UNLIKE}")
    found = {name for name in before if [before[name][:1], after[name][:1]] == [(size,) for size in sizes]}
    for name in sorted(before):
        at = 1 if name in found else 0
        if before[name][at:] != after[name][at:]:
            raise RecipeError(
                f"{name} is {_say(before[name])} in {base} and {_say(after[name])} in {adapted}. {UNLIKE}"
            )
    return found


UNLIKE = "Only two states of one model can be merged: name the base that the other was adapted from."


def _say(shape: Shape) -> str:
    return " × ".join(map(str, shape))


def merge_file(file: Path, before: Mapping[str, Tensor], rows: Mapping[str, int], alpha: float, out: Path) -> None:
    """Merge the tensors of one file of the adapted model with those of the same names before, and write them."""
    safetensors = need("safetensors", "train")
    with safetensors.safe_open(file, framework="pt") as opened:
        merged = {
            name: merge_tensor(before[name], opened.get_tensor(name), rows[name], alpha)
            for name in opened.keys()  # noqa: SIM118 - not a dict
        }
    need("safetensors.torch", "train").save_file(merged, out, metadata={"format": "pt"})
    out.chmod(file.stat().st_mode)  # safetensors lets nobody else read it


def merge_tensor(before: Tensor, after: Tensor, rows: int, alpha: float) -> Tensor:
    """alpha · before + (1 - alpha) · after in the first `rows`, and `after` in the others; in the type of `after`.

    Summed in float32 and rounded once."""
    merged = after.clone()
    merged[:rows] = torch.lerp(after[:rows].float(), before[:rows].float(), alpha).to(after.dtype)
    return merged
