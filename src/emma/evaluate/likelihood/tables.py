"""Tables of scores and gains, by language and by language and domain, with intervals from a bootstrap over documents.

Documents are drawn again with replacement (Efron, Ann. Statist. 7, 1979), as tokens of one document are not
independent. Two models are compared on the same draws, so that what makes a document easy for both cancels out.
"""

import hashlib
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from emma.evaluate.config import EvaluateConfig
from emma.evaluate.likelihood.documents import ScoredDocument
from emma.schemas import SCORES

Floats = npt.NDArray[np.float64]
Amount = TypeVar("Amount", float, Floats)

LEVELS = (0.025, 0.975)
"""Quantiles that bound a 95 % interval."""
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

ScoreRow = Mapping[str, object]
Group = tuple[str, str | None]
"""Language, and domain or None for all of them."""


def tabulate_scores(items: Sequence[ScoredDocument], section: EvaluateConfig) -> pa.Table:
    """One row per model, language and domain, and one per model and language (schemas.SCORES)."""
    groups: dict[tuple[str, str, str | None], list[ScoredDocument]] = defaultdict(list)
    for row in items:
        for domain in (None, row["domain"]):
            groups[row["model"], row["lang"], domain].append(row)
    rows = [
        {"model": model, "lang": lang, "domain": domain, **_score_row(scored, section, (lang, domain))}
        for (model, lang, domain), scored in groups.items()
    ]
    return pa.Table.from_pylist(sorted(rows, key=_row_order), schema=SCORES)


def _row_order(row: ScoreRow) -> tuple[bool, str, str]:
    """The base first, then by language; a language as a whole before its domains."""
    return row["model"] == "adapted", str(row["lang"]), str(row["domain"] or "")


def _score_row(rows: Sequence[ScoredDocument], section: EvaluateConfig, group: Group) -> ScoreRow:
    nats, sizes = [row["nats"] for row in rows], [row["bytes"] for row in rows]
    low, high = bootstrap_interval(nats, sizes, _draw(len(rows), section, group))
    return {
        "documents": len(rows),
        "bytes": sum(sizes),
        "tokens": sum(row["tokens"] for row in rows),
        "bits_per_byte": bits_per_byte(sum(nats), sum(sizes)),
        "low": low,
        "high": high,
    }


def tabulate_gains(items: Sequence[ScoredDocument], section: EvaluateConfig) -> pa.Table:
    """One row per language that both models were scored on; the models are compared document by document."""
    before = {(row["lang"], row["id"]): row for row in items if row["model"] == "base"}
    pairs: dict[str, list[tuple[ScoredDocument, ScoredDocument]]] = defaultdict(list)
    for row in items:
        if row["model"] == "adapted" and (base := before.get((row["lang"], row["id"]))):
            pairs[row["lang"]].append((base, row))
    rows = [{"lang": lang, **_gain_row(pairs[lang], section, (lang, None))} for lang in sorted(pairs)]
    return pa.Table.from_pylist(rows, schema=GAINS)


def _gain_row(
    pairs: Sequence[tuple[ScoredDocument, ScoredDocument]], section: EvaluateConfig, group: Group
) -> ScoreRow:
    sizes = [base["bytes"] for base, _ in pairs]
    base, adapted = (bits_per_byte(sum(pair[at]["nats"] for pair in pairs), sum(sizes)) for at in (0, 1))
    differences = [adapted["nats"] - base["nats"] for base, adapted in pairs]
    low, high = bootstrap_interval(differences, sizes, _draw(len(pairs), section, group))
    delta = bits_per_byte(sum(differences), sum(sizes))
    return {"bytes": sum(sizes), "bpb_base": base, "bpb_adapted": adapted, "delta": delta, "low": low, "high": high}


def _draw(documents: int, section: EvaluateConfig, group: Group) -> npt.NDArray[np.int64]:
    # The key has no model in it: base and adapted are drawn alike, which makes the interval of the gain a paired one.
    return draw_documents(documents, section.bootstrap, section.seed, group[0], group[1] or "")


def bits_per_byte(nats: Amount, bytes_utf8: Amount) -> Amount:
    """Bits per UTF-8 byte of text that costs `nats`; scalars or arrays."""
    return nats / (math.log(2) * bytes_utf8)


def draw_documents(documents: int, times: int, *key: str | int) -> npt.NDArray[np.int64]:
    """Count how often each document is drawn, (times, documents); rows sum to `documents`. The key names the draws."""
    # SHA-256 and not hash64: the intervals of earlier runs were drawn with it.
    text = "\x1f".join(map(str, key))
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")
    chances = np.full(documents, 1 / documents)
    return np.random.default_rng(seed).multinomial(documents, chances, size=times)


def bootstrap_interval(
    numerators: Sequence[float] | Floats, sizes: Sequence[int] | npt.NDArray[np.int64], drawn: npt.NDArray[np.int64]
) -> tuple[float | None, float | None]:
    """The 95 % interval of the bits per byte, where `numerators` are nats (or differences of nats) a document.

    None and None for a single document: there is nothing to draw from.
    """
    if len(sizes) < 2:
        return None, None
    values = bits_per_byte(drawn @ np.asarray(numerators), drawn @ np.asarray(sizes))
    low, high = np.quantile(values, LEVELS)
    return float(low), float(high)
