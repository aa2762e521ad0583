"""The ledger against all samples read one by one, and that it is the same however it was made."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from emma.errors import ArtifactError
from emma.release import ledger
from emma.release.ledger import LEDGER_FILE, LedgerPart, make_ledger, write_ledger
from emma.schemas import LEDGER
from emma.store import shards
from emma.store.artifact import Artifact
from emma.tokens.samples import Samples
from emma.work.work import Work
from tests.conftest import documents, selection
from tests.disks import small_files
from tests.tokens.test_samples import DOCUMENTS, samples

__all__ = ["samples"]
SOURCES = [
    {"source": "test", "redistribution": "derived", "origin": "https://example.org"},
    {"source": "unread", "redistribution": "public", "origin": ""},
]


@pytest.fixture
def inputs(samples: Samples, make_artifact: Callable[..., Artifact], tmp_path: Path) -> dict[str, Artifact]:
    """A training of 50 samples: a pair that is written both ways has one id twice, and one document is held out."""
    names = [f"{lang}:{at}" for (lang, _), lengths in DOCUMENTS.items() for at in range(len(lengths))]
    unique = list(dict.fromkeys(names))
    rows = [{"lang": name[:8], "text": "ߡߐ߱", "id": name, "url": f"https://example.org/{name}"} for name in unique]
    pair = next(row for row in rows if row["id"] == "nqo_Nkoo:0")
    pair.update(lang="eng_Latn", lang2="nqo_Nkoo", text2="ߡߐ߱")  # packed under the rarer of its languages
    rows += [{"lang": "yor_Latn", "text": "not packed", "id": "yor_Latn:test"}]
    splits = ["train"] * len(unique) + ["test"]
    collected = [make_artifact(f"d{at}", {"documents.parquet": documents(rows).slice(at, 20)}) for at in (0, 20, 40)]
    curated = [make_artifact(f"s{at}", {"selection.parquet": selection(splits[at : at + 20])}) for at in (0, 20, 40)]
    tables = {"sources.parquet": pa.Table.from_pylist(SOURCES)}
    return {
        "collect": make_artifact("collect", tables, documents=collected),
        "curate": Artifact(tmp_path, "curate", {"rows_out": len(rows)}, {"selection": tuple(curated)}),
        "pack": samples.pack,
        "mix": Artifact(tmp_path / "mix", "mix"),
        "train": Artifact(tmp_path, "train", {"samples": 50}),
    }


@pytest.mark.parametrize("samples", ["concatenate"], indirect=True)
def test_each_document_that_trained_has_a_row_and_no_other(
    samples: Samples, inputs: dict[str, Artifact], make_work: Callable[..., Work], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    slow: Counter[str] = Counter()
    for number in range(50):
        for part in samples.documents(number):
            slow[part.id] += part.tokens
    assert 0 < len(slow) < 50  # some were not drawn
    monkeypatch.setattr(ledger, "BUCKET_DOCUMENTS", 20)
    parts = make_ledger(**inputs, work=make_work("release"))
    assert len(parts) == 3
    assert write_ledger(parts, tmp_path / LEDGER_FILE) == len(slow)
    table = shards.read(tmp_path / LEDGER_FILE)
    assert table.schema == LEDGER
    assert dict(zip(table["id"].to_pylist(), table["tokens_seen"].to_pylist(), strict=True)) == slow
    row = next(row for row in table.to_pylist() if row["id"] == "yor_Latn:0")
    assert row["tokens"] == 207  # of the domains books and web, which both have it
    assert (row["licence"], row["redistribution"], row["origin"]) == ("CC0-1.0", "derived", "https://example.org")
    assert row["url"] == "https://example.org/yor_Latn:0"


@pytest.mark.parametrize("samples", ["concatenate"], indirect=True)
def test_two_workers_write_the_same_bytes(
    inputs: dict[str, Artifact], make_work: Callable[..., Work], tmp_path: Path
) -> None:
    for workers in (1, 2):
        work = make_work("release" if workers == 1 else "again", workers=workers)
        write_ledger(make_ledger(**inputs, work=work), tmp_path / f"{workers}.parquet")
    assert (tmp_path / "1.parquet").read_bytes() == (tmp_path / "2.parquet").read_bytes()


@pytest.mark.parametrize("samples", ["concatenate"], indirect=True)
@pytest.mark.parametrize(
    ("lang", "source", "packed"),
    [
        ("yor_Latn", None, {"yor_Latn"}),
        ("eng_Latn", "test", {"nqo_Nkoo"}),
        (None, "test", {"amh_Ethi", "nqo_Nkoo", "yor_Latn"}),
        (None, "unread", set()),
    ],
)
def test_a_part_is_those_rows_of_the_whole_and_reads_no_other_tokens(
    inputs: dict[str, Artifact], make_work: Callable[..., Work], monkeypatch: pytest.MonkeyPatch,
    *, lang: str | None, source: str | None, packed: set[str],
) -> None:  # fmt: skip
    whole = shards.read_all(part.file(LEDGER_FILE) for part in make_ledger(**inputs, work=make_work("release")))
    # In small pieces: each task reads several shards, and these and token files come batch by batch.
    monkeypatch.setattr(ledger, "TASKS", 1)
    monkeypatch.setattr(ledger, "CHUNK_SAMPLES", 20)
    batches = shards.batches
    monkeypatch.setattr(shards, "batches", lambda path, columns=None, rows=3: batches(path, columns, min(rows, 3)))
    assert shards.read_all(part.file(LEDGER_FILE) for part in make_ledger(**inputs, work=make_work("pieces"))).equals(
        whole
    )
    read, count = set[str](), ledger.count_seen_tokens

    def note(samples: Samples, source: int, drawn: int) -> object:
        read.add(samples.sources[source].lang)
        return count(samples, source, drawn)

    monkeypatch.setattr(ledger, "count_seen_tokens", note)
    part = LedgerPart(documents=9, lang=lang, sources=None if source is None else (source,))
    made = make_ledger(**inputs, work=make_work("part"), part=part)
    found = shards.read_all(each.file(LEDGER_FILE) for each in made).to_pylist()
    assert found == [
        row for row in whole.to_pylist() if lang in (None, row["lang"]) and source in (None, row["source"])
    ]
    assert read == packed and bool(found) == bool(packed)


@pytest.mark.parametrize("samples", ["concatenate"], indirect=True)
def test_a_full_disk_says_what_to_free(inputs: dict[str, Artifact], make_work: Callable[..., Work]) -> None:
    with (
        small_files(500),
        pytest.raises(ArtifactError, match=r"Could not write .* Free some space .*`emma clean` shows"),
    ):
        make_ledger(**inputs, work=make_work("release"))
    assert make_ledger(**inputs, work=make_work("release"))
