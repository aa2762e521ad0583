"""A finished run with a release, a hub on this machine, and clients of it in this process and in others."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from emma.pipeline.home import Home, Run
from emma.pipeline.hub.push import Pusher
from emma.release.corpus import SCHEMA
from emma.store.artifact import Artifact, commit, staging
from emma.store.files import write_json
from tests.conftest import TEXTS
from tests.hub import TOKEN, Hub, serve_hub

MODEL_CARD = """\
---
license: other
tags:
- emma
datasets:
- someone/else
---

# A model

    AutoModelForCausalLM.from_pretrained("path/to/this/folder")
"""
LANGS = ("arb_Arab", "tha_Thai", "nqo_Nkoo", "yor_Latn")


def write_corpus(folder: Path, langs: tuple[str, ...] = LANGS) -> None:
    """A released corpus: one file for each language, and a card by which `datasets` finds it."""
    lines = ["---", "language:", "- ar", "license: cc0-1.0", "tags:", "- emma", "configs:"]
    for lang in langs:
        row = dict.fromkeys(SCHEMA.names) | {"id": f"test:{lang}#1", "text": TEXTS[lang], "lang": lang}
        path = folder / "data" / lang / "train.parquet"
        path.parent.mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist([row], schema=SCHEMA), path)
        lines += [f"- config_name: {lang}", "  data_files:", "  - split: train", f"    path: data/{lang}/train.parquet"]
    lines += ["---", "", "# A corpus", "", 'load_dataset("path/to/this/folder", "arb_Arab")', ""]
    (folder / "README.md").write_text("\n".join(lines))


def write_model(folder: Path) -> None:
    """A released model's files, the weights larger than one part of an upload; nobody opens them."""
    (folder / "model.safetensors").write_bytes(bytes(range(250)) * 10_000)
    (folder / "config.json").write_text("{}\n")
    (folder / "README.md").write_text(MODEL_CARD)


SOURCES = [
    {"source": "open", "licence": "CC0-1.0", "redistribution": "public"},
    {"source": "lent", "licence": "all rights reserved", "redistribution": "derived"},
]


def make_run(folder: Path, fill: Callable[[Path], None]) -> Run:
    """A run in a home of its own, whose release `fill` writes."""
    run = Home(folder).run("demo")
    sources = pa.Table.from_pylist(SOURCES)
    collect = _put(run, "collect", {}, lambda out: pq.write_table(sources, out / "sources.parquet"))
    curate = _put(run, "curate", {"collect": collect.key}, lambda _: None)

    def fill_all(out: Path) -> None:
        fill(out)
        withheld = {"lent": {"redistribution": "derived", "documents": 7}}
        write_json(out / "checks.json", {"withheld": withheld})

    _put(run, "release", {"collect": collect.key, "curate": curate.key}, fill_all)
    return run


def _put(run: Run, stage: str, inputs: dict[str, str], fill: Callable[[Path], None]) -> Artifact:
    key, root = str(len(stage)) * 20, run.home.store
    made_by = {"stage": stage, "version": 1, "config": {}, "inputs": inputs}
    with staging(root / stage / key) as out:
        fill(out)
        made = commit(out, root / stage / key, root=root, made_by=made_by, key=key, counts={})
    run.record(stage, made, {})
    return made


def fill_release(out: Path) -> None:
    """Model and corpus."""
    (out / "model").mkdir()
    (out / "corpus").mkdir()
    write_model(out / "model")
    write_corpus(out / "corpus")


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run with a release; only looked at."""
    pytest.importorskip("huggingface_hub", reason="needs the hub extra")
    return make_run(tmp_path_factory.mktemp("released"), fill_release)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub, and no other way to one."""
    constants = pytest.importorskip("huggingface_hub.constants", reason="needs the hub extra")
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no token"))
    with serve_hub(tmp_path / "hub") as served:
        yield served


@pytest.fixture
def pusher(hub: Hub) -> Pusher:
    """A client with a token that writes, and without patience."""
    from huggingface_hub import HfApi

    return Pusher(HfApi(endpoint=hub.endpoint, token=TOKEN), lambda _: None, waits=(0,))


def start_client(hub: Hub, scratch: Path, *arguments: object) -> "subprocess.Popen[str]":
    """Python with the hub's client in a process of its own, as users run it."""
    own = {"HF_ENDPOINT": hub.endpoint, "HF_HUB_DISABLE_XET": "1", "HF_HOME": str(scratch), "HF_TOKEN": TOKEN}
    command = [sys.executable, *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen(command, env={**os.environ, **own}, **pipes)  # type: ignore[call-overload]
