"""The limits of a language that an audit shows: of rules, of language identification, and on what is held out."""

from collections.abc import Sequence

from emma.curate.config import CurateConfig
from emma.curate.quality.limits import LimitRow
from emma.curate.quality.rules import SCORE
from emma.curate.splits.split import TEST
from emma.inspect.audit.records import SplitSize
from emma.lang.language import Lang
from emma.pipeline.corpus import Corpus
from emma.schemas import SPLITS
from emma.store import shards

FEW_TESTS = 20
"""Documents of a test split below which it is said what they are bound by."""


def read_limits(corpus: Corpus) -> list[LimitRow]:
    """The rows of `limits.parquet`."""
    rows: list[LimitRow] = shards.read(corpus.curate.file("limits.parquet")).to_pylist()
    return rows


def find_score_limit(corpus: Corpus, lang: Lang) -> LimitRow | None:
    """The language's limit on the scores of language identification, if there is one."""
    rows = (row for row in read_limits(corpus) if (row["lang"], row["feature"]) == (lang.label, SCORE))
    return next(rows, None)


def find_test_limit(section: CurateConfig, splits: Sequence[SplitSize]) -> int | None:
    """`curate.test_bytes`, where the test split has few documents since it ends there; None else."""
    test = next(row["documents"] for row in splits if row["split"] == SPLITS[TEST])
    wanted = section.test_share * sum(row["bytes"] for row in splits)
    return section.test_bytes if 0 < test < FEW_TESTS and wanted > section.test_bytes else None
