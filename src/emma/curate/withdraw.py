"""Mark the documents that are left out at somebody's wish, and count them for whoever asks whether it was done."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emma.curate.config import CurateConfig
from emma.curate.inputs import CurateInputs
from emma.curate.tallies import add_up
from emma.lang.coverage import OPTED_OUT, REMOVED
from emma.store import shards
from emma.store.address import address
from emma.store.artifact import Artifact
from emma.work.removal.match import NOBODY, has_values, match_shard
from emma.work.removal.rules import Withdrawals
from emma.work.task import Unhashed
from emma.work.work import Work

KEPT, GONE, GONE_WITH_COPIES, OUT = range(4)
"""Marks: nobody wants it left out; removed; removed with its copies; its domain opted out."""
REASONS = {GONE: REMOVED, GONE_WITH_COPIES: REMOVED, OUT: OPTED_OUT}
WITHDRAWN = pa.schema(
    [
        ("reason", pa.string()),  # removed, opted out; null: documents without an address, which no domain can name
        ("by", pa.string()),  # source, id, url or domain
        ("name", pa.string()),  # as the list has it
        ("source", pa.string()),
        ("documents", pa.int64()),
        ("bytes", pa.int64()),
    ]
)
"""Documents by the rule that leaves them out."""


@dataclass(frozen=True)
class Wishes:
    """The wishes that concern one corpus."""

    sources: frozenset[str]
    """Sources that are left out whole."""
    rules: Withdrawals

    @classmethod
    def of(cls, section: CurateConfig, sources: Sequence[str]) -> "Wishes":
        """Take them from the section, as far as they are about these sources."""
        mine = [removal for removal in section.removed if removal.concerns(sources)]
        whole = frozenset(removal.source for removal in mine if removal.source is not None)
        others = tuple(removal for removal in mine if removal.source is None)
        return cls(whole, Withdrawals(removals=others, domains=section.opt_out))


def mark_documents(inputs: CurateInputs, rules: Withdrawals, work: Work) -> list[Artifact | None]:
    """The marks of each shard; None for each where nobody wants anything left out."""
    if not rules:
        return [None] * len(inputs.documents)
    # A list may have a hundred thousand domains, which are not to stand in the manifest of every task.
    digest = address(rules.model_dump(mode="json"))
    return [*work.each(mark_shard, inputs.pairs, digest, Unhashed(rules))]


def mark_shard(out: Path, shard: tuple[Artifact, Artifact], _digest: str, rules: Withdrawals) -> dict[str, int]:
    """Write `marks.npy`, uint8 (n), and `withdrawn.parquet` for one shard of documents and its annotations."""
    documents, annotations = shard
    found = match_shard(documents, rules)
    np.save(out / "marks.npy", marks_of(found, rules))
    sizes = shards.read(annotations.file("annotations.parquet"), ["bytes"])["bytes"].to_numpy()
    path = documents.file("documents.parquet")
    source = str(shards.source_of(path))
    table = count_rules(found, sizes, rules, source)
    if rules.domains:
        urls = shards.read(path, ["url"])["url"].combine_chunks() if has_values(path, "url") else pa.nulls(len(found))
        nowhere = urls.is_null().to_numpy(zero_copy_only=False)
        table = add_up([table, row_of(None, "domain", "", source, sizes[nowhere])], WITHDRAWN, 2)
    shards.write(out / "withdrawn.parquet", table)
    return {"rows": len(found), "withdrawn": int((found != NOBODY).sum())}


def marks_of(found: NDArray[np.int64], rules: Withdrawals) -> NDArray[np.uint8]:
    """The mark of each document, from the number of its rule."""
    marks = [GONE_WITH_COPIES if removal.copies else GONE for removal in rules.removals] + [OUT] * len(rules.domains)
    return np.array([*marks, KEPT], np.uint8)[found]


def count_rules(found: NDArray[np.int64], sizes: NDArray[np.int64], rules: Withdrawals, source: str) -> pa.Table:
    """Documents and bytes by rule."""
    tables = [WITHDRAWN.empty_table()]
    for number in np.unique(found[found != NOBODY]).tolist():
        by, name = rules.rule(number)
        tables.append(row_of(OPTED_OUT if by == "domain" else REMOVED, by, name, source, sizes[found == number]))
    return add_up(tables, WITHDRAWN, 2)


def row_of(reason: str | None, by: str, name: str, source: str, sizes: NDArray[np.int64]) -> pa.Table:
    """A row of WITHDRAWN for documents of these sizes."""
    values = [reason, by, name, source, len(sizes), int(sizes.sum())]
    return pa.table([[value] for value in values], schema=WITHDRAWN)


def withdrawn_table(marks: Sequence[Artifact], gone: CurateInputs) -> pa.Table:
    """What was left out by which rule (WITHDRAWN): by the marks of shards, and of shards that are left out whole."""
    tables = [shards.read(part.file("withdrawn.parquet")) for part in marks]
    for documents, annotations in gone.pairs:
        source = str(shards.source_of(documents.file("documents.parquet")))
        sizes = shards.read(annotations.file("annotations.parquet"), ["bytes"])["bytes"].to_numpy()
        tables.append(row_of(REMOVED, "source", source, source, sizes))
    return add_up(tables, WITHDRAWN, 2)


def digest_withdrawn(documents: Sequence[Artifact], wishes: Wishes) -> str | None:
    """A digest of which documents are left out, and how; None where none is: by it the stage is addressed.

    So a wish that is about nothing in this corpus makes nothing anew, whatever else stands in the list.
    """
    digest, is_any = hashlib.sha256(), False
    for shard in documents:
        path = shard.file("documents.parquet")
        if shards.source_of(path) in wishes.sources:
            # Not the same as every document of it by its id: those would still be measured.
            digest.update(b"whole")
            marks = np.full(shards.count_rows(path), GONE, np.uint8)
        elif wishes.rules:
            marks = marks_of(match_shard(shard, wishes.rules), wishes.rules)
        else:
            continue
        if marks.any():
            is_any = True
            digest.update(shard.key.encode() + np.packbits(marks > 0).tobytes() + marks[marks > 0].tobytes())
    return digest.hexdigest() if is_any else None
