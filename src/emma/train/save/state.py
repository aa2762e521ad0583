"""What training changes, and what of it a checkpoint holds besides weights and moments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from torch.optim import Optimizer

from emma.train.keep.anchor import Anchor
from emma.train.model.loss_model import LossModel
from emma.train.watch.guard import Guard, GuardState
from emma.train.watch.ledger import Ledger, LedgerState
from emma.train.watch.validation import Validation, ValidationState

RunFacts = Mapping[str, int | str]
"""Facts that must be the same in a run that goes on: plain values by what to call them in a message."""


class SharedState(TypedDict):
    """The state that is the same on all ranks."""

    ledger: LedgerState
    guard: GuardState
    validation: ValidationState | None


class SavedState(SharedState):
    """The contents of STATE_FILE."""

    step: int
    facts: RunFacts


@dataclass(frozen=True)
class TrainingState:
    """Everything that training changes."""

    loss_model: LossModel
    optimizers: Sequence[Optimizer]
    ledger: Ledger
    guard: Guard
    anchor: Anchor = field(default_factory=Anchor)
    """What holds weights at the base's: no part of a checkpoint, as it is made of the model that training starts from,
    again when it goes on."""
    validation: Validation | None = None
    """None where held-out text is not scored."""

    def shared_state(self) -> SharedState:
        """The part that is the same on all ranks, complete on rank 0. All ranks call it."""
        self.ledger.merge()
        validation = None if self.validation is None else self.validation.state()
        return {"ledger": self.ledger.state(), "guard": self.guard.state(), "validation": validation}

    @property
    def best_step(self) -> int | None:
        """The step of the best weights so far, where they may be the result."""
        return None if self.validation is None else self.validation.best_step

    def restore(self, shared: SharedState) -> None:
        """Become the state that `shared` was taken from, but for weights and optimisers."""
        self.ledger.restore(shared["ledger"])
        self.guard.restore(shared["guard"])
        if self.validation is not None and shared["validation"] is not None:
            self.validation.restore(shared["validation"])
