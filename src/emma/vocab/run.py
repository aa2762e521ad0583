"""The vocab stage: new pieces for what the base tokenizer spells at length, and what each language then costs."""

import shutil

import pyarrow as pa

from emma.errors import RecipeError
from emma.extras import need
from emma.store import shards
from emma.store.artifact import Artifact
from emma.vocab.config import VocabConfig
from emma.vocab.sample import Pair, held_out_plan, measure_text, training_plan
from emma.vocab.words import count_words
from emma.work.work import Made, Work


def vocab(section: VocabConfig, *, collect: Artifact, curate: Artifact, base: Artifact | None, work: Work) -> Made:
    """Write `tokenizer/`, `pieces.parquet` and `fertility.parquet` (schemas.FERTILITY).

    Ids of the base stay as they are and new ones follow. Raises RecipeError when there is neither a base nor anything
    to add, when the base has a tokenizer of another kind, or when there is no training text to learn from.
    """
    if base is None and not section.new_pieces:
        raise RecipeError("vocab.new_pieces is 0 and there is no base: name a `base`, or ask for new pieces.")
    need("tokenizers", "train")
    from emma.vocab import llama
    from emma.vocab.expand import expand
    from emma.vocab.fertility import add_up, count_tokens

    start = llama.load(base.path) if base is not None else llama.blank()
    pairs = tuple(zip(collect.parts["documents"], curate.parts["selection"], strict=True))
    measured = shards.read_all(each.file("bytes.parquet") for each in work.each(measure_text, pairs))
    counted = sample_words(section, pairs, measured, start.prefixes, work) if section.new_pieces else []
    made = work.gather(expand, counted, section, base)
    costs = work.each(count_tokens, pairs, held_out_plan(measured, section.fertility_bytes), made, base)
    shutil.copytree(made.file("tokenizer"), work.out / "tokenizer")
    shutil.copyfile(made.file("pieces.parquet"), work.out / "pieces.parquet")
    shards.write(work.out / "fertility.parquet", add_up(costs))
    return Made({**made.counts, "sample_bytes": sum(each.counts["bytes"] for each in counted)})


def sample_words(
    section: VocabConfig, pairs: tuple[Pair, ...], measured: pa.Table, prefix: bool, work: Work
) -> list[Artifact]:
    """The words of a balanced sample of the training text, shard by shard. RecipeError when there is none."""
    plan = training_plan(measured, section.sample_bytes, section.temperature, section.boost)
    if not plan:
        raise RecipeError("There is no text to learn a vocabulary from: curate kept no training document.")
    return work.each(count_words, pairs, plan, prefix)
