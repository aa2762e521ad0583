"""Every document is exported, dropped or not asked for, and what may not be passed on is named."""

from pathlib import Path
from typing import Any

import pytest

from emma.errors import ArtifactError
from emma.pipeline.export.counts import Counts
from emma.work.by_language import Choice

TALLY = [
    {"lang": "nqo_Nkoo", "source": "lent", "outcome": "train", "documents": 5, "bytes": 50},
    {"lang": "nqo_Nkoo", "source": "open", "outcome": "test", "documents": 2, "bytes": 20},
    {"lang": "tha_Thai", "source": "open", "outcome": "train", "documents": 4, "bytes": 40},
    {"lang": "tha_Thai", "source": "open", "outcome": "near duplicate", "documents": 1, "bytes": 10},
    {"lang": "nqo_Nkoo", "source": "lent", "outcome": "near duplicate", "documents": 2, "bytes": 20},
    {"lang": "nqo_Nkoo", "source": "lent", "outcome": "letter_share low", "documents": 9, "bytes": 90},
]


def count(**choice: Any) -> Counts:
    counts = Counts(None, Choice(columns=("lang",), **choice))  # type: ignore[arg-type]
    sources = [("lent", "derived", 5), ("open", "public", 2)]
    named = [dict(zip(("source", "redistribution", "exported"), row, strict=True)) for row in sources]
    counts.__dict__.update(tally=TALLY, sources=named)  # in place of the corpus's tables
    return counts


def test_rows_in_are_rows_out_and_drops_and_what_was_not_asked_for() -> None:
    sizes = [{"lang": "nqo_Nkoo", "documents": 5, "bytes": 50}, {"lang": "nqo_Nkoo", "documents": 2, "bytes": 20}]
    exported = count(langs=("nqo_Nkoo",)).close(Path("x"), sizes, ["a", "b"])
    assert (exported.documents, exported.bytes, exported.languages, exported.files) == (7, 70, 1, 2)
    assert list(exported.dropped.items()) == [("letter_share low", 9), ("near duplicate", 3)]
    assert (exported.collected, exported.not_asked) == (23, 4)
    assert exported.not_public == {"derived": {"lent": 5}}


@pytest.mark.parametrize("documents", [6, 8])
def test_a_document_too_few_or_too_many_is_an_error(documents: int) -> None:
    with pytest.raises(ArtifactError, match=r"curate kept 7 of them\. Nothing was exported"):
        count(langs=("nqo_Nkoo",)).close(Path("x"), [{"lang": "nqo_Nkoo", "documents": documents, "bytes": 1}], [])


def test_why_there_is_nothing() -> None:
    assert "is in validation; it has test, train" in count(splits=("validation",)).describe_nothing()
    assert "no document was kept" in count(langs=("khm_Khmr",)).describe_nothing()
