"""A home with a run that was trained: two tiny models that go on with text, and a corpus with held-out documents."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pytest

from emma.pipeline.home import Home
from emma.schemas import SAMPLES, SELECTION
from emma.store import shards
from emma.store.address import address
from emma.store.artifact import Artifact, commit, staging
from emma.store.files import write_json
from tests.conftest import TEXTS, documents

MEASURED = "tha_Thai"
"""The language that the evaluation has samples of."""
BARE = "zgh_Tfng"
"""A language without held-out text."""


def save_model(folder: Path, seed: int) -> None:
    """A random model over bytes."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from tests.evaluate.conftest import save_tokenizer

    torch.manual_seed(seed)
    sizes = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 1, "num_attention_heads": 4}
    config = LlamaConfig(vocab_size=259, max_position_embeddings=512, initializer_range=0.3, **sizes)
    LlamaForCausalLM(config).save_pretrained(folder)
    save_tokenizer(folder)


def make(
    home: Home,
    stage: str,
    tables: Mapping[str, pa.Table] = {},
    parts: Mapping[str, tuple[Artifact, ...]] = {},
    inputs: Mapping[str, str] = {},
    **more: object,
) -> Artifact:
    """An artifact with tables; of `train`, with a model."""
    made_by = {"stage": stage, "inputs": dict(inputs), **more}
    key = address(made_by)
    path = home.store / stage / key
    with staging(path) as out:
        for name, table in tables.items():
            shards.write(out / f"{name}.parquet", table)
        if stage == "train":
            save_model(out / "model", len(str(more)))
        return commit(out, path, root=home.store, made_by=made_by, key=key, counts={}, parts=parts)


def make_corpus(home: Home) -> tuple[Artifact, Artifact]:
    """Three test documents in every language but BARE."""
    rows = [{"lang": lang, "text": f"{text} {number} {text}"} for lang, text in TEXTS.items() for number in range(3)]
    splits = [{"split": "train" if row["lang"] == BARE else "test"} for row in rows]
    tally = pa.table({"lang": [*TEXTS], "outcome": ["test"] * len(TEXTS), "documents": [3] * len(TEXTS)})
    shard = make(home, "collect/read_batch", {"documents": documents(rows)})
    chosen = {"selection": pa.Table.from_pylist(splits, schema=SELECTION), "tally": tally}
    selection = make(home, "curate/decide", chosen)
    languages = tally.append_column("bytes", pa.array([900] * len(TEXTS)))
    tiers = pa.table({"lang": [*TEXTS], "tier": ["low"] * len(TEXTS)})
    collect = make(home, "collect", parts={"documents": (shard,)})
    inputs = {"collect": collect.key, "annotate": make(home, "annotate").key}
    tables = {"languages": languages, "tiers": tiers}
    return collect, make(home, "curate", tables, {"selection": (selection,)}, inputs)


@pytest.fixture(scope="session")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with the run `demo`, its base, which another run made, and the run `begun` without a model."""
    pytest.importorskip("transformers", reason="needs the train extra")
    home = Home(tmp_path_factory.mktemp("tried"))
    base = make(home, "train", n=1)
    train = make(home, "train", n=22)
    sample = {"lang": MEASURED, "id": "x#1", "prompt": "ก", "reference": " ข", "base": "b", "adapted": "ค"}
    evaluate = make(home, "evaluate", {"samples": pa.Table.from_pylist([sample], schema=SAMPLES)})
    collect, curate = make_corpus(home)
    adapt = make(home, "adapt", inputs={"base": base.key})
    stages = {"collect": collect, "curate": curate, "adapt": adapt, "train": train, "evaluate": evaluate}
    for run, names in {"demo": stages, "begun": ("collect", "curate")}.items():
        (home.path / run).mkdir()
        write_json(home.path / run / "lock.json", {name: stages[name].key for name in names})
    return home
