"""The curate stage: every document gets a split or a drop reason.

Annotations suffice: text is opened only to verify near duplicates and to size up pairs of translations. Only hashes
and set numbers are ever held for the whole corpus, some 40 bytes a document.
"""

import math

from emma.curate.config import CurateConfig
from emma.curate.duplicates.find import find_duplicates
from emma.curate.inputs import CurateInputs, as_collected
from emma.curate.quality.agreement import score_shards
from emma.curate.quality.boilerplate import find_boilerplate
from emma.curate.quality.faults import find_faults
from emma.curate.quality.features import count_features
from emma.curate.quality.guard import guard_over_filtering
from emma.curate.quality.limits import LimitSettings, choose_limits
from emma.curate.splits.assign import assign_splits
from emma.curate.splits.columns import AssignSettings
from emma.curate.splits.decide import decide, drop_shard, sum_counts
from emma.curate.summary import Decisions, write_tables
from emma.curate.withdraw import Wishes, mark_documents, withdrawn_table
from emma.errors import RecipeError
from emma.lang.coverage import REMOVED, count_languages, kept_languages
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import StageOutput, Work

BUCKET_BYTES = 32_000_000
"""Bytes of text whose documents share a bucket, at least."""


def curate(section: CurateConfig, *, collect: Artifact, annotate: Artifact, work: Work) -> StageOutput:
    """Select documents. Returns the part `selection`, shard for shard and row for row like `documents`.

    Beside it stand the tables of `summary`. Raises RecipeError when rules drop too much of a language.
    """
    sources = shards.read(collect.file("sources.parquet"), ["source"])["source"].to_pylist()
    wishes = Wishes.of(section, sources)
    # A source that is removed is as if the recipe did not have it: it has no part in limits or among duplicates.
    inputs, gone = CurateInputs.of(collect, annotate).divide(wishes.sources)
    refuse_nothing(inputs, wishes)

    # Quality: each language's own distribution says what is unusual in it.
    scores = score_shards(inputs, annotate, work)
    measures = list(zip(inputs.documents, inputs.annotations, scores, strict=True))
    parts = work.each(count_features, measures, section.lid.short_chars)
    limits = work.gather(choose_limits, parts, LimitSettings.of(section))
    faults = work.each(find_faults, measures, limits, section.short_chars, section.lid.short_chars)
    guard_over_filtering(faults, measures, limits, section)

    # Duplicates, and lines that stand in too many documents.
    buckets = choose_buckets(work, section.buckets)
    sets = find_duplicates(inputs.pairs, work, buckets=buckets, near_threshold=section.near_threshold)
    boilerplate = find_boilerplate(
        inputs.pairs,
        work,
        buckets=buckets,
        min_documents=section.boilerplate_documents,
        min_share=section.boilerplate_share,
    )
    # A list of absences, so that `zip` keeps one shape whether or not the recipe asks for them.
    absent: list[Artifact | None] = [None] * len(measures)
    lines = boilerplate.lines if section.drop_boilerplate else absent

    # Splits: a good document that is in no benchmark and no copy of a better one stays; whole clusters are held out.
    marks = mark_documents(inputs, wishes.rules, work)
    hits = inputs.contamination if section.decontaminate and inputs.contamination else absent
    facts = list(zip(inputs.documents, inputs.annotations, faults, hits, marks, strict=True))
    assigned = work.gather(assign_splits, facts, sets, AssignSettings.of(section))
    starts = [sum(part.counts["rows"] for part in faults[:number]) for number in range(len(faults))]
    judged = list(zip(inputs.documents, inputs.annotations, lines, starts, strict=True))
    selection = work.each(decide, judged, assigned, sets)
    dropped = work.each(drop_shard, gone.pairs, REMOVED)

    withdrawn = withdrawn_table([part for part in marks if part is not None], gone)
    decisions = Decisions(inputs, selection, dropped, withdrawn, limits, assigned, boilerplate.table)
    languages = write_tables(section, decisions, collect, annotate, work)
    counts = {
        "languages_kept": count_languages(kept_languages(languages)),
        **sum_counts([part.counts for part in (*selection, *dropped)]),
    }
    return StageOutput(counts, {"selection": as_collected((inputs, selection), (gone, dropped))})


def refuse_nothing(inputs: CurateInputs, wishes: Wishes) -> None:
    """RecipeError where nothing is left to curate."""
    if wishes.sources and not inputs.documents:
        raise RecipeError(
            f"Every source of this recipe was removed: {', '.join(sorted(wishes.sources))}. `emma remove --list` shows "
            "why; add another source, or undo a removal with `emma remove --undo --source NAME`."
        )


def choose_buckets(work: Work, most: int) -> int:
    """Pieces in which duplicates are sought: with little text, more of them cost more than they save in memory."""
    if work.is_light or work.bytes_in is None:
        return 1 if work.is_light else most
    return min(most, max(2, math.ceil(work.bytes_in / BUCKET_BYTES)))
