"""Distillation of the new input rows (AweDist: Dobler et al., arXiv 2505.20133, section 3).

The base itself is the teacher: it has read the same text in its own pieces. The rows of the new pieces move until the
hidden states after each of them are those after the last of the base pieces that it replaces. The teacher's states are
the same model's, since none of its own weights moves.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedModel

from emma.adapt.config import DistilConfig
from emma.adapt.rows import NewPieces
from emma.adapt.text import Ints, PackedText
from emma.errors import RecipeError
from emma.models.configuration import context_length


@dataclass(frozen=True)
class Speller:
    """The base pieces that spell each piece of the new vocabulary; a piece of the base spells itself."""

    flat: Ints
    """The base ids of all spellings, one after the other."""
    starts: Ints
    """Beginning of each piece's spelling in `flat` (pieces + 1,)."""

    @classmethod
    def from_pieces(cls, new: NewPieces, rows: int) -> "Speller":
        """The spellings of all `rows` pieces."""
        spellings = [[piece] for piece in range(rows)]
        for piece, spelling in zip(new.ids, new.spellings, strict=True):
            spellings[piece] = list(spelling) or [piece]
        lengths = [len(spelling) for spelling in spellings]
        return cls(np.concatenate(spellings), np.concatenate([[0], np.cumsum(lengths)]))

    def spell(self, windows: Ints) -> tuple[Ints, Ints]:
        """Windows (number, tokens) as the base spells them, zeros after the end, and where each token ends there."""
        lengths = (self.starts[1:] - self.starts[:-1])[windows]
        ends = lengths.cumsum(1)
        spelled = np.zeros((len(windows), int(ends.max())), np.int64)
        for row, window in enumerate(windows):
            pieces = np.concatenate([self.flat[self.starts[piece] : self.starts[piece + 1]] for piece in window])
            spelled[row, : len(pieces)] = pieces
        return spelled, ends - 1


def draw_windows(text: PackedText, new: NewPieces, section: DistilConfig, seed: int) -> Iterator[Ints]:
    """Draw the windows of each step (windows, window_tokens), each around an occurrence of a new piece.

    All new pieces that occur take turns, in an order drawn anew each time; which occurrence is drawn too. A window may
    run from one document into the next: both readings see the same.
    """
    generator = np.random.default_rng(seed)
    length = min(section.window_tokens, len(text.tokens))
    order = np.argsort(text.tokens, kind="stable")
    begins, stops = (np.searchsorted(text.tokens[order], new.ids, side=side) for side in ("left", "right"))
    occurring = np.flatnonzero(stops > begins)
    # A new permutation each round: every piece is drawn equally often, give or take one.
    turns = np.concatenate(
        [generator.permutation(occurring) for _ in range(-(-section.steps * section.windows // len(occurring)))]
    )
    for step in range(section.steps):
        pieces = turns[step * section.windows : (step + 1) * section.windows]
        places = order[generator.integers(begins[pieces], stops[pieces])]
        # The occurrence stands anywhere in its window, so the piece is read with little text before it and with much.
        starts = np.clip(places - generator.integers(0, length, len(places)), 0, len(text.tokens) - length)
        yield text.tokens[starts[:, None] + np.arange(length)]


def distil_rows(
    section: DistilConfig, model: PreTrainedModel, new: NewPieces, text: PackedText, seed: int
) -> Iterator[float]:
    """Move the input rows of the new pieces; gives each step's loss, as a share of the states' variance.

    Raises RecipeError when the text holds none of the pieces, or the model has no such layer.
    """
    embeddings: Any = model.get_input_embeddings()
    matrix: Any = embeddings.weight
    check_distillation(model, new, text, section)
    trained = torch.zeros(len(matrix), 1, device=matrix.device)
    trained[list(new.ids)] = 1
    speller = Speller.from_pieces(new, len(matrix))
    peak = section.learning_rate * float(matrix.detach()[: new.smallest_id].square().mean().sqrt())
    # Without dropout, or the two readings would differ by chance.
    model.train(False).requires_grad_(False)
    matrix.requires_grad_(True)
    # Adam leaves a row alone whose gradient was always zero, so this keeps the base's rows as they are.
    hook = matrix.register_hook(lambda gradient: gradient * trained)
    adam = torch.optim.Adam([matrix], lr=peak)
    for step, window in enumerate(draw_windows(text, new, section, seed)):
        for group in adam.param_groups:
            group["lr"] = peak * (1 - step / section.steps)
        with torch.autocast(model.device.type, torch.bfloat16, enabled=section.precision == "bf16"):
            loss = state_difference(model, window, *speller.spell(window), section.layer)
        loss.backward()  # type: ignore[no-untyped-call]
        adam.step()
        adam.zero_grad()
        yield loss.item()
    hook.remove()
    model.requires_grad_(True)


def state_difference(model: PreTrainedModel, window: Ints, spelled: Ints, ends: Ints, layer: int | None) -> Tensor:
    """The distance of the states after each token from those after its spelling: mean square, in variances of the
    latter.

    Tokens whose spelling ends beyond the model's context are left out.
    """
    spelled = spelled[:, : context_length(model.config)]
    counted = torch.from_numpy(ends < spelled.shape[1]).to(model.device)
    places = torch.from_numpy(np.minimum(ends, spelled.shape[1] - 1)).to(model.device)
    with torch.no_grad():
        # The same model reads the base's own spelling, in which no row occurs that is trained.
        teacher = _states(model, spelled, layer)
        teacher = teacher.gather(1, places[:, :, None].expand(-1, -1, teacher.shape[2]))[counted].float()
    student = _states(model, window, layer)[counted].float()
    # In variances of the teacher's states, so that losses of different bases can be compared.
    return (student - teacher).square().mean() / teacher.var(0).mean()


def _states(model: PreTrainedModel, ids: Ints, layer: int | None) -> Tensor:
    """Hidden states (sequences, tokens, width) after so many blocks."""
    backbone: Any = model.base_model
    inputs = torch.from_numpy(ids).to(model.device)
    states = backbone(input_ids=inputs, use_cache=False, output_hidden_states=True).hidden_states
    chosen: Tensor = states[-1 if layer is None else layer]
    return chosen


def check_distillation(model: PreTrainedModel, new: NewPieces, text: PackedText, section: DistilConfig) -> None:
    """RecipeError when there is nothing to learn from, or no such layer."""
    if section.layer is not None and section.layer > model.config.num_hidden_layers:
        raise RecipeError(
            f"adapt.distil.layer is {section.layer}, but the model has {model.config.num_hidden_layers} blocks. Set it "
            "to one of them, or leave it out."
        )
    if not np.isin(text.tokens, new.ids).any():
        raise RecipeError(
            f"adapt.distil: none of the {len(new.ids)} new pieces occurs in the {len(text.tokens)} packed training "
            "tokens that it may read. Raise adapt.vectors.tokens, or remove adapt.distil."
        )
