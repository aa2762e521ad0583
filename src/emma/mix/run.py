"""The mix stage: from what was packed to a plan of how many samples each language and domain gives."""

import difflib
import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from emma.errors import RecipeError
from emma.mix.config import MixConfig
from emma.mix.shares import Floats, fill, tempered, whole
from emma.schemas import PLAN
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import Made, Work

Keys = list[str]


def mix(section: MixConfig, *, pack: Artifact, work: Work) -> Made:
    """Write `plan.parquet`, one row a source (schemas.PLAN), and `plan.json`, which training reads beside it.

    Raises RecipeError when there is nothing to train on, a replay key names nothing, or the data do not suffice.
    """
    sources = training_sources(pack)
    tokens = np.asarray(sources["tokens"], dtype=np.float64)
    wanted = section.tokens // section.sequence_length * section.sequence_length
    amounts = allot(section, sources["lang"].to_pylist(), sources["domain"].to_pylist(), tokens, wanted)
    total = check_supply(section, amounts, wanted)
    samples = whole(amounts, total)
    plan = sources.append_column("weight", pa.array(samples / total))
    plan = plan.append_column("samples", pa.array(samples))
    plan = plan.append_column("epochs", pa.array(samples * section.sequence_length / tokens))
    shards.write(work.out / "plan.parquet", plan.select(PLAN.names).cast(PLAN))
    facts = {
        "sequence_length": section.sequence_length,
        "samples": total,
        "tokens": total * section.sequence_length,
        "seed": section.seed,
        **json.loads(pack.file("pack.json").read_text(encoding="utf-8")),
    }
    (work.out / "plan.json").write_text(json.dumps(facts, indent=1, sort_keys=True), encoding="utf-8")
    languages = len(set(sources["lang"].to_pylist()))
    return Made({"sources": len(samples), "languages": languages, "samples": total, "tokens": facts["tokens"]})


def training_sources(pack: Artifact) -> pa.Table:
    """What was packed for training, in the order of language and domain, which is the numbering of the sources."""
    index = shards.read(pack.file("index.parquet"))
    kept = index.filter(pc.and_(pc.equal(index["split"], "train"), pc.greater(index["tokens"], 0)))
    if not kept.num_rows:
        raise RecipeError("There is nothing to train on: curate kept no training document. Run `emma why` on one.")
    return kept.sort_by([("lang", "ascending"), ("domain", "ascending")])


def allot(section: MixConfig, langs: Keys, domains: Keys, tokens: Floats, wanted: float) -> Floats:
    """Tokens to draw from each source: replayed groups their fixed share, languages the rest by temperature.

    A group's sources keep their proportions, so they all reach `max_epochs` together and caps are those of groups.
    """
    replayed = replay_keys(section, langs, domains)
    groups = [key or lang for key, lang in zip(replayed, langs, strict=True)]
    names, group_of = np.unique(groups, return_inverse=True)
    sizes = np.bincount(group_of, weights=tokens)
    caps = sizes * section.max_epochs
    fixed = np.array([section.replay.get(str(name), 0.0) for name in names])
    amounts = np.minimum(fixed * wanted, caps)
    rest = fixed == 0
    shares = tempered(sizes[rest], section.temperature)
    amounts[rest] = fill(shares, caps[rest], wanted - amounts.sum())
    return np.asarray((amounts / sizes)[group_of] * tokens)


def replay_keys(section: MixConfig, langs: Keys, domains: Keys) -> list[str | None]:
    """The replay key that each source belongs to, if any: its domain before its language.

    Raises RecipeError for a key that names nothing here, and when the shares leave less than nothing for the rest.
    """
    names = sorted({*langs, *domains})
    for key in section.replay:
        if key not in names:
            near = difflib.get_close_matches(key, names, n=1)
            hint = f"Did you mean '{near[0]}'?" if near else f"There are: {', '.join(names[:20])}."
            raise RecipeError(f"mix.replay: nothing was packed for '{key}' (a language or a domain). {hint}")
    if (share := sum(section.replay.values())) > 1 + 1e-9:
        raise RecipeError(f"mix.replay: the shares sum to {share:.3f}; make them sum to at most 1.")
    pairs = zip(langs, domains, strict=True)
    return [next((key for key in (domain, lang) if key in section.replay), None) for lang, domain in pairs]


def check_supply(section: MixConfig, amounts: Floats, wanted: int) -> int:
    """The samples there will be: as many as asked for, or RecipeError, or fewer where the recipe allows that."""
    supply = float(amounts.sum())
    samples = int((supply + 0.5) // section.sequence_length)  # half a token: sums of floats
    if samples == 0:
        raise RecipeError(
            f"The data give {supply:.0f} of {section.tokens} training tokens, less than one sequence of "
            f"{section.sequence_length}. Lower mix.sequence_length or raise mix.tokens or mix.max_epochs."
        )
    if supply + 0.5 < wanted and not section.allow_short:
        raise RecipeError(
            f"mix.tokens asks for {wanted} training tokens, but with mix.max_epochs = {section.max_epochs:g} and the "
            f"replay shares the data give {supply:.0f}. Set mix.tokens = {samples * section.sequence_length}, raise "
            "mix.max_epochs, or set mix.allow_short = true to train on what there is."
        )
    return samples
