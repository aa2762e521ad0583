"""datasets: every language of a released corpus by its label, as the card's configurations have them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from emma.config.extras import need
from emma.inspect.clients.checks import Comparison, Opened, SkippedError, compare_maps
from emma.inspect.clients.process import ask_script
from emma.inspect.clients.released import Released
from emma.release.corpus import SCHEMA
from emma.schemas import SPLITS
from emma.store import shards
from emma.store.files import read_json


def verify_datasets(released: Released, scratch: Path) -> Opened:
    """Stream every language, and load the smallest. Raises ClientError where one does not load."""
    need("datasets", "train")
    rows = count_rows(released.corpus)
    if not rows:
        raise SkippedError("The released corpus is empty: all of its sources are withheld.")
    smallest = min(rows, key=lambda name: (rows[name], name)).split("/")[0]
    answer = ask_script("with_datasets", {"corpus": str(released.corpus), "whole": smallest}, scratch).fields
    counted = read_json(released.release.file("checks.json"))["corpus"]["rows"]["rows"]
    return Opened(
        answer["version"],
        [
            Comparison("rows in all", abs(counted - sum(answer["rows"].values()))),
            *compare_languages(released.corpus, rows, answer),
            compare_maps(
                f"rows of {smallest}, loaded whole",
                {name: count for name, count in rows.items() if name.startswith(f"{smallest}/")},
                {f"{smallest}/{split}": count for split, count in answer["loaded"].items()},
            ),
        ],
    )


def count_rows(corpus: Path) -> dict[str, int]:
    """Rows by `<lang>/<split>`, from the files themselves."""
    files = sorted((corpus / "data").glob("*/*.parquet"))
    return {f"{path.parent.name}/{path.stem}": shards.count_rows(path) for path in files}


def compare_languages(corpus: Path, rows: Mapping[str, int], answer: Mapping[str, Any]) -> list[Comparison]:
    """Rows of each split, and columns and first row of each language."""
    langs = sorted({name.split("/")[0] for name in rows})
    first = {lang: read_first_id(corpus / "data" / lang) for lang in langs}
    return [
        compare_maps(f"rows of {len(rows)} splits", rows, answer["rows"]),
        compare_maps(f"columns of {len(langs)} languages", dict.fromkeys(langs, SCHEMA.names), answer["columns"]),
        compare_maps("their first rows", first, answer["first"]),
    ]


def read_first_id(folder: Path) -> str:
    """The first document of a language's first split, in the order of the card."""
    path = next(path for split in SPLITS if (path := folder / f"{split}.parquet").exists())
    identifier: str = next(pq.ParquetFile(path).iter_batches(1, columns=["id"]))["id"][0].as_py()
    return identifier
