"""The cost of held-out text against transformers' own loss on each document alone, and its means."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import distributed, nn

from emma.tokens.samples import Samples
from emma.train.config import TrainConfig
from emma.train.held_out import HeldOutGroup, read_held_out
from emma.train.ledger import NATS_PER_UNIT
from emma.train.model import LossModel
from emma.train.ranks import process_group
from emma.train.scoring import HeldOutScores, score_held_out, split_own_rows
from emma.train.sharding import make_mesh, shard_model
from tests.train.conftest import LENGTH, make_inputs, tiny_model
from tests.train.held_out_text import HELD_OUT, add_held_out
from tests.train.processes import in_processes, meet


@pytest.fixture
def sharded() -> Iterator[Callable[..., LossModel]]:
    """Make a tiny model as the trainer has it."""
    with process_group(TrainConfig(device="cpu")):
        yield shard


def shard(section: TrainConfig) -> LossModel:
    loss_model = LossModel(tiny_model(attention_dropout=0.3), section).train()
    shard_model(loss_model, section, make_mesh(section, torch.device("cpu")))
    return loss_model


def score(inputs, loss_model: LossModel, section: TrainConfig) -> HeldOutScores:
    samples = Samples(inputs["pack"], inputs["mix"])
    return score_held_out(loss_model, read_held_out(samples, inputs["adapt"].path / "model", section), section)


def cost_slowly(model: nn.Module, ids: list[int]) -> float:
    """Nats of a document in pieces of LENGTH, one after the other and alone."""
    nats, score = 0.0, nn.functional.cross_entropy
    for at in range(0, len(ids) - 1, LENGTH):
        piece = torch.tensor(ids[at : at + LENGTH + 1])
        logits = model.eval()(piece[None, :-1]).logits[0]
        nats += float(score(logits.detach(), piece[1:], reduction="sum"))
    return nats


@pytest.mark.parametrize("settings", [{}, {"micro_batch": 2}, {"document_masks": False}], ids=str)
def test_it_is_the_cost_of_each_document_alone(world, sharded, settings) -> None:
    section = TrainConfig(device="cpu", precision="fp32", **settings)
    loss_model = sharded(section)
    scores = score(add_held_out(world()), loss_model, section)
    for units, documents in zip(scores.units.tolist(), HELD_OUT.values(), strict=True):
        wanted = sum(cost_slowly(tiny_model(), each) for each in documents)
        assert units * NATS_PER_UNIT == pytest.approx(wanted, rel=1e-5)
    assert loss_model.training, "it goes on training"
    assert next(loss_model.parameters()).grad is None


def test_it_sees_weights_that_change_between_two_scores(world, sharded) -> None:
    """The weights that FSDP gathered for one score are not there for the next."""
    section = TrainConfig(device="cpu", precision="fp32")
    loss_model, inputs = sharded(section), add_held_out(world())
    before = score(inputs, loss_model, section)
    with torch.no_grad():
        loss_model.model.lm_head.weight.mul_(0)
    after = score(inputs, loss_model, section)
    uniform = [group.tokens * math.log(len(loss_model.model.lm_head.weight)) for group in after.groups]
    assert (before.units != after.units).all()
    assert (after.units * NATS_PER_UNIT).tolist() == pytest.approx(uniform)


def on_a_rank(rank: int, count: int, folder: Path) -> None:
    meet(rank, count, folder)
    section = TrainConfig(device="cpu", precision="fp32", micro_batch=3)
    inputs = add_held_out(make_inputs(folder, (20, 6, 14), tiny_model())) if rank == 0 else None
    shared = [inputs]
    distributed.broadcast_object_list(shared, src=0)
    scores = score(shared[0], shard(section), section)
    np.save(folder / f"units-{rank}", scores.units)


def test_two_ranks_find_what_one_finds_to_the_bit(tmp_path: Path) -> None:
    for count in (1, 2):
        (tmp_path / str(count)).mkdir()
        in_processes(count, on_a_rank, count, tmp_path / str(count))
    found = [np.load(tmp_path / name).tolist() for name in ("1/units-0.npy", "2/units-0.npy", "2/units-1.npy")]
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("rows", [0, 1, 6, 7, 12])
def test_ranks_share_micro_batches_and_call_equally_often(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    for rank in range(2):
        monkeypatch.setattr(distributed, "get_rank", lambda rank=rank: rank)
        monkeypatch.setattr(distributed, "get_world_size", lambda: 2)
        calls.append([list(range(rows))[each] for each in split_own_rows(rows, 3)])
    assert len(calls[0]) == len(calls[1])
    taken = sorted(row for own in calls for each in own for row in each)
    assert taken == list(range(rows))
    assert all(len({row // 3 for row in each}) <= 1 for own in calls for each in own)


def group(lang: str, tier: str | None, size: int, domain: str = "web") -> HeldOutGroup:
    return HeldOutGroup(lang, domain, tier, 1, size, size)


def test_every_language_counts_once_and_program_code_does_not() -> None:
    groups = [group("amh_Ethi", "low", 10), group("swh_Latn", "low", 10), group("swh_Latn", "low", 30, "news")]
    groups += [group("eng_Latn", None, 10), group("zxx_Zyyy", "high", 10, "code"), group("yor_Latn", "low", 0)]
    bits = np.array([10, 20, 180, 30, 5, 0]) * math.log(2) / NATS_PER_UNIT
    scores = HeldOutScores(groups, np.rint(bits).astype(np.int64))
    wanted = {"amh_Ethi": 1.0, "eng_Latn": 3.0, "swh_Latn": 5.0, "zxx_Zyyy": 0.5}
    assert scores.of_languages() == pytest.approx(wanted)
    assert scores.of_tiers() == pytest.approx({"low": 3.0})
    assert scores.mean() == pytest.approx(3.0)
    assert HeldOutScores(groups[4:5], scores.units[4:5]).mean() == pytest.approx(0.5)
