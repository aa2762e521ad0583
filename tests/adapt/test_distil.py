"""Distillation: rows that have a known answer, both readings against slow ones, and the turns that pieces take."""

import numpy as np
import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from emma.adapt.config import DistilConfig
from emma.adapt.distil import Speller, distil_rows, draw_windows, state_difference
from emma.adapt.rows import NewPieces
from emma.adapt.text import PackedText

BASE, NEW = 20, NewPieces((20, 21, 22), ((3,), (4, 5, 6), ()))


def model() -> LlamaForCausalLM:
    torch.manual_seed(0)
    size = {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2}
    return LlamaForCausalLM(
        LlamaConfig(**size, vocab_size=23, max_position_embeddings=32, initializer_range=0.5)
    ).eval()


def test_a_window_as_the_base_spells_it() -> None:
    spelled, ends = Speller.from_pieces(NEW, 23).spell(np.array([[21, 20, 7], [1, 22, 2]]))
    assert spelled.tolist() == [[4, 5, 6, 3, 7], [1, 22, 2, 0, 0]]
    assert ends.tolist() == [[2, 3, 4], [0, 1, 2]]


@pytest.mark.slow
def test_a_piece_that_renames_a_base_piece_gets_its_row() -> None:
    trained = model()
    start = trained.get_input_embeddings().weight.detach().clone()
    renamed = NewPieces((20,), ((3,),))
    tokens = PackedText(np.random.default_rng(1).integers(0, 21, 400), np.zeros(400, np.int64))
    losses = list(distil_rows(DistilConfig(steps=400, windows=16, window_tokens=8), trained, renamed, tokens, 0))
    rows = trained.get_input_embeddings().weight.detach()
    like = torch.nn.functional.cosine_similarity(torch.stack([start[20], rows[20]]), start[3])
    assert like[0] < 0.6 and like[1] > 0.97  # norms inside the model hide most of a row's length
    assert losses[-1] < 0.05 * losses[0]
    assert torch.equal(rows[:20], start[:20]) and torch.equal(rows[21:], start[21:])


def test_base_pieces_read_the_same_both_ways() -> None:
    window = np.arange(12)[None]
    assert state_difference(model(), window, *Speller.from_pieces(NEW, 23).spell(window), None).item() < 1e-10


def test_what_is_compared_is_the_state_after_the_last_base_piece() -> None:
    whole = model()
    window = np.array([[7, 21, 8]])
    with torch.no_grad():
        found = whole.model(torch.tensor([[7, 21, 8]]), output_hidden_states=True).hidden_states[1][0]
        wanted = whole.model(torch.tensor([[7, 4, 5, 6, 8]]), output_hidden_states=True).hidden_states[1][0, [0, 3, 4]]
    expected = (found - wanted).square().mean() / wanted.var(0).mean()
    torch.testing.assert_close(
        state_difference(whole, window, *Speller.from_pieces(NEW, 23).spell(window), 1).detach(), expected
    )


def test_tokens_beyond_the_context_are_left_out() -> None:
    """Twelve times three base pieces are 36, four more than the model reads."""
    long = np.full((1, 12), 21)
    spelled, ends = Speller.from_pieces(NEW, 23).spell(long)
    within = state_difference(model(), long, spelled, ends, None)
    assert within.isfinite()
    torch.testing.assert_close(within, state_difference(model(), long, spelled[:, :32], np.minimum(ends, 32), None))


def test_pieces_take_turns_in_windows_that_hold_them() -> None:
    rare = PackedText(np.array([1, 2, 20, *[3] * 50, 21, *[4] * 50]), np.zeros(104, np.int64))
    steps = list(draw_windows(rare, NEW, DistilConfig(steps=20, windows=4, window_tokens=10), 0))
    assert [each.shape for each in steps] == [(4, 10)] * 20
    holding = [[int((row == piece).any()) for piece in (20, 21)] for each in steps for row in each]
    assert np.sum(holding, 0).tolist() == [40, 40]
    again = draw_windows(rare, NEW, DistilConfig(steps=20, windows=4, window_tokens=10), 0)
    assert all((one == other).all() for one, other in zip(steps, again, strict=True))


def test_a_text_shorter_than_a_window() -> None:
    short = PackedText(np.array([1, 20, 2]), np.zeros(3, np.int64))
    assert [each.tolist() for each in draw_windows(short, NEW, DistilConfig(steps=1, windows=2), 0)] == [
        [[1, 20, 2]] * 2
    ]
