"""Chosen rows stand in one file for each language and split: compared with a filter in plain Python."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from emma.schemas import SPLITS
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.by_language import Choice, assemble_corpus, bucket_by_language, write_languages
from emma.work.work import Work
from tests.conftest import TEXTS, documents, selection

COLUMNS = ("id", "text", "lang", "text2", "lang2", "source")
OUTCOMES = [*SPLITS, None]
Make = Callable[..., Artifact]
MakeWork = Callable[..., Work]


def make_shards(make_artifact: Make) -> tuple[list[tuple[Artifact, ...]], list[dict[str, Any]]]:
    """Three shards in every script with an annotation beside, and their rows."""
    found, everything = [], []
    for shard in range(3):
        rows = [
            {
                "id": f"s{shard}:f#{turn}.{lang}",
                "text": f"{text} {shard}",
                "lang": lang,
                "source": f"s{shard}",
                "file": "f",
            }
            for turn in range(4)
            for lang, text in TEXTS.items()
        ]
        splits = [OUTCOMES[(number + shard) % 4] for number in range(len(rows))]
        scores = [number / 8 for number in range(len(rows))]
        held = make_artifact(f"d{shard}", {"documents.parquet": documents(rows)})
        made = make_artifact(f"s{shard}", {"selection.parquet": selection(splits, {})})
        beside = make_artifact(f"a{shard}", {"notes.parquet": pa.table({"score": scores})})
        found.append((held, made, beside))
        everything += [row | {"split": splits[at], "score": scores[at]} for at, row in enumerate(rows)]
    return found, everything


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"langs": ("nqo_Nkoo", "tha_Thai")},
        {"splits": ("test",), "sources": ("s2",)},
        {"without_sources": ("s0", "s1"), "langs": ("amh_Ethi",)},
        {"langs": ()},
    ],
)
def test_chosen_rows(
    chosen: dict[str, Any], make_artifact: Make, make_work: Callable[..., Work], tmp_path: Path
) -> None:
    shard_items, rows = make_shards(make_artifact)
    by_source = (("class", (("s0", "public"), ("s1", "derived"), ("s2", "private"))),)
    choice = Choice(columns=COLUMNS, beside=(("notes.parquet", ("score",)),), by_source=by_source, **chosen)
    work = make_work("export")
    buckets = work.scatter(bucket_by_language, shard_items, 4, choice)
    sizes = assemble_corpus(work.each(write_languages, buckets, "parquet"), tmp_path / "corpus")
    classes = dict(by_source[0][1])
    wanted: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if (
            row["split"] in choice.splits
            and (choice.langs is None or row["lang"] in choice.langs)
            and (choice.sources is None or row["source"] in choice.sources)
            and row["source"] not in choice.without_sources
        ):
            wanted.setdefault(f"{row['lang']}/{row['split']}.parquet", []).append(
                {name: row.get(name) for name in (*COLUMNS, "score")} | {"class": classes[row["source"]]}
            )
    data = tmp_path / "corpus" / "data"
    assert data.is_dir()  # where nothing may be passed on, it is empty
    found = {path.relative_to(data).as_posix(): shards.read(path).to_pylist() for path in data.glob("*/*")}
    assert found == wanted
    assert {f"{row['lang']}/{row['split']}.parquet": row["documents"] for row in sizes.to_pylist()} == {
        name: len(each) for name, each in wanted.items()
    }
