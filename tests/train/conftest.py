"""A small world to train in: a random model, and two languages of made-up documents packed as token files."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedModel

from emma.schemas import PLAN
from emma.store import shards
from emma.store.artifact import Artifact
from emma.tokens.files import TokenFileWriter

BOS, VOCABULARY, LENGTH = 1, 101, 16


def tiny_model(**fields: Any) -> PreTrainedModel:
    """A random Llama with grouped-query attention."""
    torch.manual_seed(0)
    config = {
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "vocab_size": VOCABULARY,
        "max_position_embeddings": 64,
        "initializer_range": 0.2,  # large, so that attention to the wrong document shows
    }
    return LlamaForCausalLM(LlamaConfig(**{**config, **fields}))


def made_up(lengths: list[int], step: int) -> list[list[int]]:
    """Documents that count up by `step`, each with a beginning-of-text token: there is something to learn."""
    return [
        [BOS, *(2 + (3 * n + step * place) % (VOCABULARY - 2) for place in range(length))]
        for n, length in enumerate(lengths)
    ]


SOURCES = {
    ("amh_Ethi", "web"): made_up([9, 30, 1, 14, 50], 1),
    ("yor_Latn", "web"): made_up([3, 4], 2),  # shorter than a sequence
    ("yor_Latn", "books"): made_up([200], 5),  # one document, longer than many sequences
}


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """Products this small gain nothing from threads, and lose much when the machine has other work."""
    torch.set_num_threads(1)


@pytest.fixture
def world(tmp_path: Path) -> Callable[..., dict[str, Artifact]]:
    """Make the inputs of the train stage."""

    def make(samples: tuple[int, ...] = (20, 6, 14), model: PreTrainedModel | None = None) -> dict[str, Artifact]:
        return make_inputs(tmp_path, samples, model or tiny_model())

    return make


def make_inputs(folder: Path, samples: tuple[int, ...], model: PreTrainedModel) -> dict[str, Artifact]:
    """The inputs of the train stage in a folder that is there: token files, a plan, a model."""
    part = folder / "part"
    part.mkdir()
    rows = []
    for ((lang, domain), documents), drawn in zip(SOURCES.items(), samples, strict=True):
        name = f"{lang}.{domain}.train"
        with TokenFileWriter(part / name, VOCABULARY) as writer:
            for number, each in enumerate(documents):
                writer.add(each, f"{lang}:{domain}#{number}")
        tokens = sum(len(each) for each in documents)
        facts = {"lang": lang, "domain": domain, "tier": "tiny", "part": 0, "path": name, "tokens": tokens}
        rows.append(facts | {"stage": "main", "samples": drawn})
    mix = folder / "mix"
    mix.mkdir()
    shards.write(mix / "plan.parquet", pa.Table.from_pylist(rows, schema=PLAN))
    facts = {"sequence_length": LENGTH, "samples": sum(samples), "tokens": sum(samples) * LENGTH, "seed": 7}
    facts |= {"packing": "concatenate", "stages": [{"name": "main", "samples": sum(samples)}]}
    facts |= {"tokenizer": hashlib.sha256(b"{}").hexdigest(), "vocabulary": VOCABULARY, "bos": BOS, "eos": None}
    (mix / "plan.json").write_text(json.dumps(facts))
    model.save_pretrained(folder / "adapt" / "model")
    (folder / "adapt" / "model" / "tokenizer.json").write_text("{}")
    packed = Artifact(folder / "pack", "pack", parts={"packed": (Artifact(part, "part"),)})
    return {"adapt": Artifact(folder / "adapt", "adapt"), "pack": packed, "mix": Artifact(mix, "mix")}


def name_new_rows(folder: Path, first: int) -> None:
    """Say that the model to train is a base whose rows from `first` on are of new pieces."""
    (folder / "adapt" / "origin.json").write_text(json.dumps({"base": True, "first_new_row": first}))


def slow_window(documents: list[list[int]], start: int, length: int) -> tuple[list[int], list[bool]]:
    """Tokens of a cyclic stream one by one, and whether each begins a document."""
    flat = [(token, place == 0) for each in documents for place, token in enumerate(each)]
    picked = [flat[(start + each) % len(flat)] for each in range(length)]
    return [token for token, _ in picked], [begins for _, begins in picked]


def random_ids(*shape: int) -> torch.Tensor:
    """Token ids from a fixed seed."""
    return torch.from_numpy(np.random.default_rng(3).integers(0, VOCABULARY, shape))
