"""The summaries of a collection."""

from pathlib import Path

from emma.collect.run import collect
from emma.store import shards
from emma.work.graph import check_balance
from tests.collect.stage import MakeWork, section, source
from tests.conftest import TEXTS


def test_counts_and_summaries(data: Path, make_work: MakeWork) -> None:
    work = make_work("collect")
    made = collect(section(data, source(limit_bytes=1), source("all", domain="d", origin="o")), work=work)
    check_balance("collect", made.counts)
    text_bytes = sum(len(f"{text} 0".encode()) for text in TEXTS.values())
    file_bytes = sum((data / f"web/{number}.jsonl").stat().st_size for number in range(3))
    assert made.counts == {
        "languages_collected": len(TEXTS),
        "bytes": 4 * text_bytes,
        "bytes_read": file_bytes + (data / "web/0.jsonl").stat().st_size,
        "bytes_unread": 0,
        "rejected: broken JSON": 4,
        "rejected: unknown language": 4,
        "rows_in": 4 * (len(TEXTS) + 2),
        "rows_out": 4 * len(TEXTS),
        "units": 4 * (len(TEXTS) + 2),
        "units_lost": 8,
        "units_rejected": 8,
    }
    one, everything = shards.read(work.out / "sources.parquet").to_pylist()
    assert (one["files"], one["files_left_out"], one["documents"]) == (1, 2, len(TEXTS))
    assert everything == {
        "source": "all",
        "reader": "jsonl",
        "licence": "CC0-1.0",
        "spdx": True,
        "redistribution": "public",
        "origin": "o",
        "domain": "d",
        "scheme": "any",
        "priority": 0,
        "files": 3,
        "files_left_out": 0,
        "documents": 3 * len(TEXTS),
        "bytes": 3 * text_bytes,
        "rejects": 6,
        "units": 3 * (len(TEXTS) + 2),
        "units_rejected": 6,
        "units_lost": 6,
        "bytes_read": file_bytes,
        "bytes_unread": 0,
        "unread_file": None,
        "unread_share": None,
    }
    languages = shards.read(work.out / "languages.parquet").to_pylist()
    assert [(each["lang"], each["source"]) for each in languages] == [
        (label, name) for label in sorted(TEXTS) for name in ("all", "web")
    ]
    assert [each["documents"] for each in languages] == [3, 1] * len(TEXTS)
    assert sum(each["bytes"] for each in languages) == 4 * text_bytes
