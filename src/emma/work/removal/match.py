"""Match documents with what is to be left out: by source, id, web address, and the domain of that.

Only ids and addresses are read, and of shards without any address not even these.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.removal.rules import Removal, Withdrawals, ascii_host

NOBODY = -1
"""The rule of a document that nobody wants left out."""
_BEFORE_HOST = r"^\s*(?:(?:[A-Za-z][A-Za-z0-9+.-]*:)?//)?(?:[^/?#@]*@)?"
"""What stands before a host. Tables have addresses without a scheme too, and with spaces around them."""
_HOST = rf"{_BEFORE_HOST}(?P<host>[^/?#:\s]+)"


def match_shard(documents: Artifact, rules: Withdrawals) -> NDArray[np.int64]:
    """The first rule that each document of a shard falls under, int64 (n); NOBODY where none."""
    path = documents.file("documents.parquet")
    found = np.full(shards.count_rows(path), NOBODY, np.int64)
    source = shards.source_of(path)
    removals = [(number, one) for number, one in enumerate(rules.removals) if one.concerns([str(source)])]
    by_id, by_url = ([pair for pair in removals if pair[1].key[0] == kind] for kind in ("id", "url"))
    has_urls = bool(by_url or rules.domains) and has_values(path, "url")
    # The last of the weakest first, so that a stronger rule overwrites it.
    if has_urls:
        urls = shards.read(path, ["url"])["url"].combine_chunks()
        match_domains(urls, rules, found)
        for number, removal in reversed(by_url):
            found[match_pattern(urls, str(removal.url))] = number
    if by_id:
        match_ids(shards.read(path, ["id"])["id"].combine_chunks(), by_id, found)
    return found


def has_values(path: Path, column: str) -> bool:
    """Whether a column of a shard has a value that is not null, by the shard's own statistics."""
    metadata = pq.read_metadata(path)
    at = metadata.schema.to_arrow_schema().get_field_index(column)
    for group in range(metadata.num_row_groups):
        statistics = metadata.row_group(group).column(at).statistics
        if statistics is None or not statistics.has_null_count:
            return True
        if statistics.null_count < metadata.row_group(group).num_rows:
            return True
    return False


def match_ids(ids: pa.Array, removals: Sequence[tuple[int, Removal]], found: NDArray[np.int64]) -> None:
    """Note the documents that removals name by their ids, or by their files: the first rule of those that name it."""
    names = [(number, str(removal.id)) for number, removal in removals]
    documents = [(number, name) for number, name in names if "#" in name]
    # One look at each id, however many are removed; of files there are few.
    at = pc.index_in(ids, pa.array([name for _, name in documents], ids.type)).fill_null(len(documents))
    last = np.iinfo(np.int64).max
    first = np.array([*(number for number, _ in documents), last])[at.to_numpy()]
    for number, name in names:
        if "#" not in name:
            is_mine = pc.starts_with(ids, f"{name}#").to_numpy(zero_copy_only=False)
            first[is_mine] = np.minimum(first[is_mine], number)
    found[first < last] = first[first < last]


def match_pattern(urls: pa.Array, pattern: str) -> NDArray[np.bool_]:
    """Which addresses match a pattern, in which `*` stands for any characters; hosts in large or small letters."""
    host, slash, path = pattern.partition("/")
    regex = rf"{_BEFORE_HOST}(?:www\.)?(?i:{_glob(host)})(?::\d+)?{slash}{_glob(path)}\s*$"
    if "://" in pattern:
        regex = rf"^{_glob(pattern)}$"
    is_mine: NDArray[np.bool_] = pc.match_substring_regex(urls, regex).fill_null(False).to_numpy(zero_copy_only=False)
    return is_mine


def _glob(pattern: str) -> str:
    return ".*".join(map(re.escape, pattern.split("*")))


def match_domains(urls: pa.Array, rules: Withdrawals, found: NDArray[np.int64]) -> None:
    """Note the documents whose address is in one of the domains, or below it."""
    if not rules.domains:
        return
    hosts = read_hosts(urls).dictionary_encode()
    numbers = {domain: len(rules.removals) + place for place, domain in enumerate(rules.domains)}
    # Each host is looked up once, however many documents it has.
    of_host = np.array([find_domain(host, numbers) for host in hosts.dictionary.to_pylist()] or [NOBODY], np.int64)
    there = hosts.is_valid().to_numpy(zero_copy_only=False)
    found[there] = of_host[hosts.indices.fill_null(0).to_numpy()][there]


def read_hosts(urls: pa.Array) -> pa.Array:
    """The host of each address, null where it has none."""
    return pc.struct_field(pc.extract_regex(urls, _HOST), "host")


def find_domain(host: str, numbers: Mapping[str, int]) -> int:
    """The number of the domain that a host is in, the narrowest where there are several; NOBODY where there is none."""
    name = ascii_host(host.lower().rstrip("."))
    while name:
        if name in numbers:
            return numbers[name]
        name = name.partition(".")[2]
    return NOBODY
