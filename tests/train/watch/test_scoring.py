"""The cost of held-out text against transformers' own loss on each document alone, and its means."""

import math
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import distributed, nn

from emma.evaluate.config import EvaluateConfig
from emma.evaluate.likelihood.score import Scorer
from emma.models.tokenizer_file import open_tokenizer
from emma.tokens.samples import Samples
from emma.train.config import TrainConfig
from emma.train.model.loss_model import LossModel
from emma.train.model.sharding import make_mesh, shard_model
from emma.train.ranks import process_group
from emma.train.watch.held_out import HeldOut, HeldOutGroup, read_held_out
from emma.train.watch.ledger import NATS_PER_UNIT
from emma.train.watch.scoring import HeldOutScores, score_held_out, split_own_rows
from tests.conftest import TEXTS
from tests.evaluate.conftest import save_tokenizer
from tests.evaluate.conftest import score as evaluate
from tests.train.conftest import BOS, LENGTH, VOCABULARY, make_inputs, tiny_model
from tests.train.held_out_text import HELD_OUT, add_held_out, change_plan
from tests.train.processes import in_processes, meet

STORIES = Path(__file__).parents[3] / "shared" / "data" / "model" / "stories260K_hf"


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


@pytest.mark.parametrize("name", ["bytes", "stories"])
def test_what_fits_costs_what_the_evaluation_finds(world, sharded, name: str) -> None:
    """Bits per byte of texts of ten scripts, with the bytes of the texts themselves."""
    model = tiny_model(vocab_size=259 if name == "bytes" else 512, max_position_embeddings=512)
    inputs, section = world(model=model), TrainConfig(device="cpu", precision="fp32")
    folder = inputs["adapt"].path / "model"
    if name == "stories" and not STORIES.exists():
        pytest.skip("there is no stories260K_hf in ../shared/data")
    (folder / "tokenizer.json").unlink()
    if name == "bytes":
        save_tokenizer(folder)
    else:
        for each in STORIES.glob("tokenizer*"):
            shutil.copyfile(each, folder / each.name)
    encoded = {lang: open_tokenizer(folder).encode(text, add_special_tokens=False).ids for lang, text in TEXTS.items()}
    add_held_out(inputs, {(lang, "web"): [[BOS, *ids, 2]] for lang, ids in sorted(encoded.items())}, tokenizer=False)
    change_plan(inputs["mix"].path, sequence_length=512, eos=2)
    loss_model = LossModel(model, section)
    shard_model(loss_model, section, make_mesh(section, torch.device("cpu")))
    found = score(inputs, loss_model, section).of_languages()
    wanted = evaluate(Scorer.open(folder, EvaluateConfig(precision="fp32")), [TEXTS[lang] for lang in found])
    for (lang, value), each in zip(found.items(), wanted, strict=True):
        assert value == pytest.approx(each.nats / math.log(2) / len(TEXTS[lang].encode()), rel=1e-5)


def test_it_sees_weights_that_change_between_two_scores(world, sharded) -> None:
    """The weights that FSDP gathered for one score are not there for the next."""
    section = TrainConfig(device="cpu", precision="fp32")
    loss_model, inputs = sharded(section), add_held_out(world())
    weight = loss_model.model.lm_head.weight
    before = score(inputs, loss_model, section)
    with torch.no_grad():
        weight.mul_(0)
    after = score(inputs, loss_model, section)
    assert (before.units != after.units).all()
    assert (after.units * NATS_PER_UNIT).tolist() == pytest.approx(uniform_nats(after, VOCABULARY))


def uniform_nats(scores: HeldOutScores, pieces: int) -> list[float]:
    """What a model costs that finds all pieces equally likely."""
    return [group.tokens * math.log(pieces) for group in scores.groups]


RANKS = TrainConfig(device="cpu", precision="fp32", micro_batch=3)


def on_a_rank(rank: int, count: int, held_out: HeldOut, folder: Path) -> None:
    meet(rank, count, folder)
    loss_model = shard(RANKS)
    weight = loss_model.model.lm_head.weight  # as the optimiser has it
    scores = score_held_out(loss_model, held_out, RANKS)
    np.save(folder / f"units-{rank}", scores.units)
    with torch.no_grad():
        weight.mul_(0)
    again = score_held_out(loss_model, held_out, RANKS)
    assert (again.units * NATS_PER_UNIT).tolist() == pytest.approx(uniform_nats(again, VOCABULARY))


def test_two_ranks_find_what_one_finds_to_the_bit(tmp_path: Path) -> None:
    inputs = add_held_out(make_inputs(tmp_path, (20, 6, 14), tiny_model()))
    samples = Samples(inputs["pack"], inputs["mix"])
    held_out = read_held_out(samples, inputs["adapt"].path / "model", RANKS)
    for count in (1, 2):
        (tmp_path / str(count)).mkdir()
        in_processes(count, on_a_rank, count, held_out, tmp_path / str(count))
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
