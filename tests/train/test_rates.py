"""Learning rates by size and optimiser: against the peaks of published models, and what is warned of."""

import pytest

from emma.models.device import Choice
from emma.train.config import TrainConfig
from emma.train.rates import Beginning, adamw_rate, choose_rates, muon_rate, warnings

GPT_3 = {125e6: 6e-4, 350e6: 3e-4, 760e6: 2.5e-4, 1.3e9: 2e-4, 2.7e9: 1.6e-4, 6.7e9: 1.2e-4, 13e9: 1e-4, 175e9: 6e-5}
"""Weights and peak rate (Brown et al., arXiv 2005.14165, table 2.1)."""
HIGH_ENDS = ["train.learning_rate = 0.02, which embeddings and head get too, is high"]
BASE = Beginning(135_000_000, 576, base=True)
OF_MUON = Beginning(135_000_000, 576, base=True, optimizer="muon")
RANDOM = Beginning(2_500_000, 128, base=False)


@pytest.mark.parametrize(("weights", "peak"), GPT_3.items())
def test_adamw_follows_the_peaks_of_gpt_3(weights: float, peak: float) -> None:
    assert peak / 1.5 < adamw_rate(int(weights)) < peak * 1.5


def test_small_models_are_not_driven_without_bound() -> None:
    assert adamw_rate(1) == adamw_rate(900_000) == 3e-3
    assert adamw_rate(RANDOM.weights) == 2.2e-3


def test_muon_is_for_random_weights_and_takes_adamws_step_on_others() -> None:
    assert muon_rate(RANDOM) == muon_rate(Beginning(135_000_000, 576, base=True, optimizer="muon")) == 0.02
    # 0.2 · √576 = 4.8 of AdamW's elements fit into one of Muon's at equal rates.
    assert muon_rate(BASE) == pytest.approx(4.8 * adamw_rate(BASE.weights), rel=0.05)


def test_auto_becomes_numbers_and_what_is_named_stays() -> None:
    section, choice = choose_rates(TrainConfig(embedding_lr=0.1), BASE)
    assert (section.learning_rate, section.embedding_lr, section.head_lr) == (5.8e-4, 0.1, 5.8e-4)
    assert choice == Choice("0.00058", "for adamw on a base of 135,000,000 weights")
    section, _ = choose_rates(TrainConfig(optimizer="muon"), RANDOM)
    assert (section.learning_rate, section.embedding_lr, section.head_lr) == (0.02, 2.2e-3, 2.2e-3)
    named = TrainConfig(learning_rate=1e-5)
    assert choose_rates(named, BASE) == (named, None)


@pytest.mark.parametrize(
    ("start", "settings", "said"),
    [
        (BASE, {"learning_rate": 3e-3}, ["train.learning_rate = 0.003 is high for a base of 135,000,000 weights"]),
        (BASE, {"learning_rate": 1e-4, "embedding_lr": 0.1}, ["train.embedding_lr = 0.1 is high"]),
        (BASE, {"learning_rate": 1e-3}, []),
        (BASE, {}, []),
        (Beginning(90_000_000, 512, base=True), {"learning_rate": 3e-3}, []),
        (RANDOM, {"learning_rate": 0.1, "optimizer": "muon"}, []),
        (BASE, {"optimizer": "muon"}, ["Muon on a base that was pre-trained with Adam"]),
        (Beginning(135_000_000, 576, base=True, optimizer="adamw"), {"optimizer": "muon"}, ["arXiv 2605.10468"]),
        (
            Beginning(135_000_000, 576, base=True, optimizer="muon"),
            {"optimizer": "muon", "embedding_lr": 1e-3, "head_lr": 1e-3},
            [],
        ),
        (
            Beginning(135_000_000, 576, base=True, optimizer="muon"),
            {"optimizer": "muon", "learning_rate": 0.02},
            HIGH_ENDS,
        ),
    ],
)
def test_what_can_destroy_a_base_is_warned_of(start: Beginning, settings, said: list[str]) -> None:
    found = list(warnings(TrainConfig(**settings), start))
    assert len(found) == len(said)
    assert all(words in each for words, each in zip(said, found, strict=True))


def test_muon_is_never_chosen_by_itself() -> None:
    assert TrainConfig().optimizer == "adamw"
