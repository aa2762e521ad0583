"""One bucket of texts to token files, a `.bin/.idx` pair for each language, domain and split in it."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pyarrow as pa

from emma.kernels.arrow import buffers
from emma.kernels.tables import classes
from emma.kernels.words import count_words
from emma.pack.config import PackConfig
from emma.pack.encode import encode, open_encoder, surroundings
from emma.schemas import PACKED
from emma.store import shards
from emma.store.artifact import Artifact
from emma.tokens.files import TokenFileWriter
from emma.work.work import bucket_files

_BATCH = 2048
"""Texts that are sorted by key at once: where a bucket has a thousand keys, each gets some of them."""

KEY = ("lang", "domain", "split")
Key = tuple[str, str, str]
Run = tuple[Key, slice]
"""A key, and its rows in a batch."""
Bucket = tuple[int, tuple[Artifact, ...]]


@dataclass
class _Open:
    """A token file being written."""

    writer: TokenFileWriter
    path: str
    bytes: int = 0
    words: int = 0


def tokenise(out: Path, bucket: Bucket, section: PackConfig, vocab: Artifact) -> dict[str, int]:
    """Write the bucket's token files, and `packed.parquet` (schemas.PACKED), which lists them; order is kept."""
    encoder = open_encoder(vocab.file("tokenizer"))
    around = surroundings(encoder, section)
    files: dict[Key, _Open] = {}
    with ExitStack() as stack:
        for batch, runs in _batches(bucket):
            texts = batch["text"]
            tokens, at = encode(encoder, texts, *around)
            words, offsets = count_words(*buffers(texts), classes()), buffers(texts)[1]
            for key, rows in runs:
                if key not in files:
                    path = ".".join(quote(each, safe="") for each in key)
                    files[key] = _Open(stack.enter_context(TokenFileWriter(out / path, encoder.size)), path)
                file, first, last = files[key], rows.start, rows.stop
                file.writer.extend(tokens[at[first] : at[last]], np.diff(at[first : last + 1]), batch["id"][rows])
                file.bytes += int(offsets[last] - offsets[first])
                file.words += int(words[rows].sum())
    listed = [_listed(key, files[key], bucket[0]) for key in sorted(files)]
    shards.write(out / "packed.parquet", pa.Table.from_pylist(listed, schema=PACKED))
    return {name: sum(row[name] for row in listed) for name in ("documents", "tokens", "bytes", "words")}


def _batches(bucket: Bucket) -> Iterator[tuple[pa.RecordBatch, list[Run]]]:
    """The bucket's ids and texts, some thousand at a time in the order of their keys, and where each key's are.

    Those of one key stay in source order.
    """
    for path in bucket_files(bucket):
        for batch in shards.batches(path, rows=_BATCH):
            keys = list(zip(*(batch[name].to_pylist() for name in KEY), strict=True))
            order = sorted(range(len(keys)), key=keys.__getitem__)
            ends = accumulate(len(list(group)) for _, group in groupby(order, keys.__getitem__))
            runs = [(keys[order[first]], slice(first, last)) for first, last in pairwise([0, *ends])]
            columns = {"id": batch["id"], "text": batch["text"].cast(pa.large_string())}
            yield pa.record_batch(columns).take(pa.array(order)), runs


def _listed(key: Key, file: _Open, part: int) -> dict[str, Any]:
    counts = {
        "documents": file.writer.documents,
        "tokens": file.writer.tokens,
        "bytes": file.bytes,
        "words": file.words,
    }
    return {**dict(zip(KEY, key, strict=True)), "path": file.path, "part": part, **counts}
