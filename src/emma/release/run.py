"""The release: a model folder and a corpus folder that other tools load, each with a card, and proof that they do."""

import difflib
import shutil
from collections.abc import Mapping, Sequence
from typing import Any

from emma.config.extras import need
from emma.errors import RecipeError
from emma.lang import coverage
from emma.release.cards import corpus_card, model_card
from emma.release.config import ReleaseConfig
from emma.release.corpus import assemble, by_language, write_languages
from emma.release.corpus_checks import check_corpus
from emma.release.facts import gather
from emma.release.model_checks import check_model
from emma.release.quiet import quiet
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.files import write_json
from emma.work.work import StageOutput, Work


def release(
    section: ReleaseConfig,
    *,
    collect: Artifact,
    curate: Artifact,
    vocab: Artifact,
    mix: Artifact,  # noqa: ARG001 - its numbers come through the report
    train: Artifact,
    evaluate: Artifact,  # noqa: ARG001 - its numbers come through the report
    report: Artifact,
    work: Work,
) -> StageOutput:
    """Write `model/`, with the report's `languages.csv`, `corpus/` and `checks.json`.

    Raises RecipeError for an excluded source that does not exist, ArtifactError when a check fails.
    """
    for package, extra in (("jinja2", "report"), ("datasets", "train"), ("transformers", "train")):
        need(package, extra)
    sources = shards.read(collect.file("sources.parquet")).to_pylist()
    refuse_unknown(section, [each["source"] for each in sources])
    refuse_private(sources)
    section = section.model_copy(update={"exclude_sources": withheld(section, sources)})
    model, corpus = work.out / "model", work.out / "corpus"
    shutil.copytree(train.file("model"), model)
    shutil.copyfile(report.file("languages.csv"), model / "languages.csv")
    shard_pairs = zip(collect.parts["documents"], curate.parts["selection"], strict=True)
    buckets = work.scatter(by_language, shard_pairs, section.buckets, section.exclude_sources)
    sizes = assemble(work.each(write_languages, buckets), corpus)

    languages = counted(shards.read(curate.file("languages.parquet")).to_pylist(), sizes.to_pylist())
    facts = gather(
        section,
        collect=collect,
        curate=curate,
        vocab=vocab,
        report=report,
        sizes=sizes,
        model=model,
        languages=languages,
    )
    (model / "README.md").write_text(model_card(facts), encoding="utf-8")
    (corpus / "README.md").write_text(corpus_card(facts), encoding="utf-8")

    with quiet():
        checks: dict[str, Any] = {
            "languages": {**coverage.count_coverage(languages), "differences": coverage.explain_differences(languages)},
            "model": check_model(model, train.file("model"), vocab),
            "corpus": check_corpus(
                corpus,
                curated=shards.read(curate.file("languages.parquet")).to_pylist(),
                exclude=section.exclude_sources,
                sizes=sizes.to_pylist(),
                scratch=work.scratch,
            ),
        }
    write_json(work.out / "checks.json", checks)
    return StageOutput({**coverage.count_coverage(languages), **counts(buckets[0][1])})


def counted(curated: Sequence[Mapping[str, Any]], sizes: Sequence[Mapping[str, Any]]) -> dict[str, coverage.Labels]:
    """The languages that are kept, and those that are released."""
    return {"kept": coverage.kept_languages(curated), "released": coverage.released_languages(sizes)}


def counts(parts: tuple[Artifact, ...]) -> dict[str, int]:
    """What the scattering tasks counted, in all."""
    names = ("rows_in", "rows_out", "dropped: excluded source")
    return {name: sum(part.counts[name] for part in parts) for name in names}


def withheld(section: ReleaseConfig, sources: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The sources whose text stays in the house: those that the recipe names, and those not declared public."""
    kept_in = {each["source"] for each in sources if each["redistribution"] != "public"}
    return tuple(sorted(kept_in | set(section.exclude_sources)))


def refuse_private(sources: Sequence[Mapping[str, Any]]) -> None:
    """RecipeError where a source is private: not even what was made from it may leave the house."""
    if private := [each["source"] for each in sources if each["redistribution"] == "private"]:
        raise RecipeError(
            f"'{private[0]}' is declared `redistribution = \"private\"`, so no model trained on it may be released. "
            'Run without that source, stop before this stage (--until report), or declare it "derived" if its owner '
            "lets models go out but not the text."
        )


def refuse_unknown(section: ReleaseConfig, sources: list[str]) -> None:
    """RecipeError for the name of a source that is not in the corpus: it would be released by a slip."""
    for name in section.exclude_sources:
        if name not in sources:
            near = difflib.get_close_matches(name, sources, n=1)
            hint = f"Did you mean '{near[0]}'?" if near else f"Sources: {', '.join(sources)}."
            raise RecipeError(f"release.exclude_sources names '{name}', which is no source of this recipe. {hint}")
