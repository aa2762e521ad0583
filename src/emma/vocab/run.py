"""The vocab stage: new pieces for what the base tokenizer spells at length, and what each language then costs."""

import shutil
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from emma.config.extras import need
from emma.errors import RecipeError
from emma.store import shards
from emma.store.artifact import Artifact
from emma.vocab.config import VocabConfig
from emma.vocab.sample import SamplePlan, count_words, measure_text, plan_held_out_sample, plan_training_sample
from emma.work.work import StageOutput, Work

EXPANSION_FILES = ("pieces.parquet", "vocab.json", "frozen.json", "rejected.parquet")
"""Files that the stage takes over from the task `expand`, beside the tokenizer, as far as they are there."""


def vocab(
    section: VocabConfig, *, collect: Artifact, curate: Artifact, base: Artifact | None, work: Work
) -> StageOutput:
    """Write `tokenizer/`, `vocab.json`, `pieces.parquet` and `fertility.parquet` (schemas.FERTILITY), and with
    `freeze_base` what that costs.

    Ids of the base stay as they are and new ones follow. Raises RecipeError when there is neither a base nor anything
    to add, when the base has a tokenizer that cannot be expanded, when there is no training text to learn from or to
    freeze, or when the method cannot freeze.
    """
    check_settings(section, base)
    need("tokenizers", "train")
    from emma.vocab.expand import expand, open_base
    from emma.vocab.fertility import count_tokens, sum_fertility
    from emma.vocab.folder import list_switched_off
    from emma.vocab.freeze import find_frozen_text, record_changes

    start = open_base(base.path if base is not None else None, section)
    report_switched_off(list_switched_off(base.path if base is not None else None), work)
    documents = tuple(zip(collect.parts["documents"], curate.parts["selection"], strict=True))
    measured = shards.read_all(part.file("bytes.parquet") for part in work.each(measure_text, documents))
    plan = plan_sample(section, measured)
    counted = work.each(count_words, documents, plan, start.word_rules) if plan else []
    frozen = find_frozen_text(section, documents, plan, base)
    noted = tuple(frozen.note_neighbours(work)) if frozen is not None else ()
    expansion = work.gather(expand, counted, section, base, noted)
    # Measured on held-out text where there is any: on the sample itself the new pieces would look too good.
    held_out = plan_held_out_sample(measured, section.fertility_bytes)
    costs = work.each(count_tokens, documents, held_out, expansion, base)
    shutil.copytree(expansion.file("tokenizer"), work.out / "tokenizer")
    for name in EXPANSION_FILES:
        if (path := expansion.find(name)) is not None:
            shutil.copyfile(path, work.out / name)
    if frozen is not None:
        record_changes(frozen.count_changes(expansion, work), section, work.out / "frozen.json")
    shards.write(work.out / "fertility.parquet", sum_fertility(costs))
    return StageOutput({**expansion.counts, "sample_bytes": sum(part.counts["bytes"] for part in counted)})


def report_switched_off(settings: Mapping[str, Any], work: Work) -> None:
    """Report what the base's tokenizer would do on its own, and does not do here."""
    if settings:
        stated = ", ".join(f"{name} ({value})" for name, value in settings.items())
        work.reporter.say(
            f"  vocab: the base's tokenizer comes with {stated}, which would change the text that is trained on and "
            "is switched off"
        )


def check_settings(section: VocabConfig, base: Artifact | None) -> None:
    """Raise RecipeError for what cannot be done whatever the text."""
    if base is None and not section.new_pieces:
        raise RecipeError("vocab.new_pieces is 0 and there is no base: name a `base`, or ask for new pieces.")
    if base is None and (section.method != "continue" or section.freeze_base):
        setting = "vocab.freeze_base" if section.freeze_base else f'vocab.method = "{section.method}"'
        raise RecipeError(f"{setting} needs a base vocabulary, and there is none: name a `base`, or leave it out.")
    if section.freeze_base and section.method not in ("continue", "append_below"):
        raise RecipeError(
            f'vocab.freeze_base cannot hold with vocab.method = "{section.method}", which puts new merges before those '
            'of the base. Use "continue" or "append_below".'
        )


def plan_sample(section: VocabConfig, measured: pa.Table) -> SamplePlan:
    """Plan the sample to learn pieces from. RecipeError when pieces are asked for and there is no text."""
    if not section.new_pieces:
        return {}
    plan = plan_training_sample(measured, section.sample_bytes, section.alpha, section.boost)
    if not plan:
        raise RecipeError("There is no text to learn a vocabulary from: curate kept no training document.")
    return plan
