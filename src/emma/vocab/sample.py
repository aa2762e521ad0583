"""A sample of the corpus that is balanced over languages and the same however the corpus is cut into shards.

Documents are taken in the order of the hash of their id. A first pass notes how many bytes lie at which hash, from
which each group's cut-off follows; a second pass takes what lies below it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from emma.schemas import SPLITS
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.selected import selected
from emma.tokens.order import keyed

Pair = tuple[Artifact, Artifact]
"""A shard of documents and the selection made on it."""

Plan = dict[str, list[int]]
"""What to take of each group, as JSON: [last hash rank, bytes, times counted]."""

BYTES = pa.schema(
    [("lang", pa.string()), ("domain", pa.string()), ("train", pa.bool_()), ("rank", pa.int32()), ("bytes", pa.int64())]
)
_COLUMNS = ("id", "lang", "domain", "text", "lang2", "text2")


@dataclass(frozen=True)
class Text:
    """One text of the sample."""

    group: str
    text: str
    bytes: int


def hash_rank(document: str) -> int:
    """The rank of a document in hash order, as a small float of 4 binary digits: fine where little is to be taken."""
    number = keyed("sample", document)
    exponent = max(number.bit_length() - 5, 0)
    return exponent << 5 | number >> exponent


def texts(pair: Pair) -> Iterator[pa.Table]:
    """The kept texts of a shard: id, lang, domain, train, text. Both sides of bitext, each in its own language."""
    for table in selected(*pair, _COLUMNS, SPLITS):
        kept = table.append_column("train", pc.equal(table["split"], "train"))
        other = kept.filter(pc.is_valid(kept["text2"]))
        names = ["id", "lang", "domain", "train", "text"]
        sides = [kept.select(names), other.select(["id", "lang2", "domain", "train", "text2"]).rename_columns(names)]
        yield pa.concat_tables(sides)


def measure_text(out: Path, pair: Pair) -> dict[str, int]:
    """Bytes of text by language, domain, training or held out, and hash rank: `bytes.parquet`."""
    sizes: Counter[tuple[str, str, bool, int]] = Counter()
    for table in texts(pair):
        ranks = [hash_rank(each) for each in table["id"].to_pylist()]
        keys = zip(*(table[name].to_pylist() for name in ("lang", "domain", "train")), ranks, strict=True)
        for key, size in zip(keys, pc.binary_length(table["text"]).to_pylist(), strict=True):
            sizes[key] += size
    rows = [dict(zip(BYTES.names, (*key, sizes[key]), strict=True)) for key in sorted(sizes)]
    shards.write(out / "bytes.parquet", pa.Table.from_pylist(rows, schema=BYTES))
    return {"texts": len(rows)}


def cut_off(ranks: Mapping[int, int], budget: int, boost: int) -> list[int]:
    """The hash rank up to which to take a group with these bytes at each rank, its budget, and how often to count it.

    The budget is met or a little exceeded; a group that has less is taken whole and counted up to `boost` times.
    """
    total, taken, last = sum(ranks.values()), 0, 0
    for last in sorted(ranks):
        taken += ranks[last]
        if taken >= budget:
            break
    return [last, budget, min(boost, max(1, budget // max(total, 1)))]


def training_plan(measured: pa.Table, sample_bytes: int, temperature: float, boost: int) -> Plan:
    """How much to take of each language: in proportion to its bytes to the power `temperature`."""
    ranks = _ranks(measured.filter(measured["train"]), ("lang",))
    powers = {lang: float(sum(each.values())) ** temperature for lang, each in ranks.items()}
    share = sample_bytes / sum(powers.values()) if powers else 0.0
    return {lang: cut_off(ranks[lang], max(1, int(powers[lang] * share)), boost) for lang in sorted(ranks)}


def held_out_plan(measured: pa.Table, budget: int) -> Plan:
    """How much to measure of each language and domain: held-out text where there is any, else training text."""
    plan: Plan = {}
    for train in (True, False):
        ranks = _ranks(measured.filter(pc.equal(measured["train"], train)), ("lang", "domain"))
        plan |= {group: [*cut_off(ranks[group], budget, 1), int(train)] for group in sorted(ranks)}
    return plan


def _ranks(measured: pa.Table, names: tuple[str, ...]) -> dict[str, Counter[int]]:
    ranks: dict[str, Counter[int]] = {}
    for row in measured.to_pylist():
        ranks.setdefault(group_name(row, names), Counter())[row["rank"]] += row["bytes"]
    return ranks


def group_name(row: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """The name of a row's group; its parts are separated by tabs, which neither labels nor domains hold."""
    return "\t".join(row[name] for name in names)


def take(pair: Pair, plan: Plan, names: tuple[str, ...]) -> Iterator[Text]:
    """The texts of a shard that the plan takes. One longer than its group's whole budget is cut to that."""
    for table in texts(pair):
        columns = {name: table[name].to_pylist() for name in ("id", "lang", "domain", "train")}
        rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
        groups = [group_name(row, names) for row in rows]
        wanted = [_wanted(row, plan.get(group)) for row, group in zip(rows, groups, strict=True)]
        chosen = table["text"].filter(pa.array(wanted, pa.bool_())).to_pylist()
        for group, text in zip((each for each, want in zip(groups, wanted, strict=True) if want), chosen, strict=True):
            cut = text.encode()[: plan[group][1]]
            yield Text(group, cut.decode(errors="ignore"), len(cut))


def _wanted(row: Mapping[str, Any], entry: list[int] | None) -> bool:
    """Whether a row is in the sample; an entry's fourth number, if any, says which side of the split it takes."""
    if entry is None or row["train"] != (bool(entry[3]) if len(entry) > 3 else True):
        return False
    return hash_rank(row["id"]) <= entry[0]
