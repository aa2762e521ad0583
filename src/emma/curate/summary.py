"""The tables that stand beside the selection, for people and for later stages.

`limits`, `clusters`, `boilerplate`; `languages`, documents and bytes by what became of them; `scripts`, by how they are
written; `contamination`, benchmarks that the corpus has met; `tiers`, how much of each language is kept; `personal`,
personal data in what is kept; `withdrawn`, what was left out at whose wish; `flags`.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from emma.curate import flags
from emma.curate.config import CurateConfig
from emma.curate.flags import Row
from emma.curate.inputs import CurateInputs
from emma.curate.parallel import PARALLEL, compare_benchmarks
from emma.curate.tallies import (
    LANGUAGES,
    PERSONAL_DATA,
    SCRIPTS,
    add_up,
    add_up_files,
    count_hits,
    report_contamination,
)
from emma.curate.tiers import SIZES, measure_sizes, tier_table
from emma.lang.coverage import drop_other_languages
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import Work


@dataclass(frozen=True)
class Decisions:
    """The results of the stage that its tables are made from."""

    inputs: CurateInputs
    selection: Sequence[Artifact]
    """Shard for shard like the inputs."""
    dropped: Sequence[Artifact]
    """The selections of shards that are left out whole, and are none of the inputs."""
    withdrawn: pa.Table
    limits: Artifact
    assigned: Artifact
    boilerplate: pa.Table


def write_tables(
    section: CurateConfig, decisions: Decisions, collect: Artifact, annotate: Artifact, work: Work
) -> list[Row]:
    """Write all tables; returns the rows of `languages`."""
    shutil.copyfile(decisions.limits.file("limits.parquet"), work.out / "limits.parquet")
    shutil.copyfile(decisions.assigned.file("clusters.parquet"), work.out / "clusters.parquet")
    tables = {
        "boilerplate": decisions.boilerplate,
        "languages": add_up_files([*decisions.selection, *decisions.dropped], "tally.parquet", LANGUAGES, 2),
        "personal": add_up_files(decisions.selection, "personal.parquet", PERSONAL_DATA, 6),
        "withdrawn": decisions.withdrawn,
        "scripts": add_up_files(decisions.selection, "scripts.parquet", SCRIPTS, 2),
        "contamination": contamination_table(decisions, annotate, work),
        "tiers": measure_tiers(section, decisions, collect, work),
    }
    # Flags come last: they are read off the other tables.
    tables["flags"] = flags.flag_table(all_flags(section, decisions, tables))
    for name, table in tables.items():
        shards.write(work.out / f"{name}.parquet", table)
    rows: list[Row] = tables["languages"].to_pylist()
    return rows


def contamination_table(decisions: Decisions, annotate: Artifact, work: Work) -> pa.Table:
    """Make the table of benchmarks that stand in the corpus; empty where none was named."""
    if decisions.inputs.contamination is None:
        return report_contamination([], None)
    facts = list(zip(decisions.inputs.documents, decisions.inputs.contamination, decisions.selection, strict=True))
    return report_contamination(work.each(count_hits, facts), shards.read(annotate.file("benchmarks.parquet")))


def measure_tiers(section: CurateConfig, decisions: Decisions, collect: Artifact, work: Work) -> pa.Table:
    """Measure how much of each language is kept, in words and in fair words."""
    parts = work.each(
        measure_sizes, list(zip(*zip(*decisions.inputs.pairs, strict=True), decisions.selection, strict=True))
    )
    sizes = add_up_files(parts, "sizes.parquet", SIZES, 3)
    # Both kinds of parallel text go into one table: `tier_table` prefers benchmarks.
    parallel = [add_up_files(parts, "parallel.parquet", PARALLEL, 6)]
    if benchmarks := collect.parts.get("benchmarks"):
        parallel.append(shards.read(work.gather(compare_benchmarks, benchmarks).file("parallel.parquet")))
    return tier_table(sizes, add_up(parallel, PARALLEL, 6), section.premiums, section.min_parallel)


def all_flags(section: CurateConfig, decisions: Decisions, tables: dict[str, pa.Table]) -> Iterator[flags.Flag]:
    """Everything that a person should know before trusting a language's numbers; of those that are kept alone."""
    tally = tables["languages"].to_pylist()
    languages = drop_other_languages(tally)
    langs = sorted({row["lang"] for row in languages})
    others = {row["lang"] for row in tally} - {*langs}
    found = _list_flags(section, decisions, tables, languages, langs)
    yield from (flag for flag in found if flag[0] not in others)


def _list_flags(
    section: CurateConfig, decisions: Decisions, tables: dict[str, pa.Table], languages: list[Row], langs: list[str]
) -> Iterator[flags.Flag]:
    limits = shards.read(decisions.limits.file("limits.parquet")).to_pylist()
    yield from flags.limit_flags(limits)
    yield from flags.kept_flags(languages)
    yield from flags.train_flags(languages)
    yield from flags.drop_flags(languages)
    yield from flags.script_flags(tables["scripts"].to_pylist())
    yield from flags.premium_flags(tables["tiers"].to_pylist())
    yield from flags.macro_flags(langs)
    yield from flags.benchmark_flags(tables["contamination"].to_pylist())
    yield from flags.withdrawn_flags(decisions.withdrawn.to_pylist())
    if decisions.inputs.identified is not None:
        yield from flags.lid_flags(limits, langs)
    if section.decontaminate and decisions.inputs.contamination is None:
        yield flags.ALL, "no benchmark was named in [[collect.benchmarks]], so nothing is checked against any"
    elif decisions.inputs.contamination is not None and not section.decontaminate:
        yield flags.ALL, "documents that are in benchmarks are kept: curate.decontaminate is off"
