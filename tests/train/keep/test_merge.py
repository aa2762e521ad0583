"""Merging with the base: against a sum over plain tensors, and the alpha that is chosen."""

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from transformers import AutoModelForCausalLM

from emma.config.section import RENAMED
from emma.errors import RecipeError
from emma.pipeline.recipe import Recipe
from emma.store.artifact import Artifact
from emma.train import run as stage
from emma.train.config import TrainConfig
from emma.train.keep.merge import Trial, choose_alpha, describe_merge
from emma.train.model.config import LoraConfig
from tests.train.conftest import LENGTH, VOCABULARY, name_new_rows, tiny_model
from tests.train.held_out_text import HELD_OUT, add_held_out

NEW_ROW = 70
SECTION = TrainConfig(learning_rate=1e-2, batch_tokens=10 * LENGTH, precision="fp32")
Trained = Callable[..., Path]


@pytest.fixture
def trained(world, make_work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trained:
    """Train a tiny model; gives the folder of the result. What the first call says of its inputs holds for all."""
    inputs: dict[str, Artifact] = {}
    keys = map("{:020}".format, count())
    monkeypatch.setattr(stage, "peak_flops", lambda *_: None)  # measuring it takes longer than these runs

    def run(*, tie: bool = False, held_out: Any = None, **fields: object) -> Path:
        if not inputs:
            inputs.update(world((4, 2, 4), model=tiny_model(tie_word_embeddings=tie)))
            name_new_rows(tmp_path, NEW_ROW)
        if held_out is not None:
            add_held_out(inputs, held_out)
        work = make_work("train", key=next(keys))
        stage.train(SECTION.model_copy(update=fields), **inputs, work=work)
        return work.out

    return run


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return dict(AutoModelForCausalLM.from_pretrained(folder / "model").named_parameters())


@pytest.mark.parametrize("tie", [False, True])
def test_it_is_a_weighted_sum_but_for_new_rows(trained: Trained, tie: bool) -> None:
    plain, merged = (weights(trained(tie=tie, merge=alpha)) for alpha in (None, 0.3))
    for name, base in tiny_model(tie_word_embeddings=tie).named_parameters():
        old = NEW_ROW if len(base) == VOCABULARY else len(base)
        wanted = 0.3 * base[:old] + 0.7 * plain[name][:old]
        torch.testing.assert_close(merged[name][:old], wanted, rtol=0, atol=1e-6)
        assert torch.equal(merged[name][old:], plain[name][old:])
        assert not torch.equal(plain[name], base)


def test_nothing_of_the_base_is_no_merging() -> None:
    assert TrainConfig(merge=0.0).semantic() == TrainConfig().semantic()
    assert TrainConfig(merge=(0.0, 0.5)).semantic() != TrainConfig().semantic()


def test_nothing_but_the_base(trained: Trained) -> None:
    plain, all_of_it = (trained(merge=alpha) for alpha in (None, 1.0))
    found = weights(all_of_it)
    for name, base in tiny_model().named_parameters():
        old = NEW_ROW if len(base) == VOCABULARY else len(base)
        assert torch.equal(found[name][:old], base[:old])
    assert "merge" not in json.loads((plain / "model" / "training.json").read_text())
    assert json.loads((all_of_it / "model" / "training.json").read_text())["merge"] == 1.0
    assert not (all_of_it / "merge.json").exists()


def test_of_adapters_the_update_gets_smaller(trained: Trained) -> None:
    pytest.importorskip("peft")
    plain, merged = (weights(trained(merge=alpha, lora=LoraConfig(rank=4))) for alpha in (None, 0.25))
    for name, base in tiny_model().named_parameters():
        old = NEW_ROW if len(base) == VOCABULARY else len(base)
        torch.testing.assert_close(merged[name][:old], (0.25 * base + 0.75 * plain[name])[:old], rtol=0, atol=1e-6)


def test_the_alpha_is_the_one_with_the_fewest_bits(trained: Trained) -> None:
    """Each trial is what a training with that alpha alone costs when it is scored."""
    folder = trained(held_out=HELD_OUT, merge=(0.0, 0.9, 0.5))
    record = json.loads((folder / "merge.json").read_text())
    assert [trial["alpha"] for trial in record["trials"]] == [0.0, 0.9, 0.5]
    assert record["alpha"] == min(record["trials"], key=lambda trial: trial["bits_per_byte"])["alpha"]
    assert set(record["trials"][0]["languages"]) == {"amh_Ethi", "eng_Latn", "yor_Latn", "zxx_Zyyy"}
    assert set(record["trials"][0]["forgetting"]) == {"eng_Latn", "zxx_Zyyy"}
    assert json.loads((folder / "model" / "training.json").read_text())["merge"] == record["alpha"]
    alone = trained(merge=record["alpha"])
    assert (folder / "model" / "model.safetensors").read_bytes() == (alone / "model" / "model.safetensors").read_bytes()
    (again,) = json.loads((trained(merge=(0.9,)) / "merge.json").read_text())["trials"]
    assert again == record["trials"][1]


def test_one_alpha_is_scored_where_held_out_text_is_scored_anyway(trained: Trained) -> None:
    one = json.loads((trained(held_out=HELD_OUT, merge=0.5, evaluate_every=2) / "merge.json").read_text())
    of_list = json.loads((trained(merge=(0.5,)) / "merge.json").read_text())
    assert one == of_list
    assert not (trained(merge=0.5) / "merge.json").exists()


@pytest.mark.parametrize(("alpha", "said"), [(0.0, "merged with nothing; mean"), (0.5, "alpha 0.5; mean")])
def test_it_says_what_was_merged(alpha: float, said: str) -> None:
    trial: Trial = {"alpha": alpha, "bits_per_byte": 1.5, "languages": {}, "forgetting": {"eng_Latn": 0.02}}
    (line,) = describe_merge({"alpha": alpha, "trials": [trial]}, 0.02)
    assert said in line
    assert line.endswith(f"bits per byte 1.5000 at {alpha:g}")
    assert describe_merge({"alpha": 0.3, "trials": []}, None) == [
        "merged with the weights before the first step, alpha 0.3"
    ]


def test_it_warns_where_no_alpha_keeps_the_limit() -> None:
    trials: list[Trial] = [
        {"alpha": alpha, "bits_per_byte": 1.5, "languages": {}, "forgetting": {"eng_Latn": rise, "zxx_Zyyy": 0.01}}
        for alpha, rise in ((0.1, 0.5), (0.2, 0.06))
    ]
    _, *warnings = describe_merge({"alpha": 0.2, "trials": trials}, 0.05)
    assert warnings == [
        "warning: so merged, the bits per byte of eng_Latn are 6.0 % above those before the first step "
        "(train.max_forgetting: 5 %); no alpha that was tried keeps the limit"
    ]


def test_forgetting_counts_from_the_first_step(trained: Trained) -> None:
    """What is not merged forgot what the evaluations of that training say."""
    folder = trained(held_out=HELD_OUT, merge=(0.0, 1.0), evaluate_every=100)
    probes = json.loads((folder / "validation.json").read_text())["probes"]
    first, last = probes["0"], probes[max(probes, key=int)]
    rises = {probe: last[probe] / first[probe] - 1 for probe in first}
    trial, whole = json.loads((folder / "merge.json").read_text())["trials"]
    assert trial["forgetting"] == pytest.approx(rises, abs=1e-6)
    assert max(map(abs, rises.values())) > 0.01
    assert trial["forgetting"] != pytest.approx(whole["forgetting"], abs=1e-3)


@pytest.mark.parametrize(("limit", "alpha"), [(None, 0.0), (0.2, 0.1), (0.03, 0.3), (0.01, 0.4)])
def test_the_limit_holds_for_the_choice(limit: float | None, alpha: float) -> None:
    """Bits per byte and worst rise by alpha; the last limit is kept by none."""
    tried = {0.0: (1.0, 0.3), 0.1: (1.1, 0.15), 0.3: (1.2, 0.03), 0.4: (1.3, 0.02), 0.5: (1.3, 0.02)}
    trials: list[Trial] = [
        {"alpha": each, "bits_per_byte": bits, "languages": {}, "forgetting": {"eng_Latn": rise, "code": -0.1}}
        for each, (bits, rise) in reversed(tried.items())
    ]
    assert choose_alpha(trials, limit) == alpha


def test_a_probe_without_text_is_refused_before_training(trained: Trained) -> None:
    with pytest.raises(RecipeError, match=r"train\.probes: no held-out text is scored for 'fra_Latn'"):
        trained(held_out=HELD_OUT, merge=(0.1,), probes=("fra_Latn",))


def test_alphas_to_choose_from_need_held_out_text(trained: Trained) -> None:
    with pytest.raises(
        RecipeError, match=r"train\.merge = \[0\.0, 0\.5\] is chosen on held-out text, and there is none"
    ):
        trained(held_out={}, merge=(0.0, 0.5))


@pytest.mark.parametrize("merge", [(), 1.5, -0.1, (0.2, 2.0)])
def test_alphas_that_are_none(merge: object) -> None:
    with pytest.raises(ValidationError, match="merge"):
        TrainConfig(merge=merge)


def test_adapt_merge_says_where_merging_is(tmp_path: Path) -> None:
    assert "adapt.merge" in RENAMED
    (tmp_path / "r.toml").write_text('name = "r"\n[adapt]\nmerge = 0.3\n')
    with pytest.raises(RecipeError, match=r"'adapt\.merge': Merging with the base happens after training: write merge"):
        Recipe.read(tmp_path / "r.toml")
