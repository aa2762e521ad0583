"""Sources as arrays to plan with, and as real token files in a home to mix, show and draw from."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from emma.mix.sources import MixSources
from emma.pipeline.home import Home
from emma.schemas import PACKED
from emma.store import shards
from emma.store.artifact import Artifact, commit, staging
from emma.tokens.files import TokenFileWriter

Sizes = Mapping[tuple[str, str], float]


def sources(sizes: Sizes, tiers: Mapping[str, str] = {}) -> MixSources:
    """Sources of these tokens; `tiers` by language, low unless said."""
    langs, domains = zip(*sizes, strict=True)
    return MixSources(langs, domains, [tiers.get(lang, "low") for lang in langs], np.array(list(sizes.values()), float))


Documents = Mapping[tuple[str, str], Sequence[int]]


@pytest.fixture
def make_pack(tmp_path: Path) -> Callable[[str, Documents], tuple[Home, Artifact]]:
    """A home in which a run has packed documents of these lengths."""

    def make(name: str, documents: Documents) -> tuple[Home, Artifact]:
        home = Home(tmp_path / "home")
        with staging(home.store / "pack" / "part") as out:
            rows = [write(out, *place, lengths) for place, lengths in documents.items()]
            part = commit(out, home.store / "pack" / "part", root=home.store, made_by={}, key="part", counts={})
        with staging(home.store / "pack" / "whole") as out:
            shards.write(out / "index.parquet", pa.Table.from_pylist(rows, schema=PACKED))
            (out / "pack.json").write_text(json.dumps({"tokenizer": "t", "vocabulary": 300, "bos": 1, "eos": 2}))
            path = home.store / "pack" / "whole"
            pack = commit(out, path, root=home.store, made_by={}, key="whole", counts={}, parts={"packed": (part,)})
        home.run(name).record("pack", pack, {})
        return home, pack

    return make


def write(folder: Path, lang: str, domain: str, lengths: Sequence[int]) -> dict[str, object]:
    """A token file whose documents count up, and its row of the index."""
    path = f"{lang}.{domain}.train"
    with TokenFileWriter(folder / path, 300) as file:
        for number, length in enumerate(lengths):
            file.add([3 + place % 250 for place in range(length)], f"{lang}:{domain}#{number}")
    tokens = sum(lengths)
    sizes = {"documents": len(lengths), "tokens": tokens, "bytes": 4 * tokens, "words": tokens // 2}
    return {"lang": lang, "domain": domain, "split": "train", "path": path, "part": 0, **sizes}
