"""What there is to mix: a source is the training text of one language and domain, with its sizes and its tier."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from emma.errors import RecipeError
from emma.lang.tiers import tier
from emma.store import shards
from emma.store.artifact import Artifact

Floats = npt.NDArray[np.float64]

WORD_BYTES = 6.03
"""UTF-8 bytes of an English word and its space: the devtest of FLORES-200 has 132,096 bytes in 21,901 words."""
PER_WORD = {"words": 1.0, "tokens": 1.0, "bytes": WORD_BYTES}
"""What of each unit makes a word, to tell a tier by."""


@dataclass(frozen=True)
class Sources:
    """Sources in the order of language and domain, which numbers them."""

    langs: Sequence[str]
    domains: Sequence[str]
    tiers: Sequence[str]
    tokens: Floats
    """Tokens of one epoch as training counts them, padding included; infinite where nobody knows."""

    def __len__(self) -> int:
        return len(self.langs)

    @property
    def pairs(self) -> list[str]:
        """Language and domain, as keys name them."""
        return [f"{lang}/{domain}" for lang, domain in zip(self.langs, self.domains, strict=True)]


def training_rows(pack: Artifact) -> pa.Table:
    """What was packed for training (schemas.PACKED), in the order of the sources. RecipeError when there is nothing."""
    index = shards.read(pack.file("index.parquet"))
    kept = index.filter(pc.and_(pc.equal(index["split"], "train"), pc.greater(index["tokens"], 0)))
    if not kept.num_rows:
        raise RecipeError("There is nothing to train on: curate kept no training document. Run `emma why` on one.")
    return kept.sort_by([("lang", "ascending"), ("domain", "ascending")])


def sources_of(rows: pa.Table, tokens: Floats, tier_by: str) -> Sources:
    """The sources of such rows; a language's tier is by the sum of `tier_by` (words, bytes or tokens) over them."""
    langs = rows["lang"].to_pylist()
    return Sources(langs, rows["domain"].to_pylist(), tiers(langs, rows[tier_by].to_pylist(), tier_by), tokens)


def tiers(langs: Sequence[str], sizes: Iterable[int | None], unit: str) -> list[str]:
    """The tier of each source's language, all its domains counted; what has no size counts nothing."""
    sums: dict[str, float] = defaultdict(float)
    for lang, size in zip(langs, sizes, strict=True):
        sums[lang] += size or 0
    return [tier(sums[lang] / PER_WORD[unit]) for lang in langs]
