"""Personal data in tables of texts that leave the house: placeholders in their place, in texts and beside them."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
import pyarrow as pa

TEXTS = ("text", "text2")


def mask_table(table: pa.Table, kinds: Sequence[str]) -> tuple[pa.Table, dict[str, int]]:
    """The table with personal data of these kinds masked in both texts and `meta`, and how much of each there was."""
    counts = {f"masked_{kind}": 0 for kind in kinds}
    for name in (*TEXTS, "meta") if kinds else ():
        if name in table.column_names:
            column, found = mask_column(table[name], kinds, is_json=name == "meta")
            table = table.set_column(table.column_names.index(name), name, column)
            counts = {f"masked_{kind}": counts[f"masked_{kind}"] + count for kind, count in found.items()}
    return table, counts


def mask_column(
    column: pa.ChunkedArray, kinds: Sequence[str], *, is_json: bool
) -> tuple[pa.Array | pa.ChunkedArray, dict[str, int]]:
    """A column of texts, or of JSON objects, with personal data masked."""
    # Imported where it is needed: what masks nothing need not load numba.
    from emma.kernels.personal import mask_personal

    masked, counts = mask_personal(column, kinds)
    if not is_json or not any(counts.values()):
        return masked, counts
    # A number in the place of which a placeholder stands is no JSON any more, so the values themselves are masked.
    before, after = column.to_pylist(), masked.to_pylist()
    places = [row for row, text in enumerate(before) if text != after[row]]
    objects = [orjson.loads(before[row]) for row in places]
    leaves = [str(leaf) for value in objects for leaf in iterate_leaves(value)]
    masked_leaves, counts = mask_personal(pa.array(leaves, pa.string()), kinds)
    found = iter(masked_leaves.to_pylist())
    for row, value in zip(places, objects, strict=True):
        after[row] = orjson.dumps(replace_leaves(value, found)).decode()
    return pa.array(after, masked.type), counts


def iterate_leaves(value: Any) -> Iterator[object]:
    """The values in a JSON value that hold no others, in order."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from iterate_leaves(inner)
    else:
        yield value


def replace_leaves(value: Any, masked: Iterator[str]) -> Any:
    """A JSON value with those of its values that masking changed as the masked text, in the order of the above."""
    if isinstance(value, dict):
        return {key: replace_leaves(inner, masked) for key, inner in value.items()}
    if isinstance(value, list):
        return [replace_leaves(inner, masked) for inner in value]
    text = next(masked)
    return value if text == str(value) else text
