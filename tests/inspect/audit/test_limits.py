"""What an audit says of the limit on held-out text."""

import pytest

from emma.curate.config import CurateConfig
from emma.inspect.audit.limits import find_test_limit
from emma.inspect.audit.records import SplitSize


@pytest.mark.parametrize(
    "tests, kept, limit",
    [
        (5, 2_800_000, 20_000),  # chapters of a book
        (5, 300_000, None),  # 5 % of it are fewer bytes
        (25, 2_800_000, None),  # enough documents
        (0, 2_800_000, None),  # nothing fits, which flags say
    ],
)
def test_a_test_split_of_few_documents_that_ends_at_the_limit(tests: int, kept: int, limit: int | None) -> None:
    splits: list[SplitSize] = [
        {"split": "train", "documents": 900, "bytes": kept},
        {"split": "validation", "documents": 2, "bytes": 0},
        {"split": "test", "documents": tests, "bytes": 18_000},
    ]
    assert find_test_limit(CurateConfig(test_bytes=20_000, test_share=0.05), splits) == limit
