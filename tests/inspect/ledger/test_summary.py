"""A ledger in sums against sums over its rows, and its page."""

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from emma.errors import RecipeError
from emma.inspect.ledger.page import render_page
from emma.inspect.ledger.summary import render_text, summarise_ledger
from emma.schemas import LEDGER
from emma.store import shards
from tests.conftest import TEXTS

ROWS = [
    {
        "id": f"s:{number}", "lang": lang, "source": source, "licence": licence, "redistribution": kind,
        "origin": "https://example.org/<b>", "tokens": 10 + number, "tokens_seen": 3 * number + 1,
    }
    for number, (lang, (source, licence, kind)) in enumerate(
        (lang, each) for lang in TEXTS for each in (("a", "CC0-1.0", "public"), ("b", "by agreement", "derived"))
    )
]  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    table = pa.Table.from_pylist(ROWS, schema=LEDGER)
    for number in range(2):
        shards.write(tmp_path / f"{number}.parquet", table.slice(9 * number, 9 if number == 0 else None))
    return [tmp_path / "0.parquet", tmp_path / "1.parquet"]


def test_sums_are_those_of_the_rows(files: list[Path]) -> None:
    answer = summarise_ledger("run", files)
    seen = Counter(dict.fromkeys("ab", 0))
    for row in ROWS:
        seen[str(row["source"])] += int(str(row["tokens_seen"]))
    assert {row["source"]: row["tokens_seen"] for row in answer.sources} == seen
    assert answer.documents == len(ROWS) and answer.tokens_seen == seen.total()
    assert answer.by_class == {"derived": len(TEXTS), "public": len(TEXTS)}
    assert [row["source"] for row in answer.sources] == ["b", "a"]
    assert {row["languages"] for row in answer.sources} == {len(TEXTS)}
    assert [(row["lang"], row["sources"]) for row in answer.languages] == [(lang, 2) for lang in reversed(TEXTS)]


def test_one_language_and_one_source(files: list[Path]) -> None:
    answer = summarise_ledger("run", files, "Thai", "b")
    assert answer.documents == 1 and [row["source"] for row in answer.sources] == ["b"]
    with pytest.raises(RecipeError, match=r"The ledger of run has no source 'c'\. There are: a, b\."):
        summarise_ledger("run", files, source="c")
    with pytest.raises(RecipeError, match=r"has no|has nothing"):
        summarise_ledger("run", files, "swh_Latn")


def test_it_is_shown_as_text_and_as_a_page(files: list[Path]) -> None:
    answer = summarise_ledger("run", files)
    text = "\n".join(render_text(answer))
    assert "by agreement" in text and "derived: 11 documents; stays here" in text
    page = render_page(answer)
    assert "&lt;b&gt;" in page and "<b>" not in page.split("<main>")[1]
    assert all(f'id="{lang}"' in page for lang in TEXTS)
