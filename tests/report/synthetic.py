"""Tables of a run that never was: any number of languages, gains and losses, gaps where gaps can be."""

import json
import math
from collections.abc import Callable, Sequence
from typing import Any

import iso639
import numpy as np
import pyarrow as pa

from emma import schemas
from emma.lang.tiers import tier_of
from emma.report.tables import Tables
from emma.store.artifact import Artifact

SCRIPTS = ("Latn", "Latn", "Latn", "Cyrl", "Arab", "Deva", "Ethi", "Thai", "Hans", "Nkoo")
FIRST = ("eng_Latn", "zxx_Zyyy", "arb_Arab", "hin_Deva", "yor_Latn", "nqo_Nkoo", "khm_Khmr", "zgh_Tfng")


def labels(count: int) -> list[str]:
    """English, code and a few others, then living languages from all over the table."""
    living = sorted(each.part3 for each in iso639.ALL_LANGUAGES if each.type == "L" and not each.part1 and each.part3)
    more = living[:: max(1, len(living) // max(1, count))]
    found = [f"{code}_{SCRIPTS[index % len(SCRIPTS)]}" for index, code in enumerate(more)]
    return [*FIRST, *(each for each in found if each not in FIRST)][:count]


def run_artifacts(
    make_artifact: Callable[..., Artifact], langs: Sequence[str], *, base: bool = True, seed: int = 0
) -> dict[str, Artifact]:
    """What `report` reads, by the names of its arguments. Every seventh language lost, every tenth has no test
    documents."""
    facts = [_facts(lang, index, np.random.default_rng([seed, index])) for index, lang in enumerate(langs)]
    train = make_artifact("train")
    documents, selection = _shards(make_artifact, langs)
    lines = [
        {"step": step, "tokens": step * 4096, "loss": 2 + 6 * math.exp(-step / 40), "lr": 1e-3, "grad_norm": 1.0}
        for step in range(1, 400)
    ]
    (train.path / "metrics.jsonl").write_text("".join(json.dumps(each) + "\n" for each in lines))
    return {
        "collect": make_artifact(
            "collect",
            {
                "languages.parquet": pa.Table.from_pylist([_collected(each) for each in facts]),
                "sources.parquet": pa.Table.from_pylist(SOURCES),
            },
            documents=[documents],
        ),
        "curate": make_artifact(
            "curate",
            {
                "languages.parquet": pa.Table.from_pylist([row for each in facts for row in _curated(each)]),
                "tiers.parquet": pa.Table.from_pylist([_tier(each) for each in facts]),
                "flags.parquet": pa.Table.from_pylist([{"lang": lang, "flag": FLAG} for lang in langs[::3]]),
            },
            selection=[selection],
        ),
        "vocab": make_artifact(
            "vocab",
            {"fertility.parquet": pa.Table.from_pylist([_fertility(each, base) for each in facts], schemas.FERTILITY)},
        ),
        "mix": make_artifact(
            "mix", {"plan.parquet": pa.Table.from_pylist([_plan(each) for each in facts], schemas.PLAN)}
        ),
        "train": train,
        "evaluate": make_artifact(
            "evaluate",
            {
                "scores.parquet": pa.Table.from_pylist(
                    [row for each in facts for row in _scores(each, base)], schemas.SCORES
                ),
                "gains.parquet": pa.Table.from_pylist(
                    [_gain(each) for each in facts if base and each["measured"]], GAINS
                ),
                "positions.parquet": pa.Table.from_pylist(positions(base), schemas.POSITIONS),
                "samples.parquet": pa.Table.from_pylist(
                    [row for each in facts if each["measured"] for row in _samples(each, base)], schemas.SAMPLES
                ),
            },
        ),
    }


def positions(base: bool) -> list[dict[str, Any]]:
    """A base that breaks off where its context of 512 ends, and an adapted model of 1,024 that does not."""
    models = {"adapted": 1024, **({"base": 512} if base else {})}
    return [
        {
            "model": model,
            "context": context,
            "begin": begin,
            "end": begin + 64,
            "tokens": 640,
            "nats": 640 * (2 - begin / 2000 + (begin > context) * begin / 500),
            "bytes": 1920,
        }
        for model, context in sorted(models.items(), reverse=True)
        for begin in range(0, 1024, 64)
    ]


FLAG = "its byte premium is guessed from its script"
TEXTS = {
    "Latn": "Gbogbo ènìyàn ni a bí ní òmìnira; iyì àti ẹ̀tọ́ kọ̀ọ̀kan sì dọ́gba. ",
    "Cyrl": "Все люди рождаются свободными и равными в своем достоинстве и правах. ",
    "Arab": "يولد جميع الناس أحراراً متساوين في الكرامة والحقوق. ",
    "Deva": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है। ",
    "Ethi": "የሰው ልጅ ሁሉ ሲወለድ ነጻና በክብርና በመብትም እኩልነት ያለው ነው። ",
    "Thai": "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ ",
    "Hans": "人人生而自由，在尊严和权利上一律平等。",
    "Nkoo": "ߡߐ߱ ߓߍ߯ ߘߐ߱ ߡߐߦߊ ߢߌ߫ ߤߐ߬ߙߐ߲߬ߧߊ߬. ",
    "Khmr": "មនុស្សទាំងអស់ កើតមកមានសេរីភាព និងសមភាព ក្នុងផ្នែកសេចក្ដីថ្លៃថ្នូរនិងសិទ្ធិ ",
    "Tfng": "ⴰⵔ ⴷ ⵜⵜⵍⴰⵍⴰⵏ ⵎⵉⴷⴷⵏ ⴳⴰⵏ ⵉⵍⵍⵉⵍⵏ ⵎⴳⴰⴷⴷⴰⵏ. ",
}
"""The beginning of article 1 of the Universal Declaration of Human Rights, or words like it."""


def write_text(lang: str, number: int, words: int = 24) -> str:
    """A text in the script of a language that no other text is like: its words in an order of their own."""
    script = lang.split("_")[1]
    parts = TEXTS.get(script, TEXTS["Latn"]).split(" ") if " " in TEXTS.get(script, " ") else list(TEXTS[script])
    random = np.random.default_rng([number, *lang.encode()])
    return ("" if script == "Hans" else " ").join(random.choice(parts, words).tolist()) + f" {number}"


def _shards(make_artifact: Callable[..., Artifact], langs: Sequence[str]) -> tuple[Artifact, Artifact]:
    """Three documents of each language, of which two are dropped."""
    outcomes = ((None, "near duplicate"), ("train", None), (None, "letter_share low"))
    rows = [(lang, number, *outcome) for lang in langs for number, outcome in enumerate(outcomes)]
    documents = pa.table(
        {
            "id": [f"messages:{lang}#{number}" for lang, number, _, _ in rows],
            "lang": [lang for lang, _, _, _ in rows],
            "source": ["messages"] * len(rows),
            "text": [write_text(lang, number, 60) for lang, number, _, _ in rows],
        }
    )
    selection = pa.table(
        {"split": [split for *_, split, _ in rows], "reason": pa.array([reason for *_, reason in rows], pa.string())}
    )
    return (
        make_artifact("documents", {"documents.parquet": documents}),
        make_artifact("selection", {"selection.parquet": selection}),
    )


def _tier(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "lang": facts["lang"],
        "premium": 1.5,
        "premium_from": "bitext",
        "tier": tier_of(facts["size"] / 6),
    }


def _samples(facts: dict[str, Any], base: bool) -> list[dict[str, Any]]:
    """Three continuations, as long as 48 tokens are."""
    return [
        {
            "lang": facts["lang"],
            "id": f"messages:{facts['lang']}#{number}",
            "prompt": write_text(facts["lang"], 10 + number),
            "reference": write_text(facts["lang"], 20 + number),
            "base": write_text(facts["lang"], 30 + number) if base else None,
            "adapted": write_text(facts["lang"], 40 + number),
        }
        for number in range(3)
    ]


WHOLE = {"units": 500, "units_rejected": 0, "units_lost": 0, "bytes_read": 10**6, "bytes_unread": 0}
SOURCES = [
    {
        "source": "messages",
        "licence": "BSD-3-Clause",
        "origin": "https://example.org/messages",
        "domain": "software",
        "documents": 1000,
        "bytes": 10**6,
        "rejects": 3,
        **WHOLE,
        "units": 1003,
        "units_rejected": 3,
        "units_lost": 3,
        "bytes_unread": 4 * 10**6,
        "unread_file": "fr.po",
        "unread_share": 0.97,
    },
    {
        "source": "أخبار",  # a right-to-left name among left-to-right ones
        "licence": "CC-BY-4.0",
        "origin": "",
        "domain": "news",
        "documents": 500,
        "bytes": 10**6,
        "rejects": 0,
        **WHOLE,
    },
]
GAINS = pa.schema(
    [("lang", pa.string())]
    + [("bytes", pa.int64())]
    + [(name, pa.float64()) for name in ("bpb_base", "bpb_adapted", "delta", "low", "high")]
)


def _facts(lang: str, index: int, random: np.random.Generator) -> dict[str, Any]:
    size = int(10 ** random.uniform(3.3, 8.4))
    gain = -0.3 if index % 7 == 6 else float(random.normal(0.2 * math.log10(size), 0.45))
    base = float(random.uniform(2.2, 5.5))
    return {
        "lang": lang,
        "size": size,
        "measured": index % 10 != 9,
        "base": base,
        "adapted": max(base - gain, 0.8),
        "half": float(random.uniform(0.02, 0.3)),
        "single": index % 17 == 16,  # one document: no interval
        "tokens_base": int(size * random.uniform(0.35, 1.0)),
        "tokens": int(size * random.uniform(0.2, 0.34)),
    }


def _collected(facts: dict[str, Any]) -> dict[str, Any]:
    return {"lang": facts["lang"], "source": "messages", "documents": facts["size"] // 600 + 4, "bytes": facts["size"]}


def _curated(facts: dict[str, Any]) -> list[dict[str, Any]]:
    documents = facts["size"] // 600 + 4
    outcomes = {"train": documents - 3, "test": 1, "near duplicate": 1, "letter_share low": 1}
    return [
        {
            "lang": facts["lang"],
            "domain": "software",
            "source": "messages",
            "outcome": outcome,
            "documents": found,
            "bytes": facts["size"] * found // documents,
        }
        for outcome, found in outcomes.items()
    ]


def _fertility(facts: dict[str, Any], base: bool) -> dict[str, Any]:
    return {
        "lang": facts["lang"],
        "domain": "software",
        "bytes": facts["size"],
        "chars": facts["size"] // 2,
        "words": facts["size"] // 8,
        "tokens_base": facts["tokens_base"] if base else None,
        "tokens": facts["tokens"],
    }


def _plan(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "lang": facts["lang"],
        "domain": "software",
        "part": 0,
        "path": f"{facts['lang']}.software.train",
        "documents": 1,
        "bytes": facts["size"],
        "tokens": facts["tokens"],
        "weight": 0.01,
        "samples": 10,
        "epochs": 2.5,
    }


def _scores(facts: dict[str, Any], base: bool) -> list[dict[str, Any]]:
    models = {"base": facts["base"], "adapted": facts["adapted"]} if base else {"adapted": facts["adapted"]}
    return [
        {
            "model": model,
            "lang": facts["lang"],
            "domain": domain,
            "documents": 1,
            "bytes": 2000,
            "tokens": 600,
            "bits_per_byte": value,
            "low": None if facts["single"] else value - 0.1,
            "high": None if facts["single"] else value + 0.1,
        }
        for model, value in models.items()
        for domain in (None, "software")
        if facts["measured"]
    ]


def _gain(facts: dict[str, Any]) -> dict[str, Any]:
    delta = facts["adapted"] - facts["base"]
    return {
        "lang": facts["lang"],
        "bytes": 2000,
        "bpb_base": facts["base"],
        "bpb_adapted": facts["adapted"],
        "delta": delta,
        "low": None if facts["single"] else delta - facts["half"],
        "high": None if facts["single"] else delta + facts["half"],
    }


CURATED = [
    {"lang": "yor_Latn", "domain": "a", "source": "s", "outcome": "train", "documents": 6, "bytes": 600},
    {"lang": "yor_Latn", "domain": "b", "source": "s", "outcome": "train", "documents": 2, "bytes": 20_000},
    {"lang": "yor_Latn", "domain": "a", "source": "s", "outcome": "test", "documents": 1, "bytes": 100},
    {"lang": "yor_Latn", "domain": "a", "source": "s", "outcome": "near duplicate", "documents": 2, "bytes": 9},
    {"lang": "yor_Latn", "domain": "a", "source": "t", "outcome": "exact duplicate", "documents": 1, "bytes": 9},
    {"lang": "yor_Latn", "domain": "a", "source": "s", "outcome": "letter_share low", "documents": 4, "bytes": 9},
    {"lang": "nqo_Nkoo", "domain": "a", "source": "s", "outcome": "train", "documents": 3, "bytes": 90},
]
FERTILITY = [
    {"lang": "yor_Latn", "domain": "a", "bytes": 100, "tokens_base": 60, "tokens": 40},
    {"lang": "yor_Latn", "domain": "b", "bytes": 300, "tokens_base": 100, "tokens": 60},
    {"lang": "nqo_Nkoo", "domain": "a", "bytes": 90, "tokens_base": None, "tokens": 45},
]
PLAN = [
    {"lang": "yor_Latn", "domain": "a", "documents": 6, "bytes": 600, "tokens": 100, "samples": 4, "epochs": 4.0},
    {"lang": "yor_Latn", "domain": "b", "documents": 2, "bytes": 20_000, "tokens": 300, "samples": 6, "epochs": 2.0},
    {"lang": "nqo_Nkoo", "domain": "a", "documents": 3, "bytes": 90, "tokens": 10, "samples": 0, "epochs": 0.0},
]


def score(model: str, lang: str, value: float, domain: str | None = None) -> dict[str, Any]:
    """A row of scores.parquet."""
    return {
        "model": model,
        "lang": lang,
        "domain": domain,
        "documents": 1,
        "bytes": 100,
        "bits_per_byte": value,
    }


SCORES = [score("base", "yor_Latn", 4.0), score("adapted", "yor_Latn", 3.0), score("adapted", "yor_Latn", 9.0, "a")]
GAINS_OF_ONE = [{"lang": "yor_Latn", "bpb_base": 4.0, "bpb_adapted": 3.0, "delta": -1.0, "low": -1.5, "high": -0.25}]
TABLES = Tables([], [], CURATED, FERTILITY, PLAN, SCORES, GAINS_OF_ONE, [], [])
