"""Personal data in tables of texts that leave the house: placeholders in their place, in texts and beside them."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
import pyarrow as pa

TEXTS = ("text", "text2")


def mask_table(table: pa.Table, kinds: Sequence[str]) -> tuple[pa.Table, dict[str, int]]:
    """The table with personal data of these kinds masked in both texts and `meta`, and how much of each there was."""
    if not kinds:
        return table, {}
    # Imported where it is needed: what masks nothing need not load numba.
    from emma.kernels.personal import mask_personal

    counts = {f"masked_{kind}": 0 for kind in kinds}
    for name in (*TEXTS, "meta"):
        if name in table.column_names:
            mask = mask_json if name == "meta" else mask_personal
            column, found = mask(table[name], kinds)
            table = table.set_column(table.column_names.index(name), name, column)
            counts = {f"masked_{kind}": counts[f"masked_{kind}"] + count for kind, count in found.items()}
    return table, counts


def mask_json(column: pa.ChunkedArray, kinds: Sequence[str]) -> tuple[pa.Array, dict[str, int]]:
    """A column of JSON objects with personal data in their keys and values masked.

    Each key and value by itself: in JSON an escaped line break puts a letter before what follows, and a number in the
    place of which a placeholder stands is no JSON any more.
    """
    from emma.kernels.personal import mask_personal

    texts = column.to_pylist()
    objects = [orjson.loads(text or "null") for text in texts]
    leaves = [str(leaf) for value in objects for leaf in iterate_leaves(value)]
    masked, counts = mask_personal(pa.array(leaves, pa.string()), kinds)
    found = iter(masked.to_pylist())
    others = [replace_leaves(value, found) for value in objects]
    rows = zip(texts, objects, others, strict=True)
    changed = [text if value == other else orjson.dumps(other).decode() for text, value, other in rows]
    return pa.array(changed, column.type), counts


def iterate_leaves(value: Any) -> Iterator[object]:
    """The keys in a JSON value, and the values in it that hold no others, in order."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from iterate_leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from iterate_leaves(inner)
    else:
        yield value


def replace_leaves(value: Any, masked: Iterator[str]) -> Any:
    """A JSON value with those of its keys and values that masking changed as the masked text, in the order as above."""
    if isinstance(value, dict):
        return {next(masked): replace_leaves(inner, masked) for inner in value.values()}
    if isinstance(value, list):
        return [replace_leaves(inner, masked) for inner in value]
    text = next(masked)
    return value if text == str(value) else text
