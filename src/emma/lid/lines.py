"""Lines to train and measure with: a sample of each language that is the same however the corpus is cut into shards.

A line's place in the sample is the hash of its text, so samples of parts merge, repeated lines count once, and a line
that stands under two languages is found and left out of both: it says nothing about either.
"""

import re
from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from emma.lang.scripts import script_evidence, strip_markup, unicode_scripts
from emma.store.address import hash64

LINES = pa.schema(
    [
        ("lang", pa.string()),
        ("key", pa.uint64()),  # hash of the text: the place in the sample
        ("text", pa.string()),
    ]
)

SHORTEST = 24
"""UTF-8 bytes of the shortest line: eight characters of Han or Thai, two dozen of Latin letters."""
LONGEST = 300
"""Characters of the longest; longer lines are cut between words."""
PIECE = re.compile(rf"\S.{{0,{LONGEST - 1}}}(?=\s|$)|\S.{{0,{LONGEST - 1}}}")


def sample(documents: Iterable[tuple[str, str]], most: int) -> pa.Table:
    """At most `most` lines of each language, as LINES sorted by language and key, from pairs of label and text.

    Lines most of whose letters are in a script that the label does not allow are left out.
    """
    found: dict[str, dict[int, str]] = {}
    for lang, text in documents:
        kept = found.setdefault(lang, {})
        kept.update((hash64(line), line) for line in pieces(text))
        if len(kept) > 16 * most:
            found[lang] = _smallest(lang, kept, most)
    rows = [
        {"lang": lang, "key": key, "text": text}
        for lang in sorted(found)
        for key, text in _smallest(lang, found[lang], most).items()
    ]
    return pa.Table.from_pylist(rows, LINES)


def pieces(text: str) -> Iterator[str]:
    """The lines of a text that are long enough, cut where they are too long."""
    for line in text.split("\n"):
        for piece in PIECE.findall(line):
            if len(piece.encode()) >= SHORTEST:
                yield piece.rstrip()


def _smallest(lang: str, lines: dict[int, str], most: int) -> dict[int, str]:
    """The lines with the smallest keys among those in a script of the language."""
    allowed, kept = unicode_scripts(lang[-4:]), dict[int, str]()
    for key in sorted(lines):
        script, share, _ = script_evidence(strip_markup(lines[key]))
        if script in allowed and share >= 0.5:
            kept[key] = lines[key]
            if len(kept) == most:
                break
    return kept


def merge(samples: Iterable[pa.Table], most: int) -> pa.Table:
    """One sample from several. Lines that stand under more than one language are gone."""
    table = pa.concat_tables(samples).sort_by([("lang", "ascending"), ("key", "ascending")])
    table = table.filter(_first(table, ["lang", "key"]))
    places = _places(table)
    table = table.filter(pa.array(places < most))
    keys, times = np.unique(table["key"].to_numpy(), return_counts=True)
    return table.filter(pc.is_in(table["key"], pa.array(keys[times == 1])))


def _first(table: pa.Table, columns: list[str]) -> pa.Array:
    """Whether each row of a sorted table differs from the one before in these columns."""
    new = np.ones(len(table), bool)
    if len(table):
        same = [pc.equal(table[name].slice(1), table[name].slice(0, len(table) - 1)) for name in columns]
        new[1:] = ~np.logical_and.reduce([each.to_numpy() for each in same])
    return pa.array(new)


def _places(table: pa.Table) -> np.ndarray:
    """Each row's number, from 0, within its language; the table is sorted by language."""
    starts = np.flatnonzero(_first(table, ["lang"]).to_numpy(zero_copy_only=False))
    lengths = np.diff(np.append(starts, len(table)))
    return np.arange(len(table)) - np.repeat(starts, lengths)


def held_out(table: pa.Table, share: float) -> pa.Array:
    """Which lines of a sample are held out of training: about `share` of them, whatever else is in the sample."""
    scrambled = table["key"].to_numpy() * np.uint64(0x9E3779B97F4A7C15)  # the keys themselves are the smallest ones
    return pa.array(scrambled < np.uint64(min(share * 2**64, 2**64 - 1)))
