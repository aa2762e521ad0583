"""The release: a model folder and a corpus folder that other tools load, each with a card, and proof that they do."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from emma.config.extras import need
from emma.errors import RecipeError
from emma.lang.coverage import (
    Labels,
    count_coverage,
    explain_differences,
    kept_languages,
    released_languages,
    removed_sources,
)
from emma.release.base import NAMELESS, is_nameless
from emma.release.cards import LANGUAGES_FILE, render_corpus_card, render_language_list, render_model_card
from emma.release.config import ReleaseConfig
from emma.release.corpus import SCHEMA
from emma.release.corpus_checks import check_corpus
from emma.release.facts import gather_facts
from emma.release.generations import FOLDER, write_generations
from emma.release.ledger import LEDGER_FILE, make_ledger, write_ledger
from emma.release.model_checks import check_model
from emma.schemas import SPLITS, Row
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.files import write_json
from emma.wording import suggest
from emma.work.by_language import Choice, assemble_corpus, bucket_by_language, write_languages
from emma.work.work import StageOutput, Work


def release(
    section: ReleaseConfig,
    *,
    collect: Artifact,
    curate: Artifact,
    vocab: Artifact,
    mix: Artifact,
    train: Artifact,
    evaluate: Artifact,
    report: Artifact,
    pack: Artifact | None = None,
    base: Artifact | None = None,
    work: Work,
) -> StageOutput:
    """Write `model/`, with the report's `languages.csv` and the ledger, `corpus/`, `evaluation/` and `checks.json`.

    Raises RecipeError for an excluded source that does not exist, ArtifactError when a check fails.
    """
    for package, extra in (("jinja2", "report"), ("datasets", "train"), ("transformers", "train"), ("torch", "train")):
        need(package, extra)
    collected = shards.read(collect.file("sources.parquet")).to_pylist()
    curated = shards.read(curate.file("languages.parquet")).to_pylist()
    refuse_unknown(section, [source["source"] for source in collected])
    sources = [source for source in collected if source["source"] not in removed_sources(curated)]
    refuse_private(sources)
    section = section.model_copy(update={"exclude_sources": list_withheld(section, sources)})
    model, corpus = work.out / "model", work.out / "corpus"
    write_model(section, train, report, model)
    if section.ledger and pack is not None:
        parts = make_ledger(collect=collect, curate=curate, pack=pack, mix=mix, train=train, work=work)
        write_ledger(parts, model / LEDGER_FILE)
    sizes, counts = write_corpus(section, collect, curate, corpus, work)
    withheld = count_withheld(curated, sources, section.exclude_sources)
    if withheld:
        work.reporter.say(f"  release: {describe_withheld(withheld)}")

    languages = find_release_coverage(curated, sizes.to_pylist())
    made_of = {"collect": collect, "curate": curate, "vocab": vocab, "mix": mix, "train": train, "evaluate": evaluate}
    facts = gather_facts(
        section,
        curate=curate,
        vocab=vocab,
        report=report,
        sizes=sizes,
        model=model,
        base=base,
        sources=sources,
        addresses={stage: artifact.key for stage, artifact in {**made_of, "report": report}.items()},
        languages=languages,
    )
    if base is not None and is_nameless(base.path, facts.base):
        work.reporter.say(f"  release: {NAMELESS}")
    (model / "README.md").write_text(render_model_card(facts), encoding="utf-8")
    (corpus / "README.md").write_text(render_corpus_card(facts), encoding="utf-8")
    if facts.sizes:
        (corpus / LANGUAGES_FILE).write_text(render_language_list(facts), encoding="utf-8")
    written = (
        write_generations(section, evaluate, report, work.out / FOLDER, sources=sources) if section.generations else {}
    )
    with without_progress_bars():
        checks = {
            "withheld": withheld,
            "languages": {**count_coverage(languages), "differences": explain_differences(languages)},
            **({FOLDER: written} if written else {}),
            "model": check_model(model, train.file("model"), vocab, find_dtype(section)),
            "corpus": check_corpus(corpus, curated, section.exclude_sources, sizes.to_pylist(), work.scratch),
        }
    write_json(work.out / "checks.json", checks)
    return StageOutput({**count_coverage(languages), **counts})


def write_model(section: ReleaseConfig, train: Artifact, report: Artifact, folder: Path) -> None:
    """Write the model's folder but for its card; no links, as the folder is moved and uploaded as it is."""
    from emma.models.resave import copy_model

    copy_model(train.file("model"), folder, dtype=find_dtype(section), shard_size=section.shard_size)
    shutil.copyfile(report.file("languages.csv"), folder / "languages.csv")


