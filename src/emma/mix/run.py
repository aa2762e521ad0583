"""The mix stage: from what was packed to a plan of how many samples each language and domain gives."""

import json
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from emma.lang.coverage import count_languages, planned_languages, trained_languages
from emma.mix.config import MixConfig
from emma.mix.plan import StagePlan, plan_mix
from emma.mix.sources import Floats, read_training_rows
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.files import read_json
from emma.tokens.packing import BINS, pack_source
from emma.work.work import StageOutput, Work


def mix(section: MixConfig, *, pack: Artifact, work: Work) -> StageOutput:
    """Write `plan.parquet`, one row a stage and source (schemas.PLAN), and `plan.json`, which training reads beside it.

    With best-fit packing, the parts named `bins` say what each source's sequences hold. Raises RecipeError when there
    is nothing to train on, the recipe names what is not there, or the data do not suffice.
    """
    rows = read_training_rows(pack)
    bins = pack_sources(section, rows, pack, work)
    plan = plan_mix(section, rows, count_epoch_tokens(section, rows, bins))
    shards.write(work.out / "plan.parquet", plan.table)
    facts = summarise_plan(section, plan.stages) | read_json(pack.file("pack.json"))
    # not by write_json: a stage may be named in any script, and plans have always had ASCII escapes
    (work.out / "plan.json").write_text(json.dumps(facts, indent=1, sort_keys=True), encoding="utf-8")
    plan_rows = plan.table.to_pylist()
    drawn = sum(stage.samples for stage in plan.stages)
    counts = {
        "sources": len(plan.sources),
        "languages_planned": count_languages(planned_languages(plan_rows)),
        "languages_trained": count_languages(trained_languages(plan_rows)),
        "samples": facts["samples"],
        "tokens": facts["tokens"],
        "sources_left_out": int(np.count_nonzero(np.equal(drawn, 0))),
    }
    return StageOutput(counts, {BINS: bins} if bins else {})


def pack_sources(section: MixConfig, rows: pa.Table, pack: Artifact, work: Work) -> list[Artifact]:
    """Pack each source's documents by best fit; the list is empty where documents are concatenated."""
    if section.packing == "concatenate":
        return []
    items = [(pack.parts["packed"][row["part"]], row["path"]) for row in rows.to_pylist()]
    return work.each(pack_source, items, section.sequence_length)


def count_epoch_tokens(section: MixConfig, rows: pa.Table, bins: Sequence[Artifact]) -> Floats:
    """Tokens that one epoch of each source takes in training: with its padding, where there is any (sources,)."""
    if not bins:
        return np.asarray(rows["tokens"], dtype=np.float64)
    # A small source is packed in several passes together, so an epoch may be a broken number of sequences.
    sequences = [part.counts["sequences"] / part.counts["passes"] for part in bins]
    return np.array(sequences) * section.sequence_length


def summarise_plan(section: MixConfig, stages: Sequence[StagePlan]) -> dict[str, object]:
    """The totals of the whole mix, for `plan.json`."""
    samples = [{"name": stage.name, "samples": int(stage.samples.sum())} for stage in stages]
    total = sum(int(stage.samples.sum()) for stage in stages)
    return {
        "sequence_length": section.sequence_length,
        "samples": total,
        "tokens": total * section.sequence_length,
        "seed": section.seed,
        "packing": section.packing,
        "stages": samples,
    }
