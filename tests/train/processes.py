"""Several processes on this machine that train together."""

import gc
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import distributed

PATIENCE_S = 180  # on a machine that has other work


def in_processes(count: int, function: Callable[..., None], *given: Any) -> None:
    """Run `function(rank, *given)` in this many forks of this process, all of which must succeed."""
    context: Any = torch.multiprocessing.get_context("fork")  # type: ignore[attr-defined]
    processes = [context.Process(target=function, args=(rank, *given)) for rank in range(count)]
    # A fork that collects what it has of this process runs destructors whose threads are not there, and can crash.
    gc.collect()
    gc.freeze()
    for each in processes:
        each.start()
    gc.unfreeze()
    for each in processes:
        each.join(PATIENCE_S)
        each.kill()
    assert [each.exitcode for each in processes] == [0] * count


def meet(rank: int, count: int, folder: Path) -> None:
    """Make this process one of `count` that can talk; `folder` is the same one for all."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # its threads are not there after a fork
    store = distributed.FileStore(str(folder / f"meet-{count}"), count)
    distributed.init_process_group("gloo", store=store, rank=rank, world_size=count)
