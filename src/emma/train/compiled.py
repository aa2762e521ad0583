"""Compilation of blocks, one by one: the same code serves all layers, and sharding works around it.

Only the forward function is compiled, so hooks of the module (which gather and free its weights) stay outside.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

BACKEND = "inductor"
VERSIONS = 64
"""How often a block may be compiled for another shape before torch gives up and runs it uncompiled."""


def compile_blocks(blocks: Sequence[nn.Module]) -> None:
    """Compile the forward functions of the blocks, in place; names of weights stay.

    Shapes are constants to the compiler. There are few: a last batch that is smaller, and documents by powers of two.
    """
    dynamo: Any = torch._dynamo.config
    dynamo.recompile_limit = max(dynamo.recompile_limit, VERSIONS)
    for block in blocks:
        block.forward = torch.compile(block.forward, dynamic=False, backend=BACKEND)
