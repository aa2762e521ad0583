"""Processes that answer side by side, one an accelerator, as torchrun starts them; alone where nobody started more."""

import os
from dataclasses import dataclass
from datetime import timedelta

from emma.config.extras import need

PATIENCE = timedelta(days=7)
"""How long ranks wait for each other. When one dies, torchrun ends them all."""


@dataclass(frozen=True)
class Ranks:
    """This process's place among those that share the work."""

    rank: int = 0
    world_size: int = 1

    def wait(self) -> None:
        """Wait until all of them are here."""
        if self.world_size > 1:
            from torch import distributed

            distributed.barrier()


ALONE = Ranks()


def join_ranks() -> Ranks:
    """Join the processes that torchrun started with this one; its accelerator is then that of its local rank."""
    ranks = Ranks(int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1")))
    if ranks.world_size > 1:
        need("torch", "train")
        import torch
        from torch import distributed

        if torch.accelerator.is_available():
            torch.accelerator.set_device_index(
                int(os.environ.get("LOCAL_RANK", "0")) % torch.accelerator.device_count()
            )
        # Gloo: nothing but a barrier goes between them.
        distributed.init_process_group("gloo", timeout=PATIENCE)
    return ranks
