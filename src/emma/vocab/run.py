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
from emma.vocab.sample import Plan, count_words, held_out_plan, measure_text, training_plan
from emma.work.work import Made, Work

MADE = ("pieces.parquet", "vocab.json", "frozen.json", "rejected.parquet")


def vocab(section: VocabConfig, *, collect: Artifact, curate: Artifact, base: Artifact | None, work: Work) -> Made:
    """Write `tokenizer/`, `vocab.json`, `pieces.parquet` and `fertility.parquet` (schemas.FERTILITY), and with
    `freeze_base` what that costs.

    Ids of the base stay as they are and new ones follow. Raises RecipeError when there is neither a base nor anything
    to add, when the base has a tokenizer that cannot be expanded, when there is no training text to learn from or to
    freeze, or when the method cannot freeze.
    """
    check(section, base)
    need("tokenizers", "train")
    from emma.vocab.expand import expand, start_of
    from emma.vocab.fertility import add_up, count_tokens
    from emma.vocab.folder import switched_off
    from emma.vocab.freeze import frozen_text, tell

    start = start_of(base.path if base is not None else None, section)
    tell_of(switched_off(base.path if base is not None else None), work)
    pairs = tuple(zip(collect.parts["documents"], curate.parts["selection"], strict=True))
    measured = shards.read_all(each.file("bytes.parquet") for each in work.each(measure_text, pairs))
    plan = plan_sample(section, measured)
    counted = work.each(count_words, pairs, plan, start.cut) if plan else []
    frozen = frozen_text(section, pairs, plan, base)
    noted = tuple(frozen.note(work)) if frozen is not None else ()
    made = work.gather(expand, counted, section, base, noted)
    costs = work.each(count_tokens, pairs, held_out_plan(measured, section.fertility_bytes), made, base)
    shutil.copytree(made.file("tokenizer"), work.out / "tokenizer")
    for name in MADE:
        if (path := made.find(name)) is not None:
            shutil.copyfile(path, work.out / name)
    if frozen is not None:
        tell(frozen.changes(made, work), section, work.out / "frozen.json")
    shards.write(work.out / "fertility.parquet", add_up(costs))
    return Made({**made.counts, "sample_bytes": sum(each.counts["bytes"] for each in counted)})


def tell_of(found: Mapping[str, Any], work: Work) -> None:
    """Say what the base's tokenizer would do on its own, and does not do here."""
    if found:
        stated = ", ".join(f"{name} ({value})" for name, value in found.items())
        work.reporter.say(
            f"  vocab: the base's tokenizer comes with {stated}, which would change the text that is trained on and "
            "is switched off"
        )


def check(section: VocabConfig, base: Artifact | None) -> None:
    """Raise RecipeError for what cannot be done whatever the text."""
    if base is None and not section.new_pieces:
        raise RecipeError("vocab.new_pieces is 0 and there is no base: name a `base`, or ask for new pieces.")
    if base is None and (section.method != "continue" or section.freeze_base):
        asked = "vocab.freeze_base" if section.freeze_base else f'vocab.method = "{section.method}"'
        raise RecipeError(f"{asked} needs a base vocabulary, and there is none: name a `base`, or leave it out.")
    if section.freeze_base and section.method not in ("continue", "append_below"):
        raise RecipeError(
            f'vocab.freeze_base cannot hold with vocab.method = "{section.method}", which puts new merges before those '
            'of the base. Use "continue" or "append_below".'
        )


def plan_sample(section: VocabConfig, measured: pa.Table) -> Plan:
    """What the pieces are learnt from. RecipeError when pieces are asked for and there is none."""
    if not section.new_pieces:
        return {}
    plan = training_plan(measured, section.sample_bytes, section.alpha, section.boost)
    if not plan:
        raise RecipeError("There is no text to learn a vocabulary from: curate kept no training document.")
    return plan
