"""One bucket of texts to token files, a `.bin/.idx` pair for each language, domain and split in it."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, groupby, pairwise
from pathlib import Path
from struct import pack
from typing import Any
from urllib.parse import quote

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from tokenizers import Tokenizer

from emma.kernels.measure import count_words
from emma.kernels.tables import classes
from emma.kernels.text import buffers
from emma.models.folder import read_model_json
from emma.models.special_ids import special_ids
from emma.models.tokenizer_file import open_tokenizer
from emma.pack.config import PackConfig
from emma.schemas import PACKED
from emma.store import shards
from emma.store.address import file_digest
from emma.store.artifact import Artifact
from emma.tokens.files import TokenFileWriter, Tokens, token_type
from emma.work.work import bucket_files

_PORTION_BYTES = 1 << 20
"""Bytes of text that the tokenizer is given at once, so its results, a hundred times as large, stay small."""


@dataclass(frozen=True)
class Encoder:
    """A tokenizer, and what it needs to be used here."""

    tokenizer: Tokenizer
    size: int
    """The number of ids: one more than the largest."""
    prefix: int | None
    """The token that stands before a text, where there is one (special_ids.SpecialIds.prefix)."""
    eos: int | None
    """The token that ends a text, where there is one."""


@lru_cache(maxsize=2)
def open_encoder(folder: Path) -> Encoder:
    """The tokenizer in a folder; once per process.

    Text that spells a special token, such as `</s>`, is encoded as text.
    """
    tokenizer = open_tokenizer(folder)
    return Encoder(tokenizer, max(tokenizer.get_vocab().values(), default=-1) + 1, *_find_ends(folder, tokenizer))


def _find_ends(folder: Path, tokenizer: Tokenizer) -> tuple[int | None, int | None]:
    """The ids before and after a text: as the vocab stage found them in the base, else as the folder says."""
    special = read_model_json(folder.parent / "vocab.json").get("special")
    if special is None:
        ids = special_ids(folder, tokenizer)
        return ids.prefix, ids.eos
    prefix, eos = (special[name] and special[name]["id"] for name in ("first", "eos"))
    return prefix, eos


def list_surrounding_ids(encoder: Encoder, section: PackConfig) -> tuple[list[int], list[int]]:
    """The ids put before and after each document."""
    before = [encoder.prefix] if section.add_bos and encoder.prefix is not None else []
    return before, [encoder.eos] if section.add_eos and encoder.eos is not None else []


def describe_tokenizer(folder: Path, section: PackConfig) -> dict[str, Any]:
    """The facts about the tokenizer that readers of the token files need."""
    encoder = open_encoder(folder)
    before, after = list_surrounding_ids(encoder, section)
    return {
        "tokenizer": file_digest(folder / "tokenizer.json"),
        "vocabulary": encoder.size,
        "bos": before[0] if before else None,
        "eos": after[0] if after else None,
    }


def encode_texts(
    encoder: Encoder, texts: pa.LargeStringArray, before: list[int], after: list[int]
) -> tuple[Tokens, npt.NDArray[np.int64]]:
    """The tokens of texts one after the other, each between `before` and `after`; and where each text begins and the
    last one ends (texts + 1,).

    Packed by `struct`, the ids of an encoding cost a third of what NumPy takes for a list.
    """
    kind = np.dtype(token_type(encoder.size))
    head, tail = (np.array(ids, kind).tobytes() for ids in (before, after))
    documents = [
        b"".join((head, pack(f"{len(encoding)}{kind.char}", *encoding.ids), tail))
        for portion in _split_into_portions(texts)
        for encoding in encoder.tokenizer.encode_batch_fast(portion, add_special_tokens=False)
    ]
    lengths = [len(document) // kind.itemsize for document in documents]
    return np.frombuffer(b"".join(documents), kind), np.cumsum([0, *lengths])


def _split_into_portions(texts: pa.LargeStringArray) -> Iterator[list[str]]:
    """The texts in order, about _PORTION_BYTES at a time."""
    begins = buffers(texts)[1][:-1]
    cuts = np.flatnonzero(np.diff((begins - begins[:1]) // _PORTION_BYTES)) + 1
    return (texts[first:last].to_pylist() for first, last in pairwise([0, *cuts.tolist(), len(texts)]))


_BATCH_TEXTS = 2048
"""Texts that are sorted by key at once: where a bucket has a thousand keys, each gets some of them."""

KEY_COLUMNS = ("lang", "domain", "split")
FileKey = tuple[str, str, str]
KeyedRows = tuple[FileKey, slice]
"""A key, and its rows in a batch."""
Bucket = tuple[int, tuple[Artifact, ...]]


@dataclass
class _OpenFile:
    """A token file being written."""

    writer: TokenFileWriter
    path: str
    bytes: int = 0
    words: int = 0


def tokenise(out: Path, bucket: Bucket, section: PackConfig, vocab: Artifact) -> dict[str, int]:
    """Task: write the bucket's token files, and `packed.parquet` (schemas.PACKED), which lists them; order is kept."""
    encoder = open_encoder(vocab.file("tokenizer"))
    # The same tokens around every document, so they are looked up once.
    around = list_surrounding_ids(encoder, section)
    files: dict[FileKey, _OpenFile] = {}
    with ExitStack() as stack:
        for batch, runs in _read_batches(bucket):
            texts = batch["text"]
            tokens, starts = encode_texts(encoder, texts, *around)
            words, offsets = count_words(*buffers(texts), classes()), buffers(texts)[1]
            for key, rows in runs:
                if key not in files:
                    # Domains are free text, and a slash in one would be a folder.
                    path = ".".join(quote(part, safe="") for part in key)
                    files[key] = _OpenFile(stack.enter_context(TokenFileWriter(out / path, encoder.size)), path)
                file, first, last = files[key], rows.start, rows.stop
                file.writer.extend(
                    tokens[starts[first] : starts[last]], np.diff(starts[first : last + 1]), batch["id"][rows]
                )
                file.bytes += int(offsets[last] - offsets[first])
                file.words += int(words[rows].sum())
    listed = [_describe_file(key, files[key], bucket[0]) for key in sorted(files)]
    shards.write(out / "packed.parquet", pa.Table.from_pylist(listed, schema=PACKED))
    return {name: sum(row[name] for row in listed) for name in ("documents", "tokens", "bytes", "words")}


def _read_batches(bucket: Bucket) -> Iterator[tuple[pa.RecordBatch, list[KeyedRows]]]:
    """The bucket's ids and texts, some thousand at a time in the order of their keys, and where each key's are.

    Those of one key stay in source order.
    """
    for path in bucket_files(bucket):
        for batch in shards.batches(path, rows=_BATCH_TEXTS):
            keys = list(zip(*(batch[name].to_pylist() for name in KEY_COLUMNS), strict=True))
            order = sorted(range(len(keys)), key=keys.__getitem__)
            ends = accumulate(len(list(group)) for _, group in groupby(order, keys.__getitem__))
            runs = [(keys[order[first]], slice(first, last)) for first, last in pairwise([0, *ends])]
            columns = {"id": batch["id"], "text": batch["text"].cast(pa.large_string())}
            yield pa.record_batch(columns).take(pa.array(order)), runs


def _describe_file(key: FileKey, file: _OpenFile, part: int) -> dict[str, Any]:
    """The row of a token file in the list (schemas.PACKED)."""
    counts = {
        "documents": file.writer.documents,
        "tokens": file.writer.tokens,
        "bytes": file.bytes,
        "words": file.words,
    }
    return {**dict(zip(KEY_COLUMNS, key, strict=True)), "path": file.path, "part": part, **counts}
