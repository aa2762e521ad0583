"""Counting fertility: the tokens of each language, before and after, on the same sample of each domain."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
from tokenizers import Tokenizer

from emma.models.tokenizer_file import open_tokenizer
from emma.schemas import FERTILITY
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.selected import SelectedShard
from emma.vocab.sample import SamplePlan, SampleText, take_sample

_GROUP = ("lang", "domain")
_BATCH = 256
"""Texts that are encoded at once."""


def count_tokens(
    out: Path, shard: SelectedShard, plan: SamplePlan, vocab: Artifact, base: Artifact | None
) -> dict[str, int]:
    """Task: count a shard's part of the sample, `fertility.parquet` (schemas.FERTILITY), partial sums."""
    # Both tokenizers on the same texts, so that nothing but the vocabulary differs.
    new = _open_once(vocab.file("tokenizer"))
    old = _open_once(base.path) if base is not None else None
    sums: dict[str, Counter[str]] = {}
    sample = list(take_sample(shard, plan, _GROUP))
    for start in range(0, len(sample), _BATCH):
        batch = sample[start : start + _BATCH]
        after, before = _count_each(new, batch), _count_each(old, batch)
        for text, tokens, tokens_base in zip(batch, after, before, strict=True):
            counts = {"bytes": text.bytes, "chars": len(text.text), "words": len(text.text.split())}
            sums.setdefault(text.group, Counter()).update({**counts, "tokens": tokens, "tokens_base": tokens_base})
    shards.write(out / "fertility.parquet", _build_table(sums, with_base=old is not None))
    return {"texts": len(sample)}


@lru_cache(maxsize=2)
def _open_once(folder: Path) -> Tokenizer:
    """The tokenizer of a folder, opened once for all the shards that a process counts."""
    tokenizer: Tokenizer = open_tokenizer(folder)
    return tokenizer


def _count_each(tokenizer: Tokenizer | None, sample: Sequence[SampleText]) -> list[int]:
    """Tokens of each text; 0 without a tokenizer."""
    if tokenizer is None:
        return [0] * len(sample)
    encodings = tokenizer.encode_batch_fast([chosen.text for chosen in sample], add_special_tokens=False)
    return [len(encoding.ids) for encoding in encodings]


def _build_table(sums: dict[str, Counter[str]], *, with_base: bool) -> pa.Table:
    names = FERTILITY.names[2:]
    rows = []
    for group in sorted(sums):
        counts = {name: sums[group][name] for name in names}
        rows.append({**dict(zip(_GROUP, group.split("\t"), strict=True)), **counts})
        if not with_base:
            rows[-1]["tokens_base"] = None  # unknown, which is not 0
    return pa.Table.from_pylist(rows, schema=FERTILITY)


def sum_fertility(counted: Sequence[Artifact]) -> pa.Table:
    """The sums of all shards, one row a language and domain, in their order."""
    table = shards.read_all(part.file("fertility.parquet") for part in counted)
    sums = table.group_by(list(_GROUP)).aggregate([(name, "sum") for name in FERTILITY.names[2:]])
    named = sums.rename_columns([name.removesuffix("_sum") for name in sums.column_names])
    return named.select(FERTILITY.names).sort_by([(name, "ascending") for name in _GROUP]).cast(FERTILITY)
