"""Weights in the types in which a folder has them: a base that keeps some in float32 has its reasons."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from emma.models.folder import TYPES, stored


def types_of(folder: Path) -> dict[str, torch.dtype]:
    """The type of each tensor of a model folder that has one in which EMMA writes weights."""
    return {each.name: getattr(torch, each.dtype) for each in stored(folder) if each.dtype in TYPES}


def in_types(
    weights: Mapping[str, Tensor], types: Mapping[str, torch.dtype], default: torch.dtype
) -> dict[str, Tensor]:
    """The weights in these types, `default` where none is named. What is one tensor under two names stays one."""
    made: dict[tuple[int, torch.dtype], Tensor] = {}
    found = {}
    for name, each in weights.items():
        kind = types.get(name, default) if each.is_floating_point() else each.dtype
        found[name] = made.setdefault((each.data_ptr(), kind), each.to(kind))
    return found
