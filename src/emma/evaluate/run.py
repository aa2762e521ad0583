"""The evaluate stage: the test split under the base and under the adapted model, in bits per UTF-8 byte.

Bits per byte can be compared across vocabularies, perplexity per token cannot. English and program code are scored
like any language, and show what was forgotten.
"""

# ruff: noqa: E402 - a missing extra is to be named before the modules that need it are imported

from emma.config.extras import need

need("torch", "train")
need("transformers", "train")

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from emma.errors import SourceError
from emma.evaluate.backends.hf import HuggingFace
from emma.evaluate.backends.open import name_models
from emma.evaluate.benchmarks import answer_questions, list_questions, open_models, read_tasks, run_benchmarks
from emma.evaluate.config import EvaluateConfig
from emma.evaluate.contamination import mark_clean
from emma.evaluate.continuations import Opening, choose_openings, tabulate_continuations, write_continuations
from emma.evaluate.likelihood.documents import EvalDocument, ScoredDocument, choose_documents, choose_shard_documents
from emma.evaluate.likelihood.positions import choose_streams, measure_positions
from emma.evaluate.likelihood.score import Scorer
from emma.evaluate.likelihood.tables import tabulate_gains, tabulate_scores
from emma.evaluate.questions import Questions, Reading
from emma.lang.coverage import count_languages, measured_languages
from emma.models.device import choose_device, choose_precision
from emma.schemas import ITEMS, POSITIONS, Row
from emma.store import shards
from emma.store.address import CACHE, Fingerprints
from emma.store.artifact import Artifact
from emma.store.files import replace_file, write_json
from emma.work.work import StageOutput, Work

COSTS = pa.schema([("document", pa.int32()), ("nats", pa.float64())])
"""Nats of the windows of a chunk, summed by the number of their document."""
PARTS = ITEMS.append(pa.field("altered", pa.bool_()))


@dataclass(frozen=True)
class Asked:
    """All that a model is asked."""

    documents: Sequence[EvalDocument]
    """Held-out documents, to be scored."""
    openings: Sequence[Opening]
    """Beginnings of some of them, to go on with."""
    questions: Sequence[Questions]
    """Of benchmarks."""


def evaluate(
    section: EvaluateConfig,
    *,
    collect: Artifact,
    annotate: Artifact,
    curate: Artifact,
    train: Artifact,
    base: Artifact | None,
    work: Work,
) -> StageOutput:
    """Write `items.parquet`, `scores.parquet`, `gains.parquet` (empty without a base), `altered.parquet`,
    `positions.parquet` (schemas.POSITIONS) and `samples.parquet` (schemas.SAMPLES).

    With benchmarks, also `tasks/*.parquet` (schemas.TASK_ITEMS and so on).
    """
    pairs = list(zip(collect.parts["documents"], curate.parts["selection"], strict=True))
    parts = work.each(choose_shard_documents, pairs, section.max_bytes_per_lang, label="test documents")
    chosen = work.gather(choose_documents, parts, section.max_bytes_per_lang)
    documents = shards.read(chosen.file("documents.parquet")).to_pylist()
    check_not_empty(documents)
    section = choose_settings(section, work)
    folders = {"adapted": train.file("model")} if base is None else {"base": base.path, "adapted": train.file("model")}
    openings = list(choose_openings(documents, section.continuations, section.seed))
    readings = read_tasks(section, read_tiers(curate), work.reporter.say) if section.tasks else []
    asked = Asked(documents, openings, list_questions(readings))
    items, positions, written = measure_models(folders, asked, section, work)
    write_score_tables(items, section, work.out)
    shards.write(work.out / "positions.parquet", pa.Table.from_pylist(positions, schema=POSITIONS))
    shards.write(work.out / "samples.parquet", tabulate_continuations(openings, written))
    corpus = (collect, annotate, curate)
    tasks = run_recipe_tasks(section, readings, folders, corpus, work) if section.tasks else {}
    return StageOutput({**_sum_counts(parts, documents, items), "continuations": len(openings), **tasks})


def read_tiers(curate: Artifact) -> dict[str, str]:
    """The tier of each language of the corpus."""
    return {row["lang"]: row["tier"] for row in shards.read(curate.file("tiers.parquet")).to_pylist()}


def measure_models(
    folders: Mapping[str, Path], asked: Asked, section: EvaluateConfig, work: Work
) -> tuple[list[ScoredDocument], list[Row], dict[str, list[str]]]:
    """Ask one model after the other all there is to ask: its weights are read once, and gone before the next's.

    Returns the scores of documents, the rows of positions, and by model what it wrote behind the openings; answers to
    benchmarks are kept in the store.
    """
    items, positions, written = list[ScoredDocument](), list[Row](), dict[str, list[str]]()
    streams, fingerprints = choose_streams(folders, asked.documents, section), Fingerprints(work.root / CACHE)
    for name, folder in folders.items():
        backend = HuggingFace(folder, section, fingerprints)
        scorer = Scorer(backend.model)
        items += score_model(name, scorer, asked.documents, work)
        positions += measure_positions(name, scorer, streams)
        written[name] = write_continuations(backend, asked.openings, work.root, work.reporter, model=name)
        answer_questions(backend, asked.questions, work.root, work.reporter, model=name)
    fingerprints.save()
    return items, positions, written


