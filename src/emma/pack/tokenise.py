"""One bucket of texts to token files, a `.bin/.idx` pair for each language, domain and split in it."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc
from tokenizers import Tokenizer

from emma.pack.config import PackConfig
from emma.schemas import PACKED
from emma.store import shards
from emma.store.address import file_digest
from emma.store.artifact import Artifact
from emma.store.tokens import TokenFileWriter
from emma.work.work import bucket_files

_BATCH = 512
"""Texts that the tokenizer is given at once."""

Key = tuple[str, str, str]
"""Language, domain, split."""


@lru_cache(maxsize=2)
def open_tokenizer(folder: Path) -> tuple[Tokenizer, int | None, int | None]:
    """The tokenizer in a folder with the ids of its beginning- and end-of-sequence tokens; once per process.

    Text that spells a special token, such as `</s>`, is encoded as text.
    """
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.encode_special_tokens = True
    config = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    return tokenizer, _special(tokenizer, config.get("bos_token")), _special(tokenizer, config.get("eos_token"))


def _special(tokenizer: Tokenizer, token: str | dict[str, Any] | None) -> int | None:
    """The id of a special token, which a tokenizer's config gives as text or as a table."""
    text = token["content"] if isinstance(token, dict) else token
    number: int | None = tokenizer.token_to_id(text) if text is not None else None
    return number


def surroundings(folder: Path, section: PackConfig) -> tuple[list[int], list[int]]:
    """The ids put before and after each document."""
    _, bos, eos = open_tokenizer(folder)
    before = [bos] if section.add_bos and bos is not None else []
    return before, [eos] if section.add_eos and eos is not None else []


def facts(folder: Path, section: PackConfig) -> dict[str, Any]:
    """What readers of the token files need to know of the tokenizer."""
    before, after = surroundings(folder, section)
    return {
        "tokenizer": file_digest(folder / "tokenizer.json"),
        "vocabulary": open_tokenizer(folder)[0].get_vocab_size(),
        "bos": before[0] if before else None,
        "eos": after[0] if after else None,
    }


@dataclass
class _Open:
    """A token file being written."""

    writer: TokenFileWriter
    path: str
    bytes: int = 0


def tokenise(
    out: Path, bucket: tuple[int, tuple[Artifact, ...]], section: PackConfig, vocab: Artifact
) -> dict[str, int]:
    """Write the bucket's token files, and `packed.parquet` (schemas.PACKED), which lists them; order is kept."""
    folder = vocab.file("tokenizer")
    tokenizer, *_ = open_tokenizer(folder)
    before, after = surroundings(folder, section)
    files: dict[Key, _Open] = {}
    with ExitStack() as stack:
        for key, texts in _runs(bucket):
            if key not in files:
                path = ".".join(quote(each, safe="") for each in key)
                files[key] = _Open(stack.enter_context(TokenFileWriter(out / path, tokenizer.get_vocab_size())), path)
            file = files[key]
            file.bytes += pc.sum(pc.binary_length(texts)).as_py()
            for encoding in tokenizer.encode_batch_fast(texts.to_pylist(), add_special_tokens=False):
                file.writer.add([*before, *encoding.ids, *after])
    rows = [_listed(key, files[key], bucket[0]) for key in sorted(files)]
    shards.write(out / "packed.parquet", pa.Table.from_pylist(rows, schema=PACKED))
    return {name: sum(row[name] for row in rows) for name in ("documents", "tokens", "bytes")}


def _runs(bucket: tuple[int, tuple[Artifact, ...]]) -> Iterator[tuple[Key, pa.Array]]:
    """The bucket's texts in order, some hundred at a time and grouped by language, domain and split."""
    for path in bucket_files(bucket):
        for batch in shards.batches(path, rows=_BATCH):
            keys = list(zip(*(batch[name].to_pylist() for name in ("lang", "domain", "split")), strict=True))
            for key in sorted(set(keys)):
                yield key, batch["text"].filter(pa.array([each == key for each in keys]))


def _listed(key: Key, file: _Open, part: int) -> dict[str, Any]:
    names = dict(zip(("lang", "domain", "split"), key, strict=True))
    lengths = file.writer.lengths
    counts = {"documents": len(lengths), "tokens": sum(lengths), "bytes": file.bytes}
    return {**names, "path": file.path, "part": part, **counts}
