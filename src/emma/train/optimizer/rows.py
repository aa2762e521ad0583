"""Rows of the vocabulary: which weights have one for every piece, and which of them are new and on this rank."""

from typing import Any

from torch import Tensor, nn
from torch.distributed.tensor import DTensor
from transformers import PreTrainedModel


def vocabulary_weights(model: PreTrainedModel) -> list[nn.Parameter]:
    """Input embeddings, a head of its own and that head's bias: what has a row for every piece."""
    ends: list[Any] = [model.get_input_embeddings(), model.get_output_embeddings()]  # type: ignore[no-untyped-call]
    weights = [ends[0].weight, ends[1].weight, getattr(ends[1], "bias", None)]
    return list({id(weight): weight for weight in weights if weight is not None}.values())


def local_part(tensor: Any) -> Tensor:
    """This rank's part of a sharded tensor; any other tensor as it is."""
    return tensor.to_local() if isinstance(tensor, DTensor) else tensor


def count_rows_before(weight: Tensor, row: int) -> int:
    """How many of this rank's rows of a weight stand before row `row` of the whole one."""
    return min(max(0, row - first_own_row(weight)), len(local_part(weight)))


def first_own_row(weight: Tensor) -> int:
    """The number of this rank's first row in the whole weight: FSDP2 gives each rank the same number of rows, and the
    last ones what is left."""
    if not isinstance(weight, DTensor):
        return 0
    for at, place in enumerate(weight.placements):
        if place.is_shard():
            rows = -(-weight.shape[0] // weight.device_mesh.size(at))
            return min(weight.shape[0], rows * weight.device_mesh.get_local_rank(at))
    return 0
