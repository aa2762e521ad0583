"""Held-out text of a training that never was: most languages get better, English and code worse."""

import json
import math
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from emma.lang.tiers import TIER_NAMES
from emma.schemas import VALIDATION
from emma.store import shards
from emma.store.artifact import Artifact

STEPS = tuple(range(0, 2001, 100))


def write_validation(train: Artifact, langs: Sequence[str], *, limit: float | None = 0.03, stops: bool = False) -> None:
    """Write the tables that training writes. English is over a limit of 3 % from step 800 on."""
    rises = {"eng_Latn": 0.06, "zxx_Zyyy": 0.02, "hin_Deva": 0.01}
    steps = STEPS[:9] if stops else STEPS
    rows, probes = [], {str(step): {} for step in steps}
    for number, lang in enumerate(langs):
        random = np.random.default_rng(number)
        start, gain = random.uniform(1, 3), random.uniform(-0.02, 0.5)
        for step in steps:
            share = 1 - math.exp(-step / 700)
            value = start * (1 + rises[lang] * share if lang in rises else 1 - gain * share + random.normal(0, 0.004))
            value = start if step == 0 else value
            tier = TIER_NAMES[number % len(TIER_NAMES)] if lang != "zxx_Zyyy" else None
            sizes = {"documents": 3, "tokens": 1000, "bytes": 4000}
            facts = {"lang": lang, "domain": "web", "tier": tier, "nats": value * 4000 * math.log(2)}
            rows.append({"step": step, **facts, **sizes})
            if lang in rises:
                probes[str(step)][lang] = value
    rows.sort(key=lambda row: (row["step"], row["lang"]))
    shards.write(train.path / "validation.parquet", pa.Table.from_pylist(rows, schema=VALIDATION))
    alarms = [
        {"step": int(step), "probe": probe, "rise": rise}
        for step, values in probes.items()
        for probe, value in values.items()
        if limit is not None and (rise := value / probes["0"][probe] - 1) > limit
    ]
    found = {"probes": probes, "max_forgetting": limit, "alarms": alarms, "stopped_at": steps[-1] if stops else None}
    (train.path / "validation.json").write_text(json.dumps(found | {"result_step": 400 if stops else steps[-1]}))


def write_merging(
    train: Artifact,
    alphas: Sequence[float] = (0.0, 0.3, 0.1, 0.2),
    taken: float = 0.2,
    languages: Mapping[float, Mapping[str, float]] = {},
) -> None:
    """Write what merging tried: the more of the base, the less is learnt and the less is forgotten."""
    trials = [
        {
            "alpha": alpha,
            "bits_per_byte": 2 + alpha**2,
            "languages": dict(languages.get(alpha, {})),
            "forgetting": {"eng_Latn": 0.06 - 0.15 * alpha, "zxx_Zyyy": 0.02 - 0.1 * alpha},
        }
        for alpha in alphas
    ]
    (train.path / "merge.json").write_text(json.dumps({"alpha": taken, "trials": trials}))
