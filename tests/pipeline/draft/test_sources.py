"""What a sample says of the whole, counted by hand."""

from types import SimpleNamespace
from typing import Any

import pytest

from emma.pipeline.draft.sources import DraftSource, Row, Sample

ROWS = [
    Row("a", 1, "ⴰⴱ", "zgh_Tfng", "ab", "eng_Latn"),
    Row("a", 2, "abc", ""),
    Row("a", 3, "ⴱ", "zgh_Tfng"),
    Row("b", 1, "ߊ", "nqo_Nkoo"),
]


def test_bytes_are_of_both_sides() -> None:
    sample = Sample(rows=ROWS)
    assert sample.text_bytes == 6 + 2 + 3 + 3 + 2
    assert sample.languages == {"zgh_Tfng": 9, "eng_Latn": 2, "nqo_Nkoo": 2}


def test_the_share_lost_is_of_all_units() -> None:
    assert (Sample(lost=1, passed=3).share_lost, Sample().share_lost) == (0.25, 0.0)


@pytest.mark.parametrize(("member", "scale"), [(None, 4.0), ("*.txt", 5.0)])
def test_all_files_are_as_many_times_what_was_read(member: str | None, scale: float) -> None:
    source: Any = SimpleNamespace(
        config=SimpleNamespace(member=member), group=SimpleNamespace(files=[0] * 10), sample=Sample(share=0.25, files=2)
    )
    assert DraftSource.scale.fget(source) == scale  # type: ignore[attr-defined]
