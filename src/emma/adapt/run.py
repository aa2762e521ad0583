"""Adapt: the base model with rows for the new pieces, ready to train.

The result is a Hugging Face folder: configuration, weights, and the new tokenizer beside them.
"""

# ruff: noqa: E402 - a missing extra is to be named before the modules that need it are imported

from emma.extras import need

need("torch", "train")
need("transformers", "train")

import shutil
from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import AutoTokenizer, GenerationConfig, PreTrainedModel
from transformers.utils import logging

from emma.adapt.config import AdaptConfig
from emma.adapt.model import load_base, make_random, matrices
from emma.adapt.rows import new_rows
from emma.errors import ArtifactError
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import Made, Work

SPECIAL = ("bos_token_id", "eos_token_id", "pad_token_id")


def adapt(section: AdaptConfig, *, vocab: Artifact, base: Artifact | None, work: Work) -> Made:
    """Write `model/`: the base with the tokenizer of `vocab`, or a random model of that vocabulary."""
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    folder = vocab.file("tokenizer")
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    if base is None:
        model, added = make_random(section, len(tokenizer)), 0
    else:
        model = load_base(base.path, section)
        added = add_rows(model, len(tokenizer), *_pieces(vocab), section)
    set_specials(model, {name: getattr(tokenizer, name) for name in SPECIAL})
    out = work.out / "model"
    model.save_pretrained(out)
    copy_files(folder, out)
    return Made({"rows": len(matrices(model)[0]), "new_rows": added, "weights": _weights(model)})


def _pieces(vocab: Artifact) -> tuple[list[int], list[list[int]]]:
    table = shards.read(vocab.file("pieces.parquet"), ["id", "base_pieces"]).sort_by("id")
    return table["id"].to_pylist(), [each or [] for each in table["base_pieces"].to_pylist()]


def add_rows(
    model: PreTrainedModel, size: int, pieces: Sequence[int], spellings: Sequence[Sequence[int]], section: AdaptConfig
) -> int:
    """Grow the vocabulary to `size` rows and fill the rows of the new `pieces`; returns their number.

    Raises ArtifactError when the tokenizer has ids that are neither the base's nor new pieces.
    """
    before = len(matrices(model)[0])
    if unknown := sorted(set(range(before, size)) - set(pieces)):
        raise ArtifactError(
            f"The tokenizer has {size} ids and the base {before} rows, but {len(unknown)} ids from {unknown[0]} on are "
            "not in pieces.parquet. The vocabulary was made for another base: delete it and run again."
        )
    if size > before:
        model.resize_token_embeddings(size, mean_resizing=False)
    for matrix in matrices(model):
        _fill(matrix, before, pieces, spellings, section)
    return len(pieces)


@torch.no_grad()
def _fill(
    matrix: torch.nn.Parameter,
    before: int,
    pieces: Sequence[int],
    spellings: Sequence[Sequence[int]],
    section: AdaptConfig,
) -> None:
    if pieces:
        # A base padded beyond its tokenizer has rows that no piece of its own uses: they tell nothing.
        used = matrix[: min(before, *pieces)].detach().clone()
        matrix[list(pieces)] = new_rows(used, spellings, section.init, section.seed)


def set_specials(model: PreTrainedModel, ids: dict[str, int | None]) -> None:
    """Give the model's configuration and generation configuration the tokenizer's special ids."""
    model.generation_config = model.generation_config or GenerationConfig()  # type: ignore[no-untyped-call]
    for name, value in ids.items():
        setattr(model.config, name, value)
        setattr(model.generation_config, name, value)


def copy_files(source: Path, to: Path) -> None:
    """Copy the tokenizer's files."""
    for each in sorted(source.iterdir()):
        shutil.copyfile(each, to / each.name)


def _weights(model: PreTrainedModel) -> int:
    return sum(each.numel() for each in model.parameters())
