"""Two processes against one: the same run, from the beginning and from each other's checkpoints."""

import json
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM

from tests.train.conftest import LENGTH, VOCABULARY, make_inputs, name_new_rows, tiny_model
from tests.train.jobs import Job, run, start

pytestmark = pytest.mark.slow

# 7 sequences a step: two processes have 4 and 3 of them, in as many micro-batches. The last of 6 steps has 5, and one
# micro-batch of the second process is empty.
SECTION = {"learning_rate": 1e-2, "micro_batch": 2, "batch_tokens": 7 * LENGTH, "device": "cpu", "warmup": 0.3}
SECTION |= {"log_every": 2, "checkpoint_every": 2, "precision": "fp32"}
VARIANTS = {
    "adamw": {},
    "copies": {"shard_over": 1, "whole_gradients": True},  # the same run on a mesh of two dimensions
    "muon": {"optimizer": "muon", "learning_rate": 0.02},
    "tied": {"precision": "bf16"},
    "held": {"freeze": ["old_rows", "blocks.0"], "new_row_lr": 0.05, "l2_to_base": 9.0, "merge": 0.2},
}
VARIANTS["held"] |= {"goldfish": {"every": 4, "context": 3}, "shield": {"sources": ["yor_Latn"], "tokens": 5 * LENGTH}}
SHARDED = ("adamw", "muon", "tied")
NEW_ROW = 70
"""First row of new pieces: two processes have 51 and 50 of the 101 rows."""
STOP = 5
"""The step in which runs stop: the last checkpoint is one step behind."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every variant by one process and by two, to the end, or stopped and then taken over by as many or others."""
    folder = tmp_path_factory.mktemp("ranks")
    for name in ("untied", "tied", "held"):
        (folder / name).mkdir()
        make_inputs(folder / name, (18, 8, 14), tiny_model(tie_word_embeddings=name == "tied"))
    name_new_rows(folder / "held", NEW_ROW)

    def job(variant: str, how: str, **stop: object) -> Job:
        inputs = folder / (variant if variant in ("tied", "held") else "untied")
        return Job(str(inputs), str(folder / "store"), f"{variant}-{how}", SECTION | VARIANTS[variant], **stop)

    def jobs(how: str, **stop: object) -> list[Job]:
        return [job(variant, how, **stop) for variant in SHARDED]

    stop = {"stop": STOP, "what": "raise"}
    for each in [*jobs("1"), job("held", "1"), *jobs("1 to 2", **stop)]:
        run(each, 0)
    told = job("adamw", "told", stop=4, what="term", who=1)
    twice = [job("adamw", "2"), job("held", "2")]
    again = [job(each, "2 to 2", **how) for how in (stop, {}) for each in ("adamw", "held")]
    together = [*twice, job("copies", "2"), *jobs("1 to 2"), *again, *jobs("2 to 1", **stop), told]
    assert start(together, folder, count=2) == [0, 0]
    for each in jobs("2 to 1"):
        run(each, 0)
    assert not (told.out / "model").exists()
    run(job("adamw", "told"), 0)
    return folder


def weights(folder: Path, key: str) -> dict[str, torch.Tensor]:
    model = AutoModelForCausalLM.from_pretrained(folder / "store" / "train" / key / "model")
    return dict(model.named_parameters())


def metrics(folder: Path, key: str) -> list[dict[str, float]]:
    lines = (folder / "store" / "train" / key / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("how", ["1 to 2", "2 to 1"])
@pytest.mark.parametrize("variant", SHARDED)
def test_taken_over_by_another_number_of_processes(folder: Path, variant: str, how: str) -> None:
    one, other = metrics(folder, f"{variant}-1"), metrics(folder, f"{variant}-{how}")
    # Muon and bfloat16 round to 8 bits, which makes more of what is summed in another order.
    tolerance = 1e-5 if variant == "adamw" else 1e-2
    assert [row["step"] for row in one] == [2, 4, 6]
    for row, wanted in zip(other, one, strict=True):
        assert row == pytest.approx(wanted, rel=tolerance)
    if variant == "adamw":
        torch.testing.assert_close(weights(folder, f"adamw-{how}"), weights(folder, "adamw-1"), rtol=0, atol=1e-5)


@pytest.mark.parametrize(("variant", "alone"), [("adamw", "adamw"), ("copies", "adamw"), ("held", "held")])
def test_two_from_the_beginning(folder: Path, variant: str, alone: str) -> None:
    for row, wanted in zip(metrics(folder, f"{variant}-2"), metrics(folder, f"{alone}-1"), strict=True):
        assert row == pytest.approx(wanted, rel=1e-5)
    torch.testing.assert_close(weights(folder, f"{variant}-2"), weights(folder, f"{alone}-1"), rtol=0, atol=1e-5)


@pytest.mark.parametrize("how", ["1", "2", "2 to 2"])
def test_what_is_frozen_keeps_its_bits_on_any_number_of_processes(folder: Path, how: str) -> None:
    base = dict(AutoModelForCausalLM.from_pretrained(folder / "held" / "adapt" / "model").named_parameters())
    for name, weight in weights(folder, f"held-{how}").items():
        rows = slice(NEW_ROW if weight.shape[0] == VOCABULARY else len(weight) if "layers.0" in name else 0)
        assert torch.equal(weight[rows], base[name][rows])
        assert "layers.0" in name or not torch.equal(weight[rows.stop :], base[name][rows.stop :])


@pytest.mark.parametrize("variant", ["adamw", "held"])
def test_stopped_and_resumed_by_as_many_is_uninterrupted_to_the_bit(folder: Path, variant: str) -> None:
    found = [folder / "store" / "train" / f"{variant}-{how}" for how in ("2", "2 to 2")]
    one, other = ({each.name: each.read_bytes() for each in place.rglob("*") if each.is_file()} for place in found)
    assert one == other
    assert "model.safetensors" in one


def test_a_tied_model_stays_tied(folder: Path) -> None:
    for how in ("1 to 2", "2 to 1"):
        model = AutoModelForCausalLM.from_pretrained(folder / "store" / "train" / f"tied-{how}" / "model")
        assert model.lm_head.weight is model.model.embed_tokens.weight


def test_what_one_process_is_told_stops_all(folder: Path) -> None:
    out = folder / "store" / "train" / "adamw-told"
    assert [(out / f"stopped-{rank}").read_text() for rank in (0, 1)] == ["143", "143"]
    saved = folder / "store" / "scratch" / "train-adamw-told"
    assert sorted(each.name for each in saved.glob("step-*")) == ["step-000000004", "step-000000005"]
    torch.testing.assert_close(weights(folder, "adamw-told"), weights(folder, "adamw-1"), rtol=0, atol=1e-5)
