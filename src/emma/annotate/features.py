"""From the kernels' counts to the columns of an annotations table.

Counts, shares and signatures are of both sides of a pair together; what depends on a label is of each side alone.
"""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emma.annotate.scripts import SCRIPTS, Written, cells, share, unit_kinds
from emma.annotate.texts import Sides
from emma.kernels import measure as m
from emma.kernels import pairs as p
from emma.kernels.fingerprint import fingerprint, pair_hashes
from emma.kernels.normal import LINE_COLUMNS, bare, bare_hashes, hash_lines
from emma.kernels.tables import digits, fold, widths
from emma.schemas import ANNOTATIONS, PERMUTATIONS

Columns = dict[str, Any]
BARE_LETTERS = 20
"""Letters below which two texts that differ in diacritics may be two words."""


def annotate_batch(batch: pa.RecordBatch) -> pa.Table:
    """The annotations of a batch of documents, row for row.

    `batch` needs the columns text, text2, lang and lang2.
    """
    sides = Sides.of(batch)
    by_side, tallies = m.measure_documents(sides.data, sides.offsets, cells(), fold(), SCRIPTS)
    written, counts = Written(sides, tallies), sides.total(by_side)
    spaced = written.spaced & written.labels_spaced
    columns = {
        "bytes": byte_lengths(sides),
        **{name: counts[:, at] for name, at in (("chars", m.CHARS), ("words", m.WORDS), ("lines", m.LINES))},
        **written.columns(),
        **shares(counts),
        **where_spaced(counts, spaced),
        **pair_features(sides, by_side[:, m.CHARS]),
        **hashes(sides, written.spaced),
    }
    return pa.table({name: columns[name] for name in ANNOTATIONS.names}, schema=ANNOTATIONS)


def byte_lengths(sides: Sides) -> NDArray[np.int64]:
    """UTF-8 bytes of each document, both sides."""
    return sides.total(np.diff(sides.offsets))


def shares(counts: m.Counts) -> Columns:
    """The features that are shares of characters, and the length of a line."""
    visible = counts[:, m.CHARS] - counts[:, m.SPACES]
    letters, filled = counts[:, m.LOWERS] + counts[:, m.UPPERS], counts[:, m.FILLED_LINES]
    return {
        "letter_share": share(letters + counts[:, m.MARKS], visible),
        "digit_share": share(counts[:, m.DIGITS], visible),
        "punct_share": share(counts[:, m.PUNCTS], visible),
        "symbol_share": share(counts[:, m.SYMBOLS], visible),
        "upper_share": share(counts[:, m.UPPERS], letters),
        "repeated_line_share": share(counts[:, m.LINE_REPEATS], counts[:, m.CHARS]),
        "repeated_gram_share": share(counts[:, m.GRAM_REPEATS], counts[:, m.GRAMS]),
        "line_length": pa.array(share(counts[:, m.LINE_CHARS], filled), mask=filled == 0),
    }


def where_spaced(counts: m.Counts, spaced: NDArray[np.bool_]) -> Columns:
    """The features of words, null where label or text does not space them."""
    words, grams = counts[:, m.WORDS], counts[:, m.WORD_GRAMS]
    length = share(counts[:, m.CHARS] - counts[:, m.SPACES], words)
    return {
        "word_length": pa.array(length, mask=~spaced | (words == 0)),
        "repeated_word_share": pa.array(share(counts[:, m.WORD_GRAM_REPEATS], grams), mask=~spaced),
    }


def pair_features(sides: Sides, chars: NDArray[np.int64]) -> Columns:
    """What the two sides of a pair have in common; null for one text alone."""
    places = np.stack([sides.pairs, sides.documents + np.arange(len(sides.pairs))], axis=1)
    counts = compare(sides, places)
    lengths = chars[places]
    return {
        "length_ratio": sides.on_pairs(share(lengths.min(axis=1), lengths.max(axis=1), nothing=1.0)),
        "copied_share": sides.on_pairs(share(counts[:, p.COPIED], counts[:, p.SHORTER])),
        "numeral_share": sides.on_pairs(share(counts[:, p.SAME_NUMBERS], counts[:, p.ALL_NUMBERS], nothing=1.0)),
    }


def compare(sides: Sides, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """What the sides at `places` (p, 2) have in common, (p, 4). A corpus without pairs need not compile the kernel."""
    if not len(places):
        return np.zeros((0, 4), np.int64)
    return p.compare_sides(sides.data, sides.offsets, places, fold(), unit_kinds(), digits())


def hashes(sides: Sides, spaced: NDArray[np.bool_]) -> Columns:
    """What duplicates are found by. A pair's shingles are those of either side, so its signature has the minima."""
    exact, signatures = fingerprint(sides.data, sides.offsets, fold(), spaced[sides.rows], PERMUTATIONS)
    of_pairs = np.stack([exact[sides.pairs], exact[sides.documents :]], axis=1)
    one_text = np.ones(sides.documents, np.bool_)
    one_text[sides.pairs] = False
    lines = hash_lines(sides.data, sides.offsets[: sides.documents + 1], fold(), widths(), LINE_COLUMNS)
    return {
        "exact_hash": sides.join(exact, pair_hashes),
        **without_diacritics(sides, one_text),
        "side_hashes": lists(of_pairs.ravel(), np.cumsum(np.append(0, 2 * ~one_text)), one_text),
        "line_hashes": lists(*lines, ~one_text),
        "minhash": pa.FixedSizeListArray.from_arrays(sides.join(signatures, np.minimum).ravel(), PERMUTATIONS),
    }


def without_diacritics(sides: Sides, one_text: NDArray[np.bool_]) -> Columns:
    """A hash of each text without them, null for pairs and for less than BARE_LETTERS; and how many there are."""
    found, letters, marks = bare_hashes(sides.data, sides.offsets[: sides.documents + 1], fold(), bare())
    return {
        "bare_hash": pa.array(found, mask=~one_text | (letters < BARE_LETTERS)),
        "marks": pa.array(marks, pa.int32()),
    }


def lists(values: NDArray[np.uint64], starts: NDArray[np.int64], absent: NDArray[np.bool_]) -> pa.ListArray:
    """A column of lists from flat values and where each begins, null where `absent`."""
    return pa.ListArray.from_arrays(pa.array(starts, pa.int32()), pa.array(values), mask=pa.array(absent))