def run_recipe_tasks(
    section: EvaluateConfig, readings: Sequence[Reading], folders: Mapping[str, Path],
    corpus: tuple[Artifact, Artifact, Artifact], work: Work,
) -> dict[str, int]:  # fmt: skip
    """Run the recipe's benchmarks on the run's models, which have answered, and on the further ones that it names.

    `corpus` is what collect, annotate and curate made.
    """
    models = name_models([*(f"{name}={folder}" for name, folder in folders.items()), *section.models])
    rows = run_benchmarks(
        section,
        readings,
        open_models(models, section, Fingerprints(work.root / CACHE)),
        read_tiers(corpus[2]),
        root=work.root,
        out=work.out,
        reporter=work.reporter,
        mark_clean=lambda items: mark_clean(items, *corpus),
    )
    return {f"benchmark {name}": count for name, count in rows.items()}


def choose_settings(section: EvaluateConfig, work: Work) -> EvaluateConfig:
    """The section with the precision that suits this machine, which is said and recorded."""
    choice = choose_precision(section.precision, choose_device(section.device, "evaluate"))
    work.record_choice("precision", choice)
    write_json(work.out / "settings.json", {"precision": choice.value})
    return section.model_copy(update={"precision": choice.value})


def check_not_empty(documents: Sequence[EvalDocument]) -> None:
    """SourceError when there is nothing to score."""
    if not documents:
        raise SourceError(
            "No document is in the test split, so nothing can be evaluated. Give the [curate] section a larger test "
            "share, or collect more text."
        )


def score_model(model: str, scorer: Scorer, documents: Sequence[EvalDocument], work: Work) -> Iterator[ScoredDocument]:
    """Score every document; chunks that an earlier run finished are read back."""
    # Weights are read at the first chunk that is missing: where all are there, the tokenizer will do.
    texts = scorer.encode([row["text"] for row in documents])
    chunks, total = scorer.plan(texts), np.zeros(len(texts))
    with work.reporter.track(f"evaluate: {model}", sum(len(chunk) for chunk in chunks)) as track:
        for number, windows in enumerate(chunks):
            # Named for the precision too: another machine may choose another one for the same recipe.
            path = work.scratch / f"{model}-{scorer.model.section.precision}-windows-{number:06}.parquet"
            if not path.exists():
                costs = scorer.cost(texts, windows)
                with replace_file(path) as temporary:
                    shards.write(temporary, pa.table([list(costs), list(costs.values())], schema=COSTS))
            table = shards.read(path)
            np.add.at(total, table["document"].to_numpy(), table["nats"].to_numpy())
            track.advance(len(windows))
    for row, text, nats in zip(documents, texts, total.tolist(), strict=True):
        yield ScoredDocument(**row, model=model, nats=nats, tokens=len(text.ids) - 1, altered=text.altered)


def write_score_tables(items: Sequence[ScoredDocument], section: EvaluateConfig, out: Path) -> None:
    """Write what was measured, and which documents a tokenizer did not give back as they were."""
    table = pa.Table.from_pylist(list(items), schema=PARTS)
    shards.write(out / "items.parquet", table.select(ITEMS.names))
    shards.write(out / "scores.parquet", tabulate_scores(items, section))
    shards.write(out / "gains.parquet", tabulate_gains(items, section))
    shards.write(out / "altered.parquet", table.filter(table["altered"]).select(["model", "lang", "domain", "id"]))


def _sum_counts(
    parts: Sequence[Artifact], documents: Sequence[EvalDocument], items: Sequence[ScoredDocument]
) -> dict[str, int]:
    documents_in = sum(part.counts["test"] for part in parts)
    empty = sum(part.counts["empty"] for part in parts)
    models = dict.fromkeys(row["model"] for row in items)
    return {
        "rows_in": documents_in,
        "rows_out": len(documents),
        "dropped: empty": empty,
        "dropped: beyond max_bytes_per_lang": documents_in - empty - len(documents),
        "languages_measured": count_languages(measured_languages(items)),
        **{f"altered by the {model} tokenizer": _count_altered(items, model) for model in models},
        **{f"tokens, {model}": sum(row["tokens"] for row in items if row["model"] == model) for model in models},
    }


def _count_altered(items: Sequence[ScoredDocument], model: str) -> int:
    return sum(row["altered"] for row in items if row["model"] == model)
