"""The released columns. How rows come to files by language is `emma.work.by_language`."""

from typing import TypedDict

import pyarrow as pa

from emma.schemas import DOCUMENTS

TEXTS = ("id", "text", "lang", "text2", "lang2")
SCHEMA = pa.schema(
    [DOCUMENTS.field(name) for name in (*TEXTS, "source", "domain", "licence", "source_code", "url", "meta")]
)
"""Columns of the released files."""


class ReleasedSplit(TypedDict):
    """A row of `emma.work.by_language.SIZES`."""

    lang: str
    split: str
    documents: int
    bitext: int
    bytes: int
