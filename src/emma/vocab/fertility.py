"""What a language costs: tokens, before and after, on the same sample of each language and domain."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from emma.models.tokenizer_file import open_tokenizer
from emma.schemas import FERTILITY
from emma.store import shards
from emma.store.artifact import Artifact
from emma.vocab.sample import Pair, Plan, Text, take

_GROUP = ("lang", "domain")
_BATCH = 256


def count_tokens(out: Path, pair: Pair, plan: Plan, vocab: Artifact, base: Artifact | None) -> dict[str, int]:
    """Count a shard's part of the sample: `fertility.parquet` (schemas.FERTILITY), partial sums."""
    new = _opened(vocab.file("tokenizer"))
    old = _opened(base.path) if base is not None else None
    sums: dict[str, Counter[str]] = {}
    sample = list(take(pair, plan, _GROUP))
    for start in range(0, len(sample), _BATCH):
        batch = sample[start : start + _BATCH]
        after, before = _lengths(new, batch), _lengths(old, batch)
        for each, tokens, tokens_base in zip(batch, after, before, strict=True):
            counts = {"bytes": each.bytes, "chars": len(each.text), "words": len(each.text.split())}
            sums.setdefault(each.group, Counter()).update({**counts, "tokens": tokens, "tokens_base": tokens_base})
    shards.write(out / "fertility.parquet", _table(sums, old is not None))
    return {"texts": len(sample)}


@lru_cache(maxsize=2)
def _opened(folder: Path) -> Any:
    """The tokenizer of a folder, opened once for all the shards that a process counts."""
    return open_tokenizer(folder)


def _lengths(tokenizer: Any, sample: Sequence[Text]) -> list[int]:
    if tokenizer is None:
        return [0] * len(sample)
    encodings = tokenizer.encode_batch_fast([each.text for each in sample], add_special_tokens=False)
    return [len(encoding.ids) for encoding in encodings]


def _table(sums: dict[str, Counter[str]], with_base: bool) -> pa.Table:
    names = FERTILITY.names[2:]
    rows = []
    for group in sorted(sums):
        counts = {name: sums[group][name] for name in names}
        rows.append({**dict(zip(_GROUP, group.split("\t"), strict=True)), **counts})
        if not with_base:
            rows[-1]["tokens_base"] = None
    return pa.Table.from_pylist(rows, schema=FERTILITY)


def add_up(counted: Sequence[Artifact]) -> pa.Table:
    """The sums of all shards, one row a language and domain, in their order."""
    table = shards.read_all(each.file("fertility.parquet") for each in counted)
    sums = table.group_by(list(_GROUP)).aggregate([(name, "sum") for name in FERTILITY.names[2:]])
    named = sums.rename_columns([name.removesuffix("_sum") for name in sums.column_names])
    return named.select(FERTILITY.names).sort_by([(name, "ascending") for name in _GROUP]).cast(FERTILITY)
