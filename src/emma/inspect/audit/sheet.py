"""Make the audit sheet of a language: everything counted, with examples of what was decided."""

from emma.curate.config import CurateConfig
from emma.curate.quality.limits import LimitRow
from emma.curate.quality.rules import RULES, SCORE
from emma.curate.splits.assign import BENCHMARK, NEAR_BENCHMARK
from emma.inspect.audit.examples import choose_middle, draw_examples
from emma.inspect.audit.limits import find_score_limit, find_test_limit, read_limits
from emma.inspect.audit.records import (
    Contamination,
    DoubtedDocuments,
    Duplicates,
    LabelAgreement,
    RuleDrops,
    ScriptShare,
    Sheet,
    SourceSize,
    SplitSize,
)
from emma.inspect.audit.scan import DOUBTED, KEPT, LanguageScan, scan_language
from emma.inspect.lookup import find_corpus_language
from emma.lang.explain import explain
from emma.lang.language import LABEL, Lang, Pair, parse_label
from emma.pipeline.corpus import Corpus, read_provenance
from emma.pipeline.home import Run
from emma.schemas import SPLITS, Row
from emma.store import shards

MAX_ROWS, MAX_CLUSTERS, MAX_LINES, MAX_LABELS = 20, 5, 10, 5
"""How many of each are shown: random rows, largest clusters, boilerplate lines, other labels."""


def audit_language(run: Run, name: str, seed: int = 0) -> Sheet:
    """The sheet of one language of a run. Raises RecipeError or LanguageError when it is not in the corpus."""
    corpus = Corpus.of(run)
    sheet = make_sheet(corpus, name, seed)
    section = CurateConfig.model_validate(read_provenance(corpus.curate)["config"])
    return {"run": run.name, "test_limit": find_test_limit(section, sheet["splits"]), **sheet}


def make_sheet(corpus: Corpus, name: str, seed: int) -> Sheet:
    """The sheet of one language of a corpus, by any of its names; `seed` draws the documents that are shown."""
    lang = find_corpus_language(name, labels_present(corpus))
    limit = find_score_limit(corpus, lang)
    scan = scan_language(corpus, lang, seed, limit)
    tiers = read_table_rows(corpus, "tiers", lang)
    return {
        "lang": lang.label,
        "corpus": corpus.curate.key,
        "seed": seed,
        "about": [[key, value] for key, value in explain(lang.label)],
        "documents": scan.documents,
        "pairs": scan.pairs,
        "second": scan.second,
        "bytes": scan.bytes.total(),
        "splits": size_splits(scan),
        "tier": tiers[0] if tiers else None,
        "flags": [row["flag"] for row in read_table_rows(corpus, "flags", lang)],
        "sources": size_sources(corpus, scan),
        "scripts": share_scripts(corpus, scan),
        "labels": describe_labels(corpus, scan, lang, limit),
        "rules": count_rules(corpus, scan, lang),
        "duplicates": describe_duplicates(corpus, scan),
        "boilerplate": read_table_rows(corpus, "boilerplate", lang)[:MAX_LINES],
        "contamination": describe_contamination(corpus, scan, lang),
        "rows": draw_examples(corpus, scan.samples.get(KEPT, ()), MAX_ROWS),
    }


def labels_present(corpus: Corpus) -> list[str]:
    """Every label that a text of the corpus has, of either side, sorted."""
    # Tiers have the second sides of pairs too, which the table of languages counts under the first.
    kept = shards.read(corpus.curate.file("tiers.parquet"), ["lang"])["lang"].to_pylist()
    return sorted({*kept, *shards.read(corpus.curate.file("languages.parquet"), ["lang"])["lang"].to_pylist()})


def read_table_rows(corpus: Corpus, name: str, lang: Lang) -> list[Row]:
    """The rows of one of curate's tables that are about a language."""
    rows: list[Row] = shards.read(corpus.curate.file(f"{name}.parquet")).to_pylist()
    return [row for row in rows if is_about(row["lang"], lang)]


def is_about(label: str, lang: Lang) -> bool:
    """Whether a label in a table is the language's, or of a pair of it with another; flags of the whole have none."""
    if label == lang.label:
        return True
    # Most rows are of one language, and need not be parsed as pairs.
    if LABEL.fullmatch(label) or lang.label not in label:
        return False
    pair = parse_label(label)
    return isinstance(pair, Pair) and lang in (pair.first, pair.second)


def size_splits(scan: LanguageScan) -> list[SplitSize]:
    """Documents and bytes of each split."""
    rows = ((split, *scan.total(outcomes=[split])) for split in SPLITS)
    return [{"split": split, "documents": documents, "bytes": size} for split, documents, size in rows]


