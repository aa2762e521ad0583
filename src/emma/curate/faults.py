"""Which documents break a quality rule of their language."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emma.curate.rules import RULES, Rule
from emma.schemas import FEATURES
from emma.store import shards
from emma.store.artifact import Artifact

Shard = tuple[Artifact, Artifact]
"""Documents and their annotations."""

NO_FAULT = 0
"""The fault of a good document; rule i has i + 1."""
FAULTS = pa.schema([("lang", pa.string()), ("fault", pa.uint8()), ("documents", pa.int64())])


def find_faults(out: Path, shard: Shard, limits: Artifact, short_chars: int) -> dict[str, int]:
    """Write `faults.npy`, uint8 (n), the first rule that each document breaks, and counts as `faults.parquet`."""
    langs, columns = read_features(shard)
    table = limit_table(limits, langs.dictionary.to_pylist())
    codes = langs.indices.to_numpy()
    faults = np.zeros(len(langs), np.uint8)
    for index, rule in reversed(list(enumerate(RULES))):  # the first rule has the last word
        faults[breaks(rule, columns, table[codes, index], short_chars)] = index + 1
    np.save(out / "faults.npy", faults)
    shards.write(out / "faults.parquet", count_faults(codes, langs.dictionary.to_pylist(), faults))
    return {"rows": len(faults)}


def count_faults(codes: NDArray[np.int32], names: Sequence[str], faults: NDArray[np.uint8]) -> pa.Table:
    """Documents by language and fault."""
    kinds = len(RULES) + 1
    counts = np.bincount(codes.astype(np.int64) * kinds + faults, minlength=len(names) * kinds)
    rows = [
        {"lang": names[place // kinds], "fault": place % kinds, "documents": int(counts[place])}
        for place in np.flatnonzero(counts).tolist()
    ]
    return pa.Table.from_pylist(rows, schema=FAULTS)


def read_features(shard: Shard) -> tuple[pa.DictionaryArray, dict[str, NDArray[Any]]]:
    """The languages and the features of one shard; a feature that a document does not have is NaN."""
    documents, annotations = shard
    langs = shards.read(documents.file("documents.parquet"), ["lang"])["lang"].combine_chunks().dictionary_encode()
    features = shards.read(annotations.file("annotations.parquet"), [*FEATURES, "chars"])
    return langs, {name: features[name].to_numpy() for name in features.column_names}


def limit_table(limits: Artifact, langs: Sequence[str]) -> NDArray[np.float64]:
    """Limits of the languages, (languages, rules); NaN where there is none, beyond which nothing lies."""
    places = {(rule.feature, rule.side): index for index, rule in enumerate(RULES)}
    rows = {lang: row for row, lang in enumerate(langs)}
    table = np.full((len(langs), len(RULES)), np.nan)
    for each in shards.read(limits.file("limits.parquet")).to_pylist():
        if each["lang"] in rows and each["limit"] is not None:
            table[rows[each["lang"]], places[each["feature"], each["side"]]] = each["limit"]
    return table


def breaks(
    rule: Rule, columns: dict[str, NDArray[Any]], limits: NDArray[np.float64], short_chars: int
) -> NDArray[np.bool_]:
    """Which documents are beyond the limit; a missing value or limit never is."""
    values = columns[rule.feature].astype(np.float64)
    beyond: NDArray[np.bool_] = values < limits if rule.side == "low" else values > limits
    return beyond if rule.short_too else beyond & (columns["chars"] >= short_chars)
