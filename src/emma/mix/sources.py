"""The sources of a mix, and the keys by which a recipe names them.

A source is the training text of one language and domain, with its sizes and its tier. A key names sources: a language
and domain, a domain, a language, or a tier, in this order.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from emma.errors import RecipeError
from emma.lang.tiers import ENGLISH_BYTES_PER_WORD, TIER_NAMES, tier_of
from emma.store import shards
from emma.store.artifact import Artifact
from emma.wording import suggest

Floats = npt.NDArray[np.float64]
Value = TypeVar("Value")

UNITS_PER_WORD = {"words": 1.0, "tokens": 1.0, "bytes": ENGLISH_BYTES_PER_WORD}
"""Units that count as one word where tiers are decided."""


@dataclass(frozen=True)
class MixSources:
    """Sources in the order of language and domain, which numbers them."""

    langs: Sequence[str]
    domains: Sequence[str]
    tiers: Sequence[str]
    tokens: Floats
    """Tokens of one epoch as training counts them, padding included; infinite where nobody knows."""

    def __len__(self) -> int:
        return len(self.langs)

    @property
    def names(self) -> list[str]:
        """Language and domain, as keys name them."""
        return [f"{lang}/{domain}" for lang, domain in zip(self.langs, self.domains, strict=True)]


def read_training_rows(pack: Artifact) -> pa.Table:
    """Read the rows packed for training (schemas.PACKED), in the order of the sources. RecipeError without any."""
    index = shards.read(pack.file("index.parquet"))
    rows = index.filter(pc.and_(pc.equal(index["split"], "train"), pc.greater(index["tokens"], 0)))
    if not rows.num_rows:
        raise RecipeError("There is nothing to train on: curate kept no training document. Run `emma why` on one.")
    return rows.sort_by([("lang", "ascending"), ("domain", "ascending")])


def build_sources(rows: pa.Table, tokens: Floats, tier_by: str) -> MixSources:
    """The sources of such rows; a language's tier is by the sum of `tier_by` (words, bytes or tokens) over them."""
    langs = rows["lang"].to_pylist()
    return MixSources(langs, rows["domain"].to_pylist(), find_tiers(langs, rows[tier_by].to_pylist(), tier_by), tokens)


def find_tiers(langs: Sequence[str], sizes: Iterable[int | None], unit: str) -> list[str]:
    """The tier of each source's language, all its domains counted; an unknown size counts as nothing."""
    sums: dict[str, float] = defaultdict(float)
    for lang, size in zip(langs, sizes, strict=True):
        sums[lang] += size or 0
    return [tier_of(sums[lang] / UNITS_PER_WORD[unit]) for lang in langs]


def match_keys(sources: MixSources, keys: Iterable[str], setting: str) -> list[str | None]:
    """The key that each source goes by: of those that name it the most particular, or None.

    Raises RecipeError for a key that names nothing here.
    """
    kinds = (sources.names, sources.domains, sources.langs, sources.tiers)
    known = check_keys(keys, kinds, setting)
    return [next((name for name in names if name in known), None) for names in zip(*kinds, strict=True)]


def match_values(sources: MixSources, values: Mapping[str, Value], default: Value, setting: str) -> list[Value]:
    """The value of each source's key, or the default for what no key names."""
    return [default if key is None else values[key] for key in match_keys(sources, values, setting)]


def check_keys(keys: Iterable[str], kinds: Sequence[Sequence[str]], setting: str) -> set[str]:
    """The keys, each of which must name something; any tier may be named, whether or not a language is in it."""
    # a tier without a language is no mistake: one recipe serves corpora of several sizes
    known, checked = {name for names in kinds for name in names} | set(TIER_NAMES), set(keys)
    for key in sorted(checked - known):
        hint = suggest(key, sorted(known), "`emma mix show RECIPE` lists them all.")
        raise RecipeError(
            f"{setting}: nothing was packed for '{key}', a language and domain, a domain, a language, or a tier. {hint}"
        )
    return checked
