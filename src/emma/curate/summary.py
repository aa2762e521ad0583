"""The tables that stand beside the selection, for people and for later stages.

`limits`, `clusters`, `boilerplate`; `languages`, documents and bytes by what became of them; `scripts`, by how they are
written; `contamination`, benchmarks that the corpus has met; `tiers`, how much of each language is kept; `flags`.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from emma.curate import flags
from emma.curate.config import CurateConfig
from emma.curate.inputs import Inputs
from emma.curate.parallel import PARALLEL, benchmark_pairs
from emma.curate.tallies import LANGUAGES, SCRIPTS, add_up, add_up_files, count_hits, report
from emma.curate.tiers import SIZES, measure_sizes, tiers
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import Work

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Decided:
    """What the stage found out."""

    inputs: Inputs
    selection: Sequence[Artifact]
    """Shard for shard like the inputs."""
    limits: Artifact
    settled: Artifact
    boilerplate: pa.Table


def summarise(section: CurateConfig, decided: Decided, collect: Artifact, annotate: Artifact, work: Work) -> Rows:
    """Write all tables; returns the rows of `languages`."""
    shutil.copyfile(decided.limits.file("limits.parquet"), work.out / "limits.parquet")
    shutil.copyfile(decided.settled.file("clusters.parquet"), work.out / "clusters.parquet")
    tables = {
        "boilerplate": decided.boilerplate,
        "languages": add_up_files(decided.selection, "tally.parquet", LANGUAGES, 2),
        "scripts": add_up_files(decided.selection, "scripts.parquet", SCRIPTS, 2),
        "contamination": contamination(decided, annotate, work),
        "tiers": tier_table(section, decided, collect, work),
    }
    tables["flags"] = flags.table(all_flags(section, decided, tables))
    for name, table in tables.items():
        shards.write(work.out / f"{name}.parquet", table)
    rows: Rows = tables["languages"].to_pylist()
    return rows


def contamination(decided: Decided, annotate: Artifact, work: Work) -> pa.Table:
    """What the corpus has met of the benchmarks; empty where none was named."""
    if decided.inputs.contamination is None:
        return report([], None)
    facts = list(zip(decided.inputs.documents, decided.inputs.contamination, decided.selection, strict=True))
    return report(work.each(count_hits, facts), shards.read(annotate.file("benchmarks.parquet")))


def tier_table(section: CurateConfig, decided: Decided, collect: Artifact, work: Work) -> pa.Table:
    """How much of each language is kept, in words and in fair words."""
    parts = work.each(
        measure_sizes, list(zip(*zip(*decided.inputs.pairs, strict=True), decided.selection, strict=True))
    )
    sizes = add_up_files(parts, "sizes.parquet", SIZES, 3)
    parallel = [add_up_files(parts, "parallel.parquet", PARALLEL, 6)]
    if benchmarks := collect.parts.get("benchmarks"):
        parallel.append(shards.read(work.gather(benchmark_pairs, benchmarks).file("parallel.parquet")))
    return tiers(sizes, add_up(parallel, PARALLEL, 6), section.premiums, section.min_parallel)


def all_flags(section: CurateConfig, decided: Decided, tables: dict[str, pa.Table]) -> Iterator[flags.Flag]:
    """Everything that a person should know."""
    limits = shards.read(decided.limits.file("limits.parquet")).to_pylist()
    langs = sorted(set(tables["languages"]["lang"].to_pylist()))
    yield from flags.limit_flags(limits)
    yield from flags.kept_flags(tables["languages"].to_pylist())
    yield from flags.train_flags(tables["languages"].to_pylist())
    yield from flags.drop_flags(tables["languages"].to_pylist())
    yield from flags.script_flags(tables["scripts"].to_pylist())
    yield from flags.premium_flags(tables["tiers"].to_pylist())
    yield from flags.macro_flags(langs)
    yield from flags.benchmark_flags(tables["contamination"].to_pylist())
    if decided.inputs.identified is not None:
        yield from flags.lid_flags(limits, langs)
    if section.decontaminate and decided.inputs.contamination is None:
        yield flags.ALL, "no benchmark was named in [[collect.benchmarks]], so nothing is checked against any"
    elif decided.inputs.contamination is not None and not section.decontaminate:
        yield flags.ALL, "documents that are in benchmarks are kept: curate.decontaminate is off"
