"""Source-Shielded Updates (Yamaguchi et al., arXiv 2512.04844): what matters most to the base's own text stays.

A small sample of that text goes through the model before training. A weight matters as its size times the norm of the
feature that it multiplies (Wanda: Sun et al., arXiv 2306.11695). Summed up by column, so by feature, that says which
columns of each matrix inside the blocks are frozen; whole columns, so that what a feature does is kept or learnt whole.

Micro-batches do not depend on the number of ranks, and sums over them are in float64, so neither do the columns.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from emma.errors import RecipeError
from emma.tokens.samples import Samples
from emma.train.batch import empty_batch, make_batch
from emma.train.config import TrainConfig
from emma.train.keep.config import ShieldConfig
from emma.train.model.blocks import find_decoder_blocks
from emma.train.model.loss_model import LossModel
from emma.train.model.sharding import load_sharded
from emma.train.optimizer.rows import local_part
from emma.train.ranks import all_reduce_sum
from emma.train.watch.scoring import split_own_rows

Numbers = npt.NDArray[np.float64]


def choose_columns(folder: Path, samples: Samples, section: TrainConfig) -> dict[str, Tensor]:
    """The columns that are frozen, by the name of their matrix, bool (in,); none without `train.shield`.

    All ranks call it. Raises RecipeError for text that is not in the mix, and a model without linear layers.
    """
    if (shield := section.shield) is None:
        return {}
    numbers = find_samples(samples, shield)
    # Hooks are for a model as transformers has it: not compiled, nothing computed twice.
    precision = "bf16" if section.precision == "fp8" else section.precision
    plain = {"compile": False, "activation_checkpointing": "none", "precision": precision}
    section = section.model_copy(update=plain)
    loss_model = load_sharded(folder, section, samples.sequence_length)
    layers = find_linear_layers(loss_model.model)
    norms = measure_features(loss_model, layers, samples, numbers, section)
    scores = {name: norms[name] * measure_columns(layer) for name, layer in layers.items()}
    return {f"{name}.weight": take_largest(score, shield.share) for name, score in scores.items()}


def find_samples(samples: Samples, shield: ShieldConfig) -> list[int]:
    """The numbers of the first planned samples of the text that is shielded. RecipeError for a key that names none."""
    keys = [{f"{each.lang}/{each.domain}", each.domain, each.lang, each.tier} for each in samples.sources]
    for key in shield.sources:
        if not any(key in names for names in keys):
            raise RecipeError(
                f"train.shield.sources: no text in the mix is named '{key}'. Name a language, a domain, or both as "
                "eng_Latn/web, of what the mix has; the base's own languages belong into it by `replay`."
            )
    wanted = {at for at, names in enumerate(keys) if names & {*shield.sources}}
    found = (number for number in range(len(samples)) if samples.source_of(number) in wanted)
    return list(islice(found, max(1, shield.tokens // samples.sequence_length)))


def find_linear_layers(model: nn.Module) -> dict[str, nn.Linear]:
    """The linear layers inside the blocks that are trained, by name. RecipeError where there are none."""
    inside = {id(layer) for block in find_decoder_blocks(model) for layer in block.modules()}
    layers = {
        name: layer
        for name, layer in model.named_modules()
        if isinstance(layer, nn.Linear) and id(layer) in inside and layer.weight.requires_grad
    }
    if not layers:
        raise RecipeError("train.shield: there is no linear layer inside the blocks that is trained. Take it out.")
    return layers


@torch.no_grad()
def measure_features(
    loss_model: LossModel,
    layers: Mapping[str, nn.Linear],
    samples: Samples,
    numbers: Sequence[int],
    section: TrainConfig,
) -> dict[str, Numbers]:
    """The norm of each layer's input features over some samples, float64 (in,)."""
    device = next(loss_model.parameters()).device
    sums = {name: np.zeros(layer.in_features) for name, layer in layers.items()}
    loss_model.eval()
    with square_inputs(layers, sums) as given:
        for rows in split_own_rows(len(numbers), section.micro_batch):
            own = numbers[rows]
            batch = make_batch(samples, own) if own else empty_batch(samples.sequence_length)
            given[:] = [torch.from_numpy(~batch.padding).to(device)]
            loss_model(*(torch.from_numpy(each).to(device) for each in (batch.inputs, batch.positions, batch.targets)))
    # No backward pass follows, after which FSDP would drop the weights that it gathered.
    loss_model.reshard()  # type: ignore[operator]
    return {name: np.sqrt(all_reduce_sum(each)) for name, each in sums.items()}


@contextmanager
def square_inputs(layers: Mapping[str, nn.Linear], sums: Mapping[str, Numbers]) -> Iterator[list[Tensor]]:
    """Add up the squares of what goes into layers, where the tensor in the list that is given, bool (sequences,
    tokens), is true."""
    given: list[Tensor] = []

    def listen(name: str) -> Any:
        def add(_layer: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            # In float32 inside a micro-batch, which is the same on any number of ranks.
            features = inputs[0].flatten(0, -2)[given[0].flatten()]  # mixtures of experts have tokens in one row
            sums[name][:] += features.float().pow(2).sum(0).cpu().double().numpy()

        return add

    handles = [layer.register_forward_pre_hook(listen(name)) for name, layer in layers.items()]
    try:
        yield given
    finally:
        for handle in handles:
            handle.remove()


def measure_columns(layer: nn.Linear) -> Numbers:
    """The sum of a layer's weights by column, without their signs, float64 (in,)."""
    own: Numbers = local_part(layer.weight.detach()).cpu().double().abs().sum(0).numpy()
    return all_reduce_sum(own)


def take_largest(scores: Numbers, share: float) -> Tensor:
    """Whether each score is among the largest, of which there is such a share; the earlier one on a tie."""
    chosen = np.zeros(len(scores), np.bool_)
    chosen[np.argsort(-scores, kind="stable")[: round(share * len(scores))]] = True
    return torch.from_numpy(chosen)