def find_dtype(section: ReleaseConfig) -> str | None:
    """The type of all released weights; None where each keeps its own."""
    return None if section.dtype == "trained" else section.dtype


def write_corpus(
    section: ReleaseConfig, collect: Artifact, curate: Artifact, folder: Path, work: Work
) -> tuple[pa.Table, dict[str, int]]:
    """Write the corpus's folder but for its card; returns the sizes of its files, and the counts of rows."""
    shard_pairs = zip(collect.parts["documents"], curate.parts["selection"], strict=True)
    choice = Choice(columns=tuple(SCHEMA.names), without_sources=section.exclude_sources, mask=section.mask)
    buckets = work.scatter(bucket_by_language, shard_pairs, section.buckets, choice)
    return assemble_corpus(work.each(write_languages, buckets), folder), sum_bucket_counts(buckets[0][1])


def find_release_coverage(curated: Sequence[Row], sizes: Sequence[Row]) -> dict[str, Labels]:
    """The languages that are kept, and those that are released."""
    return {"kept": kept_languages(curated), "released": released_languages(sizes)}


def sum_bucket_counts(parts: tuple[Artifact, ...]) -> dict[str, int]:
    """The counts of the scattering tasks, in all."""
    rows, released = (sum(part.counts[name] for part in parts) for name in ("rows_in", "rows_out"))
    return {"rows_in": rows, "rows_out": released, "dropped: excluded source": rows - released}


def list_withheld(section: ReleaseConfig, sources: Sequence[Row]) -> tuple[str, ...]:
    """The sources whose text is not released: those that the recipe names, and those not declared public."""
    not_public = {source["source"] for source in sources if source["redistribution"] != "public"}
    named = {source["source"] for source in sources} & {*section.exclude_sources}
    return tuple(sorted(not_public | named))


def count_withheld(
    curated: Sequence[Row], sources: Sequence[Row], withheld: Sequence[str]
) -> dict[str, dict[str, object]]:
    """Kept documents of each source whose text is not released, and why: its redistribution class."""
    classes = {source["source"]: source["redistribution"] for source in sources}
    counts = dict.fromkeys(withheld, 0)
    for row in curated:
        if row["source"] in counts and row["outcome"] in SPLITS:
            counts[row["source"]] += row["documents"]
    return {name: {"redistribution": classes[name], "documents": counts[name]} for name in withheld if name in classes}


def describe_withheld(withheld: Mapping[str, Mapping[str, object]]) -> str:
    """What is withheld, in a line."""
    named = (
        f"{name} ({facts['documents']:,} documents, {facts['redistribution']})" for name, facts in withheld.items()
    )
    return f"the model was trained on these, and their text is withheld: {', '.join(named)}"


def refuse_private(sources: Sequence[Row]) -> None:
    """RecipeError where a source is private: not even what was made from it may be released."""
    if private := [source["source"] for source in sources if source["redistribution"] == "private"]:
        raise RecipeError(
            f"'{private[0]}' is declared `redistribution = \"private\"`, so no model trained on it may be released. "
            'Run without that source, stop before this stage (--until report), or declare it "derived" if its owner '
            "lets models go out but not the text."
        )


def refuse_unknown(section: ReleaseConfig, sources: list[str]) -> None:
    """RecipeError for the name of a source that is not in the corpus: it would be released by a slip."""
    for name in section.exclude_sources:
        if name not in sources:
            hint = suggest(name, sources)
            raise RecipeError(f"release.exclude_sources names '{name}', which is no source of this recipe. {hint}")


@contextmanager
def without_progress_bars() -> Iterator[None]:
    """No bars of `datasets` and `transformers` inside, where EMMA has its own; afterwards they are as they were."""
    datasets = need("datasets", "train")
    logging = need("transformers", "train").utils.logging
    had_datasets, had_transformers = not datasets.are_progress_bars_disabled(), logging.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if had_datasets:
            datasets.enable_progress_bars()
        if had_transformers:
            logging.enable_progress_bar()
