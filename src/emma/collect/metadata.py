"""What a source says of its texts beside them: values that its `keep` names, as they travel in `meta`."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from emma.collect.config import KEEP_ALL
from emma.collect.records import Meta


def pick_meta(keep: Sequence[str], values: Mapping[str, object]) -> Meta | None:
    """Those of the values that `keep` names, or all; None where there are none. What is empty is not there."""
    names = values if KEEP_ALL in keep else keep
    return {name: values[name] for name in names if not is_nothing(values.get(name))} or None


def is_nothing(value: object) -> bool:
    """Whether a value says nothing: null, an empty text, or NaN, which pandas writes for what is missing."""
    return value is None or value == "" or value != value  # noqa: PLR0124 - only NaN is not itself


def dump_meta(meta: Meta) -> str:
    """Metadata as a JSON object on one line, names in their order; times as in ISO 8601, other values as text."""
    try:
        return orjson.dumps(meta, default=write_value, option=orjson.OPT_NON_STR_KEYS).decode()
    except (TypeError, RecursionError):  # integers of more than 64 bits, and texts with half a surrogate pair
        return dump_slowly(meta)


def dump_slowly(meta: Meta) -> str:
    """The same by the standard library, which takes any number; half a surrogate pair stays an escape."""
    plain = replace_nan(meta)
    text = json.dumps(plain, default=write_value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(plain, default=write_value, separators=(",", ":"))
    return text


def replace_nan(value: Any) -> Any:
    """A value with null for numbers that JSON does not have."""
    if isinstance(value, Mapping):
        return {str(key): replace_nan(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [replace_nan(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write_value(value: object) -> object:
    """A value that JSON does not have: bytes, decimals and the like as text."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return str(value)
