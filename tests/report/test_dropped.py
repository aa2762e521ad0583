"""Examples of dropped documents, against a slow reference that reads everything."""

import hashlib
from collections.abc import Callable

import pyarrow as pa
import pytest

from emma.report import dropped
from emma.report.dropped import REASONS, choose_reasons, read_examples, spread
from emma.store import shards
from emma.store.artifact import Artifact

REASON = ("near duplicate", "letter_share low", "removed", None, "line_length low", "exact duplicate")
LANGS = ("yor_Latn", "nqo_Nkoo", "khm_Khmr")
TEXTS = {"yor_Latn": "Gbogbo ènìyàn", "nqo_Nkoo": "ߡߐ߱ ߓߍ߯", "khm_Khmr": "មនុស្សទាំងអស់"}
Row = tuple[str, str, str, str, str | None]


def make_rows(shard: int) -> list[Row]:
    """Id, language, source, text and reason; every language with every reason in turn."""
    return [
        (f"s:{shard}#{row}", LANGS[row % 3], "s", f"{TEXTS[LANGS[row % 3]]} {shard}-{row}", REASON[(row + shard) % 6])
        for row in range(40)
    ]


@pytest.fixture
def corpus(make_artifact: Callable[..., Artifact]) -> tuple[Artifact, Artifact, list[Row]]:
    """Three shards of documents with their selections."""
    rows = [make_rows(shard) for shard in range(3)]
    documents, selections = [], []
    for shard, part in enumerate(rows):
        columns = [[row[place] for row in part] for place in range(5)]
        table = pa.table(dict(zip(("id", "lang", "source", "text"), columns[:4], strict=True)))
        reasons = pa.table({"reason": pa.array(columns[4], pa.string())})
        documents.append(make_artifact(f"d{shard}", {"documents.parquet": table}))
        selections.append(make_artifact(f"s{shard}", {"selection.parquet": reasons}))
    collect = make_artifact("collect", documents=documents)
    return collect, make_artifact("curate", selection=selections), [row for part in rows for row in part]


def tally(rows: list[Row]) -> list[dict[str, object]]:
    return [{"lang": lang, "outcome": reason or "train", "documents": 1} for _, lang, _, _, reason in rows]


@pytest.mark.parametrize("batch", [40, 7])
def test_the_smallest_hash_of_each_batch_s_first_is_shown(
    corpus: tuple[Artifact, Artifact, list[Row]], monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    collect, curate, rows = corpus
    batches = shards.batches
    monkeypatch.setattr(shards, "batches", lambda path, columns, *_: batches(path, columns, batch))
    examples = read_examples(collect, curate, tally(rows))
    for lang, shown in examples.items():
        for each in shown:
            firsts: dict[str, Row] = {}
            for number, row in enumerate(rows):
                if row[1] == lang and row[4] == each.reason:
                    firsts.setdefault(f"{number // 40}, {number % 40 // batch}", row)
            best = min(firsts.values(), key=lambda row: hashlib.blake2b(row[0].encode(), digest_size=8).hexdigest())
            assert each.text == best[3]
    assert sorted(examples) == sorted(LANGS)


def test_frequent_reasons_first_and_never_what_was_asked_to_be_removed() -> None:
    rows = [
        {"lang": "yor_Latn", "outcome": outcome, "documents": count}
        for outcome, count in (
            ("train", 99),
            ("removed", 50),
            ("opted out", 40),
            ("a", 1),
            ("b", 3),
            ("c", 3),
            ("d", 2),
        )
    ]
    assert [reason for _, reason in choose_reasons(rows)] == ["b", "c", "d"]
    assert REASONS == 3


def test_private_sources_are_not_quoted(corpus: tuple[Artifact, Artifact, list[Row]]) -> None:
    collect, curate, rows = corpus
    assert read_examples(collect, curate, tally(rows), frozenset({"s"})) == {}


def test_the_length_is_that_of_the_whole_text(corpus: tuple[Artifact, Artifact, list[Row]]) -> None:
    collect, curate, rows = corpus
    texts = {text for _, _, _, text, _ in rows}
    shown = [each for some in read_examples(collect, curate, tally(rows)).values() for each in some]
    assert shown and all(each.text in texts and each.characters == len(each.text) for each in shown)


def test_some_shards_stand_for_many(
    corpus: tuple[Artifact, Artifact, list[Row]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dropped, "MAX_SHARDS", 1)
    collect, curate, rows = corpus
    examples = read_examples(collect, curate, tally(rows))
    assert all(" 0-" in each.text for shown in examples.values() for each in shown)
    monkeypatch.setattr(dropped, "MAX_SHARDS", 4)
    assert spread(list(range(10))) == [0, 2, 5, 7]  # type: ignore[arg-type]


def test_without_shards_at_hand_nothing_is_shown(make_artifact: Callable[..., Artifact]) -> None:
    curated = [{"lang": "yor_Latn", "outcome": "near duplicate", "documents": 1}]
    assert read_examples(make_artifact("collect"), make_artifact("curate"), curated) == {}
