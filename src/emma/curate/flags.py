"""What a person should know of a language before trusting its numbers: `flags.parquet`."""

from collections import Counter

import pyarrow as pa

from emma.curate.split import SPLITS

FLAGS = pa.schema([("lang", pa.string()), ("flag", pa.string())])

LEVELS = {
    "script": "too few documents for limits of its own: those of its script hold",
    "all": "too few documents for limits of its own: those of all languages hold",
    "none": "too few documents for any limit: nothing is dropped by it",
}


def flags(limits: pa.Table, languages: pa.Table) -> pa.Table:
    """A row for each language and thing to know: borrowed limits, nothing kept, nothing held out."""
    borrowed = {
        (row["lang"], LEVELS[row["level"]])
        for row in limits.to_pylist()
        if row["feature"] == "letter_share" and row["level"] in LEVELS
    }
    kept: Counter[str] = Counter()
    held: Counter[str] = Counter()
    for row in languages.to_pylist():
        kept[row["lang"]] += row["documents"] if row["outcome"] in SPLITS else 0
        held[row["lang"]] += row["documents"] if row["outcome"] == "test" else 0
    empty = {(lang, "no document was kept") for lang, count in kept.items() if not count}
    whole = {(lang, "no document is held out for test") for lang, count in kept.items() if count and not held[lang]}
    rows = sorted(borrowed | empty | whole)
    return pa.Table.from_pylist([{"lang": lang, "flag": flag} for lang, flag in rows], schema=FLAGS)
