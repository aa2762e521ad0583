"""A checkpoint as a Hugging Face folder: read by one process on a CPU, whatever number of ranks wrote it.

The training that it is of may go on meanwhile. What comes out is what that training would have given had it ended
there: the same weights in the same types, adapters merged, configuration, tokenizer and record.
"""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.distributed.checkpoint.api import CheckpointException
from torch.distributed.checkpoint.filesystem import FileSystemReader
from torch.distributed.checkpoint.metadata import TensorStorageMetadata
from torch.distributed.checkpoint.state_dict_loader import load
from transformers import PreTrainedModel

from emma.errors import ArtifactError
from emma.train.begun import TrainingNote, read_note
from emma.train.config import TrainConfig
from emma.train.model.sharding import empty_model
from emma.train.save.checkpoint import read_shared_state
from emma.train.save.export import merge, name_weights, write_model, write_record
from emma.train.save.state import SavedState
from emma.train.start import read_changes
from emma.train.watch.ledger import Ledger

MODEL = "model"
"""Name of the weights in a checkpoint, beside the optimisers' moments."""


def write_snapshot(checkpoint: Path, out: Path, *, dtype: str | None = None, shard_size: str | None = None) -> int:
    """Write the model of a checkpoint into `out`; returns the tokens that it was trained on.

    `dtype` is bf16, fp16 or fp32 for all weights (None: as the training's result would have them), `shard_size` the
    most that a file of weights may hold, such as 5GB. Raises ArtifactError for a checkpoint that is damaged or gone.
    """
    note, shared = read_note(checkpoint.parent), read_whole(checkpoint)
    section, source = TrainConfig.model_validate(note["train"]), Path(note["model"])
    model = empty_model(source)
    weights = tie_weights(model, merge(name_weights(read_weights(checkpoint)), section.lora))
    write_model(model, weights, source, out, dtype=dtype, shard_size=shard_size)
    tokens = count_tokens(shared)
    write_record(section, describe(note, shared["step"], tokens, source), out)
    return tokens


def read_whole(checkpoint: Path) -> SavedState:
    """The shared state of a checkpoint. Raises ArtifactError where it is damaged or gone."""
    if (shared := read_shared_state(checkpoint)) is None:
        what = "is damaged" if checkpoint.exists() else "is not there (any more: the newest few are kept)"
        raise ArtifactError(f"The checkpoint {checkpoint} {what}. 'emma status' lists those that there are.")
    return shared


def read_weights(checkpoint: Path) -> dict[str, Tensor]:
    """The whole weights of a checkpoint, in the main memory, by the trainer's names. Raises as `read_whole`."""
    try:
        metadata: Any = FileSystemReader(checkpoint).read_metadata()
        entries = {
            name.removeprefix(f"{MODEL}."): entry
            for name, entry in metadata.state_dict_metadata.items()
            if name.startswith(f"{MODEL}.") and isinstance(entry, TensorStorageMetadata)
        }
        weights = {name: torch.empty(entry.size, dtype=entry.properties.dtype) for name, entry in entries.items()}
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # that this process is alone
            load({MODEL: weights}, checkpoint_id=checkpoint, no_dist=True)
    except (CheckpointException, RuntimeError, ValueError, OSError) as error:
        raise ArtifactError(
            f"The weights in {checkpoint} cannot be read ({type(error).__name__}). It is damaged, or was deleted "
            "meanwhile; 'emma status' lists the checkpoints that there are."
        ) from error
    return weights


def tie_weights(model: PreTrainedModel, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights with one tensor where the model has one under several names, as a head tied to the embeddings."""
    first: dict[int, Tensor] = {}
    own = model.state_dict(keep_vars=True)
    return {name: first.setdefault(id(own[name]), weight) for name, weight in weights.items()}


def count_tokens(shared: SavedState) -> int:
    """The tokens that went through the model before a checkpoint."""
    ledger = Ledger(shared["ledger"]["open"].shape[1])
    ledger.restore(shared["ledger"])
    return ledger.input_tokens


def describe(note: TrainingNote, step: int, tokens: int, source: Path) -> dict[str, object]:
    """What the record beside an exported checkpoint says besides its settings."""
    facts: dict[str, object] = {"steps": step, "planned_steps": note["steps"], "tokens": tokens}
    started = {"started_from": note["started_from"]} if note["started_from"] else {}
    return {**facts, "changed_from_base": read_changes(source), **started}
