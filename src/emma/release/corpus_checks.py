"""Checks of the corpus folder: no row is missing or too many, and `datasets` loads it from this folder alone."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from emma.config.extras import need
from emma.errors import ArtifactError
from emma.release.corpus import ReleasedSplit
from emma.schemas import SPLITS, Row
from emma.store import shards

COMPARED_ROWS = 100
"""Rows at each end of a split that are compared word for word."""


def check_corpus(
    folder: Path, curated: Sequence[Row], exclude: Sequence[str], sizes: Sequence[ReleasedSplit], scratch: Path
) -> dict[str, object]:
    """Run all checks; returns their numbers. Raises ArtifactError at the first that fails.

    `curated` are the rows of curate's languages.parquet, `sizes` those of the released files, `scratch` a
    folder to load into.
    """
    rows = check_rows(folder, expected_rows(curated, exclude))
    check_sources(folder, exclude)
    return {"rows": rows, "load_dataset": [check_loads(folder, lang, scratch) for lang in choose_languages(sizes)]}


def expected_rows(curated: Sequence[Row], exclude: Sequence[str]) -> dict[str, int]:
    """Rows by `<lang>/<split>.parquet` that curate kept, without the excluded sources."""
    counts: dict[str, int] = {}
    for row in curated:
        if row["outcome"] in SPLITS and row["source"] not in exclude and row["documents"]:
            name = f"{row['lang']}/{row['outcome']}.parquet"
            counts[name] = counts.get(name, 0) + row["documents"]
    return counts


def check_rows(folder: Path, expected: Mapping[str, int]) -> dict[str, int]:
    """Every file has the rows that curate kept, and there are no other files."""
    data = folder / "data"
    rows = {path.relative_to(data).as_posix(): shards.count_rows(path) for path in sorted(data.glob("*/*.parquet"))}
    for name in sorted({*expected, *rows}):
        if rows.get(name, 0) != expected.get(name, 0):
            raise ArtifactError(
                f"{data / name} has {rows.get(name, 0)} rows, but curate kept {expected.get(name, 0)} of them. "
                "Nothing was released. Delete the release tasks' folders in the store and run again."
            )
    return {"files": len(rows), "rows": sum(rows.values())}


def check_sources(folder: Path, withheld: Sequence[str]) -> None:
    """No row is of a source whose text is withheld."""
    for path in sorted((folder / "data").glob("*/*.parquet")):
        if found := {*shards.read(path, ["source"])["source"].unique().to_pylist()} & {*withheld}:
            raise ArtifactError(
                f"{path} has text of {', '.join(sorted(found))}, which is withheld. Nothing was released. This is a "
                "bug in EMMA: please report it with the recipe."
            )


def choose_languages(sizes: Sequence[ReleasedSplit]) -> list[str]:
    """Three languages to load: the largest, the smallest, and of the others the one with most bitext."""
    documents: dict[str, int] = {}
    bitext: dict[str, int] = {}
    for row in sizes:
        documents[row["lang"]] = documents.get(row["lang"], 0) + row["documents"]
        bitext[row["lang"]] = bitext.get(row["lang"], 0) + row["bitext"]
    ordered = sorted(documents, key=lambda lang: (-documents[lang], lang))
    chosen = list(dict.fromkeys([*ordered[:1], *ordered[-1:]]))
    pairs = sorted((lang for lang in bitext if bitext[lang]), key=lambda lang: (-bitext[lang], lang))
    return [*chosen, *[lang for lang in pairs if lang not in chosen][:1]]


def check_loads(folder: Path, lang: str, scratch: Path) -> dict[str, object]:
    """`load_dataset(folder, lang)` has the files' splits and numbers of rows, and their first and last rows."""
    datasets = need("datasets", "train")
    # A cache of its own: from the user's, `datasets` would give back what it once loaded from another folder here.
    with tempfile.TemporaryDirectory(dir=scratch) as cache:
        try:
            by_name = lang in datasets.get_dataset_config_names(str(folder))
            where = {"name": lang} if by_name else {"data_dir": f"data/{lang}"}
            loaded = datasets.load_dataset(str(folder), cache_dir=cache, **where)
        except Exception as error:
            raise ArtifactError(
                f"datasets.load_dataset('{folder}', '{lang}') fails: {error}. Nothing was released. Please report it."
            ) from error
        splits = {split: (table.num_rows, end_rows(table)) for split, table in loaded.items()}
        del loaded  # its files are memory-mapped from the folder that is about to go
    for path in sorted((folder / "data" / lang).glob("*.parquet")):
        table = shards.read(path)
        if splits.get(path.stem) != (table.num_rows, end_rows(datasets.Dataset(table))):
            raise ArtifactError(f"datasets.load_dataset gives other rows than {path}. Nothing was released.")
    return {"lang": lang, **{split: rows for split, (rows, _) in sorted(splits.items())}}


def end_rows(table: Any) -> list[Row]:
    """The first and the last rows of a data set."""
    few = min(table.num_rows, COMPARED_ROWS)
    return [*table.select(range(few)), *table.select(range(table.num_rows - few, table.num_rows))]
