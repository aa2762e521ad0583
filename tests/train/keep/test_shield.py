"""Which columns are shielded, against a reader of one document at a time, and that they keep their bits."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from torch import nn
from transformers import AutoModelForCausalLM

from emma.errors import RecipeError
from emma.store.artifact import Artifact
from emma.tokens.samples import Samples
from emma.train import run as stage
from emma.train.batch import Batch, make_batch
from emma.train.config import TrainConfig
from emma.train.keep.config import ShieldConfig
from emma.train.keep.shield import choose_columns, find_linear_layers, find_samples, square_inputs, take_largest
from emma.train.model.config import LoraConfig
from emma.train.ranks import process_group
from tests.train.conftest import LENGTH, name_new_rows, tiny_model

SHIELD = ShieldConfig(sources=("yor_Latn",), tokens=6 * LENGTH)
SECTION = TrainConfig(learning_rate=1e-2, batch_tokens=10 * LENGTH, micro_batch=2, precision="fp32", shield=SHIELD)


@pytest.fixture
def inputs(world: Callable[..., dict[str, Artifact]], tmp_path: Path) -> dict[str, Artifact]:
    made = world((6, 4, 6))
    name_new_rows(tmp_path, 90)
    return made


@pytest.fixture
def alone() -> Iterator[None]:
    with process_group(TrainConfig(device="cpu")):
        yield


def slow_scores(model: nn.Module, documents: list[list[int]]) -> dict[str, np.ndarray]:
    """The score of each column, each document alone and each feature by itself."""
    seen: dict[str, list[torch.Tensor]] = {}
    layers = find_linear_layers(model)
    for name, layer in layers.items():
        layer.register_forward_pre_hook(lambda _, given, name=name: seen.setdefault(name, []).append(given[0][0]))
    for ids in documents:
        model(torch.tensor([ids]))
    scores = {}
    for name, layer in layers.items():
        features = torch.cat(seen[name]).detach().double()
        weights = layer.weight.detach().double()
        each = [float(features[:, at].norm() * weights[:, at].abs().sum()) for at in range(layer.in_features)]
        scores[f"{name}.weight"] = np.array(each)
    return scores


@pytest.mark.parametrize("filled", [LENGTH, LENGTH - 5])
def test_the_columns_are_those_of_a_slow_reader(inputs, alone: None, monkeypatch, filled: int) -> None:
    def make_padded(*given: Any) -> Batch:
        batch = make_batch(*given)
        batch.inputs[:, filled:], batch.positions[:, filled:], batch.padding[:, filled:] = 0, 0, True
        return batch

    monkeypatch.setattr("emma.train.keep.shield.make_batch", make_padded)
    samples = Samples(inputs["pack"], inputs["mix"])
    numbers = find_samples(samples, SHIELD)
    assert len(numbers) == 6
    assert {samples.sources[samples.source_of(number)].lang for number in numbers} == {"yor_Latn"}
    batch, documents = make_batch(samples, numbers), []
    for ids, positions in zip(batch.inputs[:, :filled].tolist(), batch.positions[:, :filled], strict=True):
        cuts = [*np.flatnonzero(positions == 0), len(ids)]
        documents += [ids[start:end] for start, end in pairwise(cuts)]
    wanted = slow_scores(tiny_model(), documents)
    found = choose_columns(inputs["adapt"].path / "model", samples, SECTION)
    assert found.keys() == wanted.keys()
    assert len(found) == 2 * 7
    for name, columns in found.items():
        assert int(columns.sum()) == len(columns) // 2
        assert set(np.argsort(-wanted[name])[: len(columns) // 2]) == set(np.flatnonzero(columns.numpy()))


def test_tokens_in_one_row_count_as_those_of_sequences() -> None:
    layer, features, counted = nn.Linear(3, 2), torch.randn(2, 4, 3), torch.rand(2, 4) < 0.5
    sums = {"": np.zeros(3)}
    with square_inputs({"": layer}, sums) as given:
        given[:] = [counted]
        layer(features)
        layer(features.flatten(0, 1))
    np.testing.assert_allclose(sums[""], 2 * features[counted].pow(2).sum(0), rtol=1e-6)


def test_the_columns_go_by_the_text(inputs: dict[str, Artifact], alone: None) -> None:
    samples, folder = Samples(inputs["pack"], inputs["mix"]), inputs["adapt"].path / "model"
    other = SECTION.model_copy(update={"shield": ShieldConfig(sources=("amh_Ethi/web",), share=0.25)})
    one, two = (choose_columns(folder, samples, section) for section in (SECTION, other))
    assert all(int(columns.sum()) == len(columns) // 4 for columns in two.values())
    assert any((two[name] & ~one[name]).any() for name in two)


@pytest.mark.parametrize("change", [{}, {"optimizer": "muon", "learning_rate": 0.02}, {"l2_to_base": 2.0}], ids=str)
def test_shielded_columns_keep_their_bits(inputs, make_work, monkeypatch, change: dict[str, Any]) -> None:
    chosen: list[dict[str, torch.Tensor]] = []
    monkeypatch.setattr(stage, "peak_flops", lambda *_: None)
    monkeypatch.setattr(stage, "choose_columns", lambda *given: chosen.append(choose_columns(*given)) or chosen[0])
    work = make_work("train")
    stage.train(SECTION.model_copy(update=change), **inputs, work=work)
    found = dict(AutoModelForCausalLM.from_pretrained(work.out / "model").named_parameters())
    for name, base in tiny_model().named_parameters():
        stays = chosen[0].get(name, torch.zeros(base.shape[-1], dtype=torch.bool))
        assert torch.equal(found[name][..., stays], base[..., stays])
        assert (found[name][..., ~stays] != base[..., ~stays]).float().mean() > 0.1


def test_columns_that_are_free_are_trained_as_ever(inputs, make_work, monkeypatch) -> None:
    """Weight decay included: where no column stays, all is as without a shield."""
    monkeypatch.setattr(stage, "peak_flops", lambda *_: None)
    nothing = ShieldConfig(sources=("yor_Latn",), share=0.001)
    weights = []
    for number, shield in enumerate((None, nothing)):
        work = make_work("train", key=f"{number:020}")
        stage.train(SECTION.model_copy(update={"shield": shield, "weight_decay": 0.5}), **inputs, work=work)
        weights.append(dict(AutoModelForCausalLM.from_pretrained(work.out / "model").named_parameters()))
    torch.testing.assert_close(*weights, rtol=0, atol=1e-6)


def test_dropout_does_not_choose_columns(inputs: dict[str, Artifact], alone: None) -> None:
    samples, folder = Samples(inputs["pack"], inputs["mix"]), inputs["adapt"].path / "model"
    wanted = choose_columns(folder, samples, SECTION)
    tiny_model(attention_dropout=0.9).save_pretrained(folder)
    found = choose_columns(folder, samples, SECTION)
    assert all(torch.equal(found[name], columns) for name, columns in wanted.items())


def test_tokens_for_less_than_a_sequence_are_one(inputs: dict[str, Artifact]) -> None:
    samples = Samples(inputs["pack"], inputs["mix"])
    assert len(find_samples(samples, ShieldConfig(sources=("yor_Latn",), tokens=1))) == 1


def test_text_that_is_not_in_the_mix(inputs: dict[str, Artifact]) -> None:
    samples = Samples(inputs["pack"], inputs["mix"])
    with pytest.raises(RecipeError, match=r"train\.shield\.sources: no text in the mix is named 'eng_Latn'"):
        find_samples(samples, ShieldConfig(sources=("yor_Latn", "eng_Latn")))


@pytest.mark.parametrize(("scores", "largest"), [([1, 3, 2, 0], [1, 2]), ([5, 5, 5, 5], [0, 1]), ([0, 0, 1], [0, 2])])
def test_half_of_the_scores(scores: list[float], largest: list[int]) -> None:
    assert np.flatnonzero(take_largest(np.array(scores), 0.5).numpy()).tolist() == largest


@pytest.mark.parametrize("fields", [{"sources": ()}, {"sources": ("code",), "share": 1.0}, {}])
def test_shields_that_are_none(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=r"sources|share"):
        ShieldConfig(**fields)


def test_adapters_leave_all_columns_alone() -> None:
    with pytest.raises(ValidationError, match="shield and lora do not go together"):
        TrainConfig(shield=SHIELD, lora=LoraConfig())
