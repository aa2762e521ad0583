"""Rotary scaling: the frequencies each method's paper gives, through a saved configuration, and what is refused."""

import math
from typing import Any

import pytest
import torch
from transformers import AutoConfig, Gemma3TextConfig, LlamaConfig
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

from emma.adapt.config import RopeConfig
from emma.adapt.rope import set_rotary_scaling
from emma.errors import RecipeError
from emma.models.configuration import FULL_ATTENTION, context_length

BEFORE, AFTER, THETA, WIDTH = 64, 256, 10_000.0, 16


def base(**more: Any) -> LlamaConfig:
    return LlamaConfig(hidden_size=64, num_attention_heads=4, max_position_embeddings=BEFORE, **more)


def frequencies(rope: RopeConfig, tmp_path, context: int | None = AFTER) -> tuple[torch.Tensor, LlamaConfig]:
    """What a model that reads the saved configuration turns by, (dimensions / 2,)."""
    config = base()
    set_rotary_scaling(config, rope, context)
    if context is not None and rope.type != "dynamic":
        config.max_position_embeddings = context
    config.save_pretrained(tmp_path)
    read = AutoConfig.from_pretrained(tmp_path)
    return LlamaRotaryEmbedding(read).inv_freq, read


def plain(theta: float = THETA) -> torch.Tensor:
    return torch.tensor([theta ** (-2 * i / WIDTH) for i in range(WIDTH // 2)])


def yarn() -> torch.Tensor:
    """Section 3.2 of arXiv 2309.00071: dimensions that turn often are left, those that hardly turn are interpolated.

    Borders are whole dimensions, as in the authors' code.
    """

    def dimension(turns: float) -> float:
        return WIDTH * math.log(BEFORE / (turns * 2 * math.pi)) / (2 * math.log(THETA))

    low, high = max(math.floor(dimension(32)), 0), min(math.ceil(dimension(1)), WIDTH - 1)
    kept = [1 - min(max((i - low) / (high - low), 0), 1) for i in range(WIDTH // 2)]
    return torch.tensor([f * k + f / 4 * (1 - k) for f, k in zip(plain().tolist(), kept, strict=True)])


def llama3() -> torch.Tensor:
    """Llama 3.1: wavelengths above the context are scaled, those under a quarter of it left, a ramp in between."""
    found = []
    for frequency in plain().tolist():
        turns = BEFORE * frequency / (2 * math.pi)
        kept = min(max((turns - 1) / (4 - 1), 0), 1)
        found.append(frequency * kept + frequency / 4 * (1 - kept))
    return torch.tensor(found)


@pytest.mark.parametrize(
    ("rope", "expected"),
    [
        (RopeConfig(), plain()),
        (RopeConfig(theta=500_000), plain(500_000)),
        (RopeConfig(type="linear"), plain() / 4),
        (RopeConfig(type="ntk"), plain(THETA * 4 ** (WIDTH / (WIDTH - 2)))),
        (RopeConfig(type="dynamic"), plain()),  # up to the base's length
        (RopeConfig(type="yarn"), yarn()),
        (RopeConfig(type="llama3"), llama3()),
        (
            RopeConfig(type="longrope", short_factor=(1.0,) * 8, long_factor=tuple(range(1, 9))),
            plain(),  # up to the base's length
        ),
    ],
    ids=lambda value: value.type if isinstance(value, RopeConfig) else "",
)
def test_frequencies_are_the_papers(rope: RopeConfig, expected: torch.Tensor, tmp_path) -> None:
    found, config = frequencies(rope, tmp_path)
    torch.testing.assert_close(found, expected)
    assert context_length(config) == AFTER


def test_ntk_turns_the_slowest_dimension_slower_by_the_factor(tmp_path) -> None:
    found, _ = frequencies(RopeConfig(type="ntk"), tmp_path)
    assert float(plain()[-1] / found[-1]) == pytest.approx(4)
    assert float(found[0]) == pytest.approx(1)


def test_dynamic_scales_beyond_the_bases_length(tmp_path) -> None:
    _, config = frequencies(RopeConfig(type="dynamic"), tmp_path)
    rotary, states = LlamaRotaryEmbedding(config), torch.zeros(1, AFTER, 64)
    rotary(states, torch.arange(AFTER)[None])
    theta = THETA * (4 * AFTER / BEFORE - 3) ** (WIDTH / (WIDTH - 2))
    torch.testing.assert_close(rotary.inv_freq, plain(theta))


def test_a_factor_of_its_own_wins(tmp_path) -> None:
    found, _ = frequencies(RopeConfig(type="linear", factor=8), tmp_path)
    torch.testing.assert_close(found, plain() / 8)


def test_what_the_base_says_of_sliding_windows_is_kept() -> None:
    config = Gemma3TextConfig(hidden_size=64, num_attention_heads=4, head_dim=16, max_position_embeddings=BEFORE)
    before = config.rope_parameters
    set_rotary_scaling(config, RopeConfig(type="linear"), AFTER)
    assert config.rope_parameters[FULL_ATTENTION]["factor"] == 4
    assert config.rope_parameters[FULL_ATTENTION]["rope_theta"] == before[FULL_ATTENTION]["rope_theta"]
    assert config.rope_parameters["sliding_attention"] == before["sliding_attention"]


def test_scaling_what_was_scaled_starts_from_the_first_context() -> None:
    config = base(
        rope_parameters={
            "rope_type": "yarn", "rope_theta": THETA, "factor": 2.0, "original_max_position_embeddings": 32
        }
    )  # fmt: skip
    set_rotary_scaling(config, RopeConfig(type="yarn"), AFTER)
    assert config.rope_parameters["factor"] == AFTER / 32


@pytest.mark.parametrize(
    ("rope", "context", "message"),
    [
        (RopeConfig(type="yarn"), None, r"needs a factor. Set adapt.rope.factor, or adapt.context .* 64 tokens"),
        (RopeConfig(type="linear"), BEFORE, "needs a factor"),
        (RopeConfig(type="longrope"), AFTER, "short_factor with 8 numbers, .* has 0"),
        (RopeConfig(type="longrope", short_factor=(1.0,) * 8, long_factor=(1.0,)), AFTER, "long_factor .* has 1"),
    ],
)
def test_what_cannot_be_told_is_refused(rope: RopeConfig, context: int | None, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        set_rotary_scaling(base(), rope, context)
