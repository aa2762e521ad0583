"""Inventories: what is known of a corpus before it is there, one row a language and domain, to plan a mix by.

CSV with a heading; lines that begin with `#` say where the numbers are from. Where nobody has counted tokens, words
stand for them, times what the recipe takes a word to be.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from emma.errors import RecipeError
from emma.mix.sources import Floats
from emma.schemas import PACKED
from emma.wording import suggest

NUMBERS = ("tokens", "words", "bytes", "documents")
COLUMNS = ("lang", "domain", *NUMBERS)


def read_inventories(paths: Sequence[Path], tokens_per_word: float) -> pa.Table:
    """The inventories as one table (schemas.PACKED), in the order of language and domain. Unknown numbers are null.

    Raises RecipeError for a file that is not there or is empty, columns it may not have or misses, numbers that are
    none, and a language and domain that comes twice.
    """
    rows = [row for path in paths for row in _read_inventory(path)]
    places: set[tuple[object, object]] = set()
    for row in rows:
        if (place := (row["lang"], row["domain"])) in places:
            raise RecipeError(f"{paths[-1]}: {place[0]} ({place[1]}) comes twice; add its rows up.")
        places.add(place)
        if row["tokens"] is None and isinstance(words := row["words"], int):
            row["tokens"] = round(words * tokens_per_word)
    if not rows:
        raise RecipeError(f"{', '.join(map(str, paths))}: there is no language in it.")
    table = pa.Table.from_pylist(rows, schema=PACKED)
    return table.sort_by([("lang", "ascending"), ("domain", "ascending")])


def _read_inventory(path: Path) -> Iterator[dict[str, object]]:
    """The rows of one file, in its order."""
    try:
        # Spreadsheets put a byte order mark before their CSV.
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise RecipeError(f"The inventory {path} is not text in UTF-8: {error}.") from None
    except OSError as error:
        raise RecipeError(
            f"The inventory {path} cannot be read: {error.strerror}. Name a CSV file with the columns lang and domain, "
            f"and any of {', '.join(NUMBERS)}."
        ) from None
    # Numbered before comments go, so that messages name the line in the file.
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    table = csv.DictReader(line for _, line in numbered)
    _check_heading(path, table.fieldnames or [])
    for (number, _), row in zip(numbered[1:], table, strict=True):
        yield {
            "lang": row["lang"],
            "domain": row["domain"],
            "split": "train",
            **{name: parse_count(row.get(name), f"{path}, line {number}, {name}") for name in NUMBERS},
        }


def _check_heading(path: Path, names: Sequence[str]) -> None:
    """RecipeError unless the columns are some of COLUMNS, with lang and domain among them."""
    for name in names:
        if name not in COLUMNS:
            raise RecipeError(f"{path}: unknown column '{name}'. {suggest(name, COLUMNS)}")
    if not {"lang", "domain"} <= set(names):
        raise RecipeError(f"{path}: it needs the columns lang and domain; it has {', '.join(names) or 'none'}.")


def parse_count(text: str | None, place: str) -> int | None:
    """A whole number; None where nothing is written. RecipeError for anything else."""
    if text is None or not text.strip():
        return None
    if not text.strip().isdecimal():
        raise RecipeError(f"{place}: '{text}' is not a whole number. Leave it empty where nobody knows.")
    return int(text)


def list_sizes(rows: pa.Table) -> Floats:
    """Tokens of each row; infinite where nobody knows (rows,)."""
    return np.array([np.inf if size is None else size for size in rows["tokens"].to_pylist()], dtype=np.float64)


def index_words(rows: pa.Table) -> Mapping[tuple[str, str], int]:
    """White-space words by language and domain, of those that are known."""
    places = zip(rows["lang"].to_pylist(), rows["domain"].to_pylist(), strict=True)
    return {place: words for place, words in zip(places, rows["words"].to_pylist(), strict=True) if words is not None}