def size_sources(corpus: Corpus, scan: LanguageScan) -> list[SourceSize]:
    """Each source that has the language, with its licence, what came of it and what stayed, the largest first."""
    declared = {row["source"]: row for row in shards.read(corpus.collect.file("sources.parquet")).to_pylist()}
    rows: list[SourceSize] = []
    for source in sorted({source for source, _ in scan.outcomes}):
        (documents, size), (kept, kept_size) = scan.total(source), scan.total(source, SPLITS)
        facts = declared[source]
        rows.append(
            {
                "source": source,
                "licence": facts["licence"],
                "redistribution": facts.get("redistribution"),
                "origin": facts.get("origin"),
                "domain": facts.get("domain"),
                "priority": facts.get("priority"),
                "documents": documents,
                "bytes": size,
                "kept": kept,
                "kept_bytes": kept_size,
            }
        )
    return sorted(rows, key=lambda row: -row["bytes"])


def share_scripts(corpus: Corpus, scan: LanguageScan) -> list[ScriptShare]:
    """Share of each script, the most frequent first; with examples of one that disagrees with the label."""
    return [
        {
            "script": script,
            "agrees": agrees,
            "documents": count,
            "share": count / scan.documents,
            "examples": [] if agrees else draw_examples(corpus, scan.samples.get(f"script {script}", ())),
        }
        for (script, agrees), count in sorted(scan.scripts.items(), key=lambda item: (-item[1], item[0]))
    ]


def describe_labels(corpus: Corpus, scan: LanguageScan, lang: Lang, limit: LimitRow | None) -> LabelAgreement | None:
    """Count the labels that language ID gives the documents, with examples of others; None where it was not run."""
    if corpus.part("identified") is None:
        return None
    others = [(label, count) for label, count in scan.labels.most_common() if label != lang.label]
    return {
        "agrees": scan.labels[lang.label],
        "asked": scan.labels.total(),
        "limit": limit,
        "doubted": describe_doubted(corpus, scan),
        "others": [
            {
                "label": label,
                "documents": count,
                "share": count / scan.documents,
                "examples": draw_examples(corpus, scan.samples[f"label {label}"]),
            }
            for label, count in sorted(others, key=lambda item: (-item[1], item[0]))[:MAX_LABELS]
        ],
    }


def describe_doubted(corpus: Corpus, scan: LanguageScan) -> DoubtedDocuments:
    """Documents whose scores are below the limit, what they are taken for, and some of them."""
    most = sorted(scan.doubted, key=lambda label: (-scan.doubted[label], label))[:MAX_LABELS]
    return {
        "documents": scan.doubted.total(),
        "share": scan.doubted.total() / scan.documents,
        "said": [{"label": label, "documents": scan.doubted[label]} for label in most],
        "examples": choose_middle(corpus, scan.samples.get(DOUBTED, ()), SCORE),
    }


def count_rules(corpus: Corpus, scan: LanguageScan, lang: Lang) -> list[RuleDrops]:
    """Count what each quality rule dropped, the most first, with its limits and examples from the middle."""
    limits = [row for row in read_limits(corpus) if is_about(row["lang"], lang)]
    rows: list[RuleDrops] = []
    for rule in RULES:
        count, _ = scan.total(outcomes=[rule.reason])
        if count:
            rows.append(
                {
                    "rule": rule.reason,
                    "documents": count,
                    "share": count / scan.documents,
                    "limits": [row for row in limits if (row["feature"], row["side"]) == (rule.feature, rule.side)],
                    "examples": choose_middle(corpus, scan.samples.get(rule.reason, ()), rule.feature),
                }
            )
    return sorted(rows, key=lambda row: -row["documents"])


def describe_duplicates(corpus: Corpus, scan: LanguageScan) -> Duplicates:
    """Count the documents dropped as copies, and list the largest clusters."""
    exact, near = (scan.total(outcomes=[f"{kind} duplicate"])[0] for kind in ("exact", "near"))
    largest = sorted(scan.clusters.items(), key=lambda item: (-item[1], item[0]))[:MAX_CLUSTERS]
    return {
        "exact": exact,
        "near": near,
        "share": (exact + near) / scan.documents,
        "examples": draw_examples(corpus, scan.samples.get("near duplicate", ())),
        "clusters": [{"cluster": cluster, "documents": size} for cluster, size in largest],
    }


def describe_contamination(corpus: Corpus, scan: LanguageScan, lang: Lang) -> Contamination | None:
    """Describe what shares text with benchmarks, with examples from the middle; None where none was named."""
    if corpus.part("contamination") is None:
        return None
    return {
        "benchmarks": read_table_rows(corpus, "contamination", lang),
        "examples": choose_middle(corpus, scan.samples.get(BENCHMARK, ()), "benchmark_share"),
        "near": draw_examples(corpus, scan.samples.get(NEAR_BENCHMARK, ())),
    }
