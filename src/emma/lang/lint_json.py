"""Find languages and amounts in JSON of any shape; the names that lists give to columns, pairs and amounts.

JSON may hold lists, objects that name a language, or objects with languages as keys.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from emma.errors import LanguageError
from emma.lang.codes import find_language
from emma.lang.language import LABEL
from emma.lang.registry import RefusedError

LABEL_COLUMNS = ("lang", "language", "label", "code", "lang_code", "language_code", "lang_script")
"""Names of the column of labels; else it is the first."""
SIDE_COLUMNS = (
    ("lang", "lang2"),
    ("lang1", "lang2"),
    ("src", "tgt"),
    ("src_lang", "tgt_lang"),
    ("source_lang", "target_lang"),
    ("source_language", "target_language"),
    ("source", "target"),
    ("src_code", "tgt_code"),
    ("from", "to"),
)
"""Names of the two columns of a bilingual table."""
PAIR_SEPARATOR = "\t"
"""Between the two sides of a pair."""
PAIR_COLUMNS = ("pair", "pairs", "lang_pair", "language_pair", "direction", "corpus")
"""Names of its one column."""
PAIR = re.compile(r"([a-z]{3}_[A-Z][a-z]{3}) ?(?:-|–|_|/|<?->|→) ?([a-z]{3}_[A-Z][a-z]{3})")
SHORT = re.compile(r"([a-z]{2,3}(?:[_-][A-Z][a-z]{3})?)(?:-|–|/|<?->|→)([a-z]{2,3}(?:[_-][A-Z][a-z]{3})?)")
"""A pair in short codes, in a column that is called so."""
AMOUNT_COLUMNS = (
    "tokens",
    "num_tokens",
    "token_count",
    "words",
    "sentences",
    "pairs",
    "lines",
    "bytes",
    "count",
    "size",
    "documents",
)
"""Names of the column of amounts, best first."""
UNMISTAKABLE = re.compile(r"[a-z]{2}|[a-z]{2,3}[-_][A-Za-z]{4}|[a-z]{2}[-_][A-Z]{2}|.*_.*_.*")
"""Keys that are no words: two letters, with a script or region, or a pair of labels."""


def parse_amount(cell: str) -> int | None:
    """The whole number in a cell, with thousands grouped or not; None if it is none."""
    plain = cell.strip().replace(",", "").replace("_", "").replace(" ", "")
    try:
        return int(float(plain))
    except (ValueError, OverflowError):
        return None


def read_json_entries(path: Path, text: str) -> Iterator[tuple[str, int | None]]:
    """Read labels and amounts; a pair's two labels have PAIR_SEPARATOR between.

    Raises LanguageError if the text is no JSON, or no list.
    """
    try:
        # By the standard library: what pandas wrote has NaN, which orjson refuses.
        parsed = (
            json.loads(text) if path.suffix == ".json" else [json.loads(line) for line in text.splitlines() if line]
        )
        if isinstance(parsed, Mapping | list):
            return iter(list(_walk(path, parsed)))
    except ValueError as error:
        raise LanguageError(f"{path} is not JSON: {error}.") from None
    except RecursionError:
        raise LanguageError(f"{path} is nested deeper than any list of languages.") from None
    raise LanguageError(f"{path} is neither a JSON list of languages nor an object with languages as keys.")


def _walk(path: Path, value: object) -> Iterator[tuple[str, int | None]]:
    """Languages at any depth: texts of a list, objects that name one, and the keys of an object of languages."""
    if isinstance(value, list):
        yield from chain.from_iterable(_read_entry(path, item) for item in value)
    elif not isinstance(value, Mapping):
        return
    elif name := _find_name(value):
        yield name, _amount_under(value)
    elif _holds_languages(value):
        yield from ((str(key), _amount_under(item)) for key, item in value.items())
    else:
        yield from chain.from_iterable(_walk(path, item) for item in value.values())


def _read_entry(path: Path, entry: object) -> Iterator[tuple[str, int | None]]:
    if isinstance(entry, str):
        return iter([(entry, None)])
    rows = list(_walk(path, entry))
    if not rows:
        raise LanguageError(f"{path}: {json.dumps(entry, ensure_ascii=False)[:80]} names no language (a key `lang`).")
    return iter(rows)


def _find_name(entry: Mapping[str, object]) -> str:
    """The language, or both, that an object names; empty if none."""
    for sides in SIDE_COLUMNS:
        if all(isinstance(entry.get(key), str) for key in sides):
            return PAIR_SEPARATOR.join(str(entry[key]) for key in sides)
    return next(
        (str(entry[key]) for key in (*LABEL_COLUMNS, *PAIR_COLUMNS) if isinstance(entry.get(key), str) and entry[key]),
        "",
    )


def _holds_languages(value: Mapping[str, object]) -> bool:
    """Whether the keys of an object are languages, and more so than those of the objects under them.

    `{"all": {"sw": 1, "yo": 2}}` has its languages below, though `all` is a code; `{"sw": {"dev": 1}}` has them here.
    """
    likeness = _measure_likeness(list(value))
    level = [child for child in value.values() if isinstance(child, Mapping)]
    while level:
        if any(map(_find_name, level)) or _measure_likeness([key for child in level for key in child]) > likeness:
            return False
        level = [child for parent in level for child in parent.values() if isinstance(child, Mapping)]
    codes = sum(map(_is_code, value))
    is_flat = not any(isinstance(child, Mapping) for child in value.values())
    has_lists = any(isinstance(child, list) for child in value.values())
    # Words are codes now and then (`all`, `is`), so above other objects most keys must be; at the bottom one is enough,
    # whose others are then reported as unknown.
    return not has_lists and (2 * codes > len(value) or (is_flat and codes > 0))


def _measure_likeness(keys: Sequence[str]) -> tuple[float, float, int]:
    """Measure how much keys are like languages: shares of unmistakable ones and of codes, and how many there are."""
    plain = sum(bool(UNMISTAKABLE.fullmatch(key)) and _is_code(key) for key in keys)
    return plain / max(1, len(keys)), sum(map(_is_code, keys)) / max(1, len(keys)), len(set(keys))


def _is_code(key: str) -> bool:
    if PAIR.fullmatch(key):
        return True
    try:
        return bool(find_language(key))
    except RefusedError as refusal:
        return refusal.kind != "unknown" or bool(LABEL.fullmatch(key))


def _amount_under(value: object) -> int | None:
    """The amount that stands under a language: a number, the best of the known names, or the sum of what is below."""
    if isinstance(value, Mapping):
        if (number := next((value[key] for key in AMOUNT_COLUMNS if key in value), None)) is not None:
            return parse_amount(str(number))
        numbers = [number for item in value.values() if (number := _amount_under(item)) is not None]
        return sum(numbers) if numbers else None
    return None if value is None or isinstance(value, list | bool) else parse_amount(str(value))
