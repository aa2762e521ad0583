"""The curate stage: every document gets a split or a drop reason.

Text is not opened here: annotations suffice. Only hashes and set numbers are ever held for the whole corpus, some 40
bytes a document.
"""

import shutil

from emma.curate.config import CurateConfig
from emma.curate.decide import add_up, decide, sum_counts
from emma.curate.duplicates import bucket_pairs, connect_pairs, scatter_keys
from emma.curate.faults import find_faults
from emma.curate.flags import flags
from emma.curate.guard import guard_over_filtering
from emma.curate.limits import LimitSettings, choose_limits, histograms
from emma.curate.settle import SplitSettings, settle
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import Made, Work


def curate(section: CurateConfig, *, collect: Artifact, annotate: Artifact, work: Work) -> Made:
    """Select documents. Returns the part `selection`, shard for shard and row for row like `documents`.

    Beside it stand `limits.parquet`, `languages.parquet` (documents and bytes by what became of them),
    `clusters.parquet` (duplicates) and `flags.parquet`. Raises RecipeError when rules drop too much of a language.
    """
    pairs = list(zip(collect.parts["documents"], annotate.parts["annotations"], strict=True))

    # Quality: each language's own distribution says what is unusual in it.
    parts = work.each(histograms, pairs)
    limits = work.gather(choose_limits, parts, LimitSettings.of(section))
    faults = work.each(find_faults, pairs, limits, section.short_chars)
    guard_over_filtering(faults, pairs, limits, min_documents=section.min_documents, max_drop=section.max_drop)

    # Duplicates: candidates share a hash bucket, pairs are verified, sets are connected.
    buckets = work.scatter(scatter_keys, pairs, section.buckets)
    found = work.each(bucket_pairs, buckets, section.near_threshold)
    starts = [sum(part.counts["rows"] for part in faults[:number]) for number in range(len(faults) + 1)]
    sets = work.gather(connect_pairs, found, starts[-1])

    # Splits: the first good document of each set stays, and whole clusters are held out.
    facts = [(*pair, fault) for pair, fault in zip(pairs, faults, strict=True)]
    settled = work.gather(settle, facts, sets, SplitSettings.of(section))
    selection = work.each(decide, list(zip(pairs, starts, strict=False)), settled, sets)

    languages = add_up([shards.read(part.file("tally.parquet")) for part in selection])
    shards.write(work.out / "languages.parquet", languages)
    shutil.copyfile(limits.file("limits.parquet"), work.out / "limits.parquet")
    shutil.copyfile(settled.file("clusters.parquet"), work.out / "clusters.parquet")
    shards.write(work.out / "flags.parquet", flags(shards.read(limits.file("limits.parquet")), languages))
    return Made(sum_counts([part.counts for part in selection]), {"selection": selection})
