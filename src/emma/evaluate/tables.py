"""From items to scores and gains, by language and by language and domain."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from emma.evaluate.config import EvaluateConfig
from emma.evaluate.intervals import bits_per_byte, draws, interval
from emma.schemas import SCORES

GAINS = pa.schema(
    [
        ("lang", pa.string()),
        ("bytes", pa.int64()),
        ("bpb_base", pa.float64()),
        ("bpb_adapted", pa.float64()),
        ("delta", pa.float64()),  # adapted minus base: below zero is better
        ("low", pa.float64()),  # 95 % paired bootstrap interval of delta; null for one document
        ("high", pa.float64()),
    ]
)

Row = Mapping[str, Any]
Group = tuple[str, str | None]
"""Language, and domain or None for all of them."""


def scores(items: Sequence[Row], section: EvaluateConfig) -> pa.Table:
    """One row a model, language and domain, and one a model and language; schemas.SCORES."""
    rows = []
    for (lang, domain), group in _groups(items).items():
        for model in ("base", "adapted"):
            mine = [row for row in group if row["model"] == model]
            if mine:
                rows.append({"model": model, "lang": lang, "domain": domain, **_score(mine, section, (lang, domain))})
    return pa.Table.from_pylist(sorted(rows, key=_place), schema=SCORES)


def _place(row: Row) -> tuple[bool, str, str]:
    return row["model"] == "adapted", row["lang"], row["domain"] or ""


def _score(rows: Sequence[Row], section: EvaluateConfig, group: Group) -> Row:
    nats, sizes = [row["nats"] for row in rows], [row["bytes"] for row in rows]
    low, high = interval(nats, sizes, _draws(len(rows), section, group))
    return {
        "documents": len(rows),
        "bytes": sum(sizes),
        "tokens": sum(row["tokens"] for row in rows),
        "bits_per_byte": bits_per_byte(sum(nats), sum(sizes)),
        "low": low,
        "high": high,
    }


def gains(items: Sequence[Row], section: EvaluateConfig) -> pa.Table:
    """One row a language that both models were scored on, document by document."""
    rows = []
    groups = _groups(items)
    for lang in sorted({lang for lang, _ in groups}):
        group = groups[lang, None]
        before = {row["id"]: row for row in group if row["model"] == "base"}
        pairs = [(before[row["id"]], row) for row in group if row["model"] == "adapted" and row["id"] in before]
        if pairs:
            rows.append({"lang": lang, **_gain(pairs, section, (lang, None))})
    return pa.Table.from_pylist(rows, schema=GAINS)


def _gain(pairs: Sequence[tuple[Row, Row]], section: EvaluateConfig, group: Group) -> Row:
    sizes = [base["bytes"] for base, _ in pairs]
    base, adapted = (bits_per_byte(sum(pair[at]["nats"] for pair in pairs), sum(sizes)) for at in (0, 1))
    differences = [adapted["nats"] - base["nats"] for base, adapted in pairs]
    low, high = interval(differences, sizes, _draws(len(pairs), section, group))
    delta = bits_per_byte(sum(differences), sum(sizes))
    return {"bytes": sum(sizes), "bpb_base": base, "bpb_adapted": adapted, "delta": delta, "low": low, "high": high}


def _draws(documents: int, section: EvaluateConfig, group: Group) -> Any:
    return draws(documents, section.bootstrap, section.seed, group[0], group[1] or "")


def _groups(items: Sequence[Row]) -> dict[Group, list[Row]]:
    groups: dict[Group, list[Row]] = defaultdict(list)
    for row in items:
        groups[row["lang"], None].append(row)
        groups[row["lang"], row["domain"]].append(row)
    return groups
