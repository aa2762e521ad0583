"""The audit sheet as plain values, from which the terminal's and the printer's are made, and which `--json` prints."""

from collections.abc import Mapping, Sequence
from typing import Any

from emma.curate.quality.rules import RULES, SCORE
from emma.curate.splits.assign import BENCHMARK, NEAR_BENCHMARK
from emma.inspect.audit.examples import examples, middle
from emma.inspect.audit.scan import DOUBTED, KEPT, Scan, scan
from emma.inspect.audit.which import which
from emma.lang.explain import explain
from emma.pipeline.corpus import Corpus
from emma.pipeline.home import Run
from emma.schemas import SPLITS
from emma.store import shards

Sheet = dict[str, Any]

ROWS, CLUSTERS, LINES, LABELS = 20, 5, 10, 5
"""How many of each are shown: random rows, largest clusters, boilerplate lines, other labels."""


def audit(run: Run, name: str, seed: int = 0) -> Sheet:
    """The sheet of one language of a run. Raises RecipeError or LanguageError when it is not in the corpus."""
    return {"run": run.name, **sheet(Corpus.of(run), name, seed)}


def sheet(corpus: Corpus, name: str, seed: int) -> Sheet:
    """The sheet of one language of a corpus, by any of its names; `seed` draws the documents that are shown."""
    lang = which(name, languages(corpus))
    doubt = first([row for row in table(corpus, "limits", lang) if (row["lang"], row["feature"]) == (lang, SCORE)])
    found = scan(corpus, lang, seed, doubt)
    return {
        "lang": lang,
        "corpus": corpus.curate.key,
        "seed": seed,
        "about": [[key, value] for key, value in explain(lang)],
        "documents": found.documents,
        "pairs": found.pairs,
        "second": found.second,
        "bytes": found.bytes.total(),
        "splits": splits(found),
        "tier": first(table(corpus, "tiers", lang)),
        "flags": [row["flag"] for row in table(corpus, "flags", lang)],
        "sources": sources(corpus, found),
        "scripts": scripts(corpus, found),
        "labels": labels(corpus, found, lang, doubt),
        "rules": rules(corpus, found, lang),
        "duplicates": duplicates(corpus, found),
        "boilerplate": table(corpus, "boilerplate", lang)[:LINES],
        "contamination": contamination(corpus, found, lang),
        "rows": examples(corpus, found.samples.get(KEPT, ()), ROWS),
    }


def languages(corpus: Corpus) -> list[str]:
    """Every label that a text of the corpus has, of either side, sorted."""
    kept = shards.read(corpus.curate.file("tiers.parquet"), ["lang"])["lang"].to_pylist()
    return sorted({*kept, *shards.read(corpus.curate.file("languages.parquet"), ["lang"])["lang"].to_pylist()})


def table(corpus: Corpus, name: str, lang: str) -> list[dict[str, Any]]:
    """The rows of one of curate's tables that are about a language."""
    rows: list[dict[str, Any]] = shards.read(corpus.curate.file(f"{name}.parquet")).to_pylist()
    return [row for row in rows if lang in row["lang"].split("-")]


def first(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The only row, if there is one."""
    return rows[0] if rows else None


def splits(found: Scan) -> list[dict[str, Any]]:
    """Documents and bytes of each split."""
    rows = ((split, *found.total(outcomes=[split])) for split in SPLITS)
    return [{"split": split, "documents": documents, "bytes": size} for split, documents, size in rows]


def sources(corpus: Corpus, found: Scan) -> list[dict[str, Any]]:
    """Each source that has the language, with its licence, what came of it and what stayed, the largest first."""
    declared = {row["source"]: row for row in shards.read(corpus.collect.file("sources.parquet")).to_pylist()}
    wanted = ("licence", "redistribution", "origin", "domain", "priority")
    rows = []
    for source in sorted({source for source, _ in found.outcomes}):
        (documents, size), (kept, kept_size) = found.total(source), found.total(source, SPLITS)
        facts = {name: declared[source].get(name) for name in wanted}
        sizes = {"documents": documents, "bytes": size, "kept": kept, "kept_bytes": kept_size}
        rows.append({"source": source, **facts, **sizes})
    return sorted(rows, key=lambda row: -row["bytes"])


def scripts(corpus: Corpus, found: Scan) -> list[dict[str, Any]]:
    """How the documents are written, the most frequent first; where that disagrees with the label, with examples."""
    return [
        {
            "script": script,
            "agrees": agrees,
            "documents": count,
            "share": count / found.documents,
            "examples": [] if agrees else examples(corpus, found.samples.get(f"script {script}", ())),
        }
        for (script, agrees), count in sorted(found.scripts.items(), key=lambda item: (-item[1], item[0]))
    ]


def labels(corpus: Corpus, found: Scan, lang: str, limit: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What language ID calls the documents, other labels with examples; None where it was not asked.

    `doubted` are those whose scores are below the limit, applied or not, what they are taken for, and some of them.
    """
    if corpus.part("identified") is None:
        return None
    others = [(label, count) for label, count in found.labels.most_common() if label != lang]
    shown = [
        {
            "label": label,
            "documents": count,
            "share": count / found.documents,
            "examples": examples(corpus, found.samples[f"label {label}"]),
        }
        for label, count in sorted(others, key=lambda item: (-item[1], item[0]))[:LABELS]
    ]
    most = sorted(found.doubted, key=lambda label: (-found.doubted[label], label))[:LABELS]
    doubted = {
        "documents": found.doubted.total(),
        "share": found.doubted.total() / found.documents,
        "said": [{"label": label, "documents": found.doubted[label]} for label in most],
        "examples": middle(corpus, found.samples.get(DOUBTED, ()), SCORE),
    }
    told = {"agrees": found.labels[lang], "asked": found.labels.total(), "limit": limit}
    return {**told, "doubted": doubted, "others": shown}


def rules(corpus: Corpus, found: Scan, lang: str) -> list[dict[str, Any]]:
    """What each quality rule removed, the most first, with its limits and examples from the middle."""
    limits = table(corpus, "limits", lang)
    rows = []
    for rule in RULES:
        count, _ = found.total(outcomes=[rule.reason])
        if count:
            rows.append(
                {
                    "rule": rule.reason,
                    "documents": count,
                    "share": count / found.documents,
                    "limits": [row for row in limits if (row["feature"], row["side"]) == (rule.feature, rule.side)],
                    "examples": middle(corpus, found.samples.get(rule.reason, ()), rule.feature),
                }
            )
    return sorted(rows, key=lambda row: -row["documents"])


def duplicates(corpus: Corpus, found: Scan) -> dict[str, Any]:
    """How many documents went as copies, and the largest clusters."""
    dropped = {kind: found.total(outcomes=[f"{kind} duplicate"])[0] for kind in ("exact", "near")}
    largest = sorted(found.clusters.items(), key=lambda item: (-item[1], item[0]))[:CLUSTERS]
    return {
        **dropped,
        "share": sum(dropped.values()) / found.documents,
        "examples": examples(corpus, found.samples.get("near duplicate", ())),
        "clusters": [{"cluster": cluster, "documents": size} for cluster, size in largest],
    }


def contamination(corpus: Corpus, found: Scan, lang: str) -> dict[str, Any] | None:
    """What met a benchmark, with examples from the middle; None where no benchmark was named."""
    if corpus.part("contamination") is None:
        return None
    return {
        "benchmarks": table(corpus, "contamination", lang),
        "examples": middle(corpus, found.samples.get(BENCHMARK, ()), "benchmark_share"),
        "near": examples(corpus, found.samples.get(NEAR_BENCHMARK, ())),
    }
