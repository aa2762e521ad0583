"""A release as it was written passes in transformers, and one that is broken in any of four ways does not."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emma.inspect.clients.hf_transformers import verify_transformers
from emma.inspect.clients.released import Released

pytestmark = pytest.mark.slow


def alter_weights(folder: Path, alter: Callable[[dict[str, Any]], None]) -> None:
    from safetensors.torch import load_file, save_file

    path = folder / "model.safetensors"
    weights = load_file(path)
    alter(weights)
    save_file(weights, path, metadata={"format": "pt"})


def alter_json(path: Path, alter: Callable[[dict[str, Any]], None]) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    alter(content)
    path.write_text(json.dumps(content), encoding="utf-8")


def swap_rows(folder: Path) -> None:
    def alter(weights: dict[str, Any]) -> None:
        rows = weights["model.embed_tokens.weight"]
        rows[[100, 110]] = rows[[110, 100]]

    alter_weights(folder, alter)


def round_norm(folder: Path) -> None:
    import torch

    name = "model.layers.1.input_layernorm.weight"
    alter_weights(folder, lambda weights: weights.update({name: weights[name].to(torch.bfloat16)}))


def lose_piece(folder: Path) -> None:
    """The last piece and its merge, as a tokenizer of before the last one came would have it."""

    def alter(table: dict[str, Any]) -> None:
        left, right = table["model"]["merges"].pop()
        del table["model"]["vocab"][left + right]

    alter_json(folder / "tokenizer.json", alter)


def other_end(folder: Path) -> None:
    alter_json(folder / "generation_config.json", lambda fields: fields.update(eos_token_id=7))


def failures(released: Released, scratch: Path) -> list[str]:
    return [each.what.split()[0] for each in verify_transformers(released, scratch).comparisons if not each.holds]


def test_what_was_written_is_what_was_trained(released: Released, tmp_path: Path) -> None:
    opened = verify_transformers(released, tmp_path)
    assert [each.what.split()[0] for each in opened.comparisons if each.holds] == [
        "320",
        "token",
        "logits",
        "4",
        "ends",
    ]
    assert opened.version.count(".") == 2


@pytest.mark.parametrize(
    ("alter", "what"), [(swap_rows, "logits"), (round_norm, "logits"), (lose_piece, "320"), (other_end, "ends")]
)
def test_a_broken_release_is_found(
    alter: Callable[[Path], None],
    what: str,
    altered: Callable[[Callable[[Path], None]], Released],
    tmp_path: Path,
) -> None:
    assert what in failures(altered(alter), tmp_path)
