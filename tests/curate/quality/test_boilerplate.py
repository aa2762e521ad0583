"""Lines that many documents share, against counting them in plain Python."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pytest

from emma.curate.quality.boilerplate import Boilerplate, find_boilerplate
from emma.kernels.normal import LINE_COLUMNS, hash_lines
from emma.kernels.tables import fold, widths
from emma.kernels.text import buffers
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.selected import drop_lines
from emma.work.work import Work
from tests.conftest import TEXTS, documents
from tests.curate.corpus import ALPHABETS, prose

Row = dict[str, Any]
Find = Callable[..., tuple[Boilerplate, list[list[int] | None]]]


def annotations(rows: Sequence[Row]) -> pa.Table:
    """Line hashes; none for pairs."""
    texts = pa.array([row["text"] for row in rows], pa.large_string())
    hashes, starts = hash_lines(*buffers(texts), fold(), widths(), LINE_COLUMNS)
    lists = [
        None if row.get("text2") else hashes[one:end].tolist()
        for row, one, end in zip(rows, starts[:-1], starts[1:], strict=True)
    ]
    return pa.table({"line_hashes": pa.array(lists, pa.list_(pa.uint64()))})


@pytest.fixture
def find(make_work: Callable[..., Work], make_artifact: Callable[..., Artifact]) -> Find:
    """Find boilerplate among rows cut into shards of some sizes."""
    runs = iter(range(99))

    def run(
        rows: Sequence[Row], sizes: Sequence[int] = (), buckets: int = 4, documents_: int = 3, share: float = 0.0
    ) -> tuple[Boilerplate, list[list[int] | None]]:
        parts, start, name = [], 0, next(runs)
        for number, size in enumerate(sizes or [len(rows)]):
            some = rows[start : start + size]
            collected = make_artifact(f"c{name}-{number}", {"documents.parquet": documents(some)})
            parts.append((collected, make_artifact(f"a{name}-{number}", {"annotations.parquet": annotations(some)})))
            start += size
        work = make_work("curate", key=f"{name:020}")
        found = find_boilerplate(parts, work, buckets=buckets, min_documents=documents_, min_share=share)
        tables = [shards.read(part.file("drop_lines.parquet")) for part in found.lines]
        return found, pa.concat_tables(tables)["drop_lines"].to_pylist()

    return run


def pages(lang: str, count: int, source: str = "web") -> list[Row]:
    """Pages of a site: a menu and a notice around text of their own; the notice changes its case."""
    menu, notice = prose(lang, "menu", 8), prose(lang, "notice", 9)
    return [
        {
            "lang": lang,
            "source": source,
            "text": "\n".join(
                [menu, prose(lang, at), "", "OK", notice if at % 2 else notice.upper(), prose(lang, -at)]
            ),
        }
        for at in range(1, count + 1)
    ]


@pytest.mark.parametrize("lang", ALPHABETS)
def test_menus_and_notices_go_and_text_stays(find: Find, lang: str) -> None:
    found, dropped = find(pages(lang, 5))
    assert dropped == [[0, 4]] * 5
    assert [(row["documents"], row["lang"], row["source"]) for row in found.table.to_pylist()] == [(5, lang, "web")] * 2
    assert {row["line"] for row in found.table.to_pylist()} == {prose(lang, "menu", 8), prose(lang, "notice", 9)}


@pytest.mark.slow
def test_counts_are_those_of_plain_python(find: Find) -> None:
    rows = [row for lang in ALPHABETS for row in pages(lang, 4) + pages(lang, 2, "books")]
    rows += [{"lang": "eng_Latn", "source": "web", "text": text} for text in [*TEXTS.values()] * 2]
    mine = ["\n".join([TEXTS["eng_Latn"], f"{at} lines of mine, not of all"]) for at in range(4)]
    rows += [{"lang": "eng_Latn", "source": "web", "text": text} for text in mine]
    counts = Counter(
        (row["lang"], row["source"], line)
        for row in rows
        for line in {"".join(filter(str.isalnum, line.lower())) for line in row["text"].split("\n")}
    )
    found, dropped = find(rows, [3, 0, 20, len(rows) - 23])
    expected = sorted((*key[:2], count) for key, count in counts.items() if count >= 3 and len(key[2]) >= 20)
    assert sorted((row["lang"], row["source"], row["documents"]) for row in found.table.to_pylist()) == expected
    assert ("eng_Latn", "web", 6) in expected
    for row, lines in zip(rows, dropped, strict=True):
        assert lines is None or drop_lines(row["text"], lines)
    assert dropped[-1] == [0] and not any(dropped[-4 - 2 * len(TEXTS) : -4])  # nothing else would be left of those


def test_a_chorus_is_one_document_and_a_pair_has_no_lines(find: Find) -> None:
    line = prose("bos_Latn", "chorus", 9)
    rows = [{"lang": "bos_Latn", "text": "\n".join([line, prose("bos_Latn", 1)] * 9)}]
    rows += [{"lang": "bos_Latn", "text": line, "lang2": "hin_Deva", "text2": prose("hin_Deva", at)} for at in range(9)]
    found, dropped = find(rows)
    assert not found.table.num_rows and dropped == [None] * 10


def test_a_share_of_the_source_may_be_asked_for(find: Find) -> None:
    rows = pages("hin_Deva", 4) + [
        {"lang": "hin_Deva", "source": "web", "text": prose("hin_Deva", -at)} for at in range(99, 103)
    ]
    assert find(rows, share=0.5)[0].table.num_rows == 2
    assert find(rows, share=0.51)[0].table.num_rows == 0


def test_nothing_depends_on_shards_or_buckets(find: Find) -> None:
    rows = [row for lang in ALPHABETS for row in pages(lang, 5)]
    whole, dropped = find(rows)
    cut_, dropped_cut = find(rows, [7] * 5 + [5], buckets=1)
    assert dropped == dropped_cut and whole.table.equals(cut_.table)


def test_a_corpus_without_lines(find: Find) -> None:
    found, dropped = find([{"lang": "tha_Thai", "text": ""}])
    assert not found.table.num_rows and dropped == [None]
    assert find([])[1] == []
