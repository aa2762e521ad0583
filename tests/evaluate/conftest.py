"""A byte-level tokenizer and a random model beside it, and documents with a test split."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pytest
import torch
from tokenizers import Tokenizer, decoders, models, normalizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from emma.evaluate.backends.windows import OwnedWindow, cost_windows, split_windows
from emma.evaluate.likelihood.score import Scorer
from emma.schemas import SELECTION
from emma.store.artifact import Artifact
from tests.conftest import documents

CONTEXT = 32


def save_tokenizer(folder: Path, lossy: bool = False) -> None:
    """Three specials and 256 bytes; a lossy one folds case, as a careless tokenizer might."""
    ids = {"<unk>": 0, "<s>": 1, "</s>": 2, **{f"<0x{byte:02X}>": 3 + byte for byte in range(256)}}
    tokenizer = Tokenizer(models.BPE(ids, [], byte_fallback=True, unk_token="<unk>"))
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    if lossy:
        tokenizer.normalizer = normalizers.Lowercase()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>")
    fast.save_pretrained(folder)


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """Products this small gain nothing from threads, and lose much when the machine has other work."""
    torch.set_num_threads(1)


@pytest.fixture
def make_model(tmp_path: Path) -> Callable[..., Path]:
    """Save a random model; `scale=0` makes every prediction uniform."""

    def make(name: str, scale: float = 0.3, lossy: bool = False, **fields: Any) -> Path:
        torch.manual_seed(len(name))
        config = {
            "hidden_size": 32,
            "intermediate_size": 48,
            "num_hidden_layers": 1,
            "num_attention_heads": 4,
            "vocab_size": 259,
            "max_position_embeddings": CONTEXT,
            "initializer_range": scale,
        }
        model = LlamaForCausalLM(LlamaConfig(**{**config, **fields}))
        model.lm_head.weight.data *= scale > 0
        model.save_pretrained(tmp_path / name / "model")
        save_tokenizer(tmp_path / name / "model", lossy)
        return tmp_path / name

    return make


@pytest.fixture
def make_split(make_artifact: Callable[..., Artifact]) -> Callable[..., dict[str, Artifact]]:
    """Documents in shards, with the split of each row in its `split` key (test if left out)."""

    def make(*parts: Sequence[Mapping[str, Any]]) -> dict[str, Artifact]:
        collected, selected = [], []
        for number, rows in enumerate(parts):
            split = [{"split": row.get("split", "test")} for row in rows]
            plain = [{"id": f"s{number}:{at}", **row} for at, row in enumerate(rows)]
            texts = documents([{key: value for key, value in row.items() if key != "split"} for row in plain])
            selection = pa.Table.from_pylist(split, schema=SELECTION)
            collected.append(make_artifact(f"documents{number}", {"documents.parquet": texts}))
            selected.append(make_artifact(f"selection{number}", {"selection.parquet": selection}))
        return {
            "collect": make_artifact("collect", documents=collected),
            "annotate": make_artifact("annotate"),
            "curate": make_artifact("curate", selection=selected),
        }

    return make


class Score(NamedTuple):
    nats: float
    tokens: int
    altered: bool


def score(scorer: Scorer, texts: list[str]) -> list[Score]:
    """The cost of each text, without chunks."""
    encoded = scorer.encode(texts)
    nats = sum_nats(scorer, [each.ids for each in encoded])
    return [Score(cost, len(each.ids) - 1, each.altered) for cost, each in zip(nats, encoded, strict=True)]


def sum_nats(scorer: Scorer, sequences: Sequence[Sequence[int]]) -> list[float]:
    """The nats of all tokens but the first of each sequence, all windows at once."""
    model, windows = scorer.model, list[OwnedWindow]()
    for number, ids in enumerate(sequences):
        windows += [(number, each) for each in split_windows(len(ids) - 1, model.context, model.section.stride)]
    return cost_windows(model, sequences, windows)[0]
