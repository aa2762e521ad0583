"""Annotations: the columns that the kernels' counts and hashes of a batch of documents become.

Counts, shares and signatures are of both sides of a pair together; what depends on a label is of each side alone.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emma.annotate.scripts import SCRIPTS, ScriptUse, cells, divide
from emma.annotate.texts import Sides
from emma.kernels import measure as m
from emma.kernels import pairs as p
from emma.kernels.fingerprint import fingerprint, pair_hashes
from emma.kernels.normal import LINE_COLUMNS, bare, bare_hashes, hash_lines
from emma.kernels.personal import count_personal, forms
from emma.kernels.tables import digits, fold, widths
from emma.lang.units import unit_kinds
from emma.schemas import ANNOTATIONS, PERMUTATIONS, PERSONAL

Columns = dict[str, pa.Array | NDArray[np.generic]]
MIN_BARE_LETTERS = 20
"""Letters from which texts that differ only in diacritics are copies: two short ones may be two words."""


def annotate_batch(batch: pa.RecordBatch) -> pa.Table:
    """The annotations of a batch of documents, row for row.

    `batch` needs the columns text, text2, lang and lang2.
    """
    sides = Sides.of(batch)
    by_side, tallies = m.measure_documents(sides.data, sides.offsets, cells(), fold(), SCRIPTS)
    scripts, counts = ScriptUse(sides, tallies), sides.total(by_side)
    # Both must space words: Thai with one Latin name has no words to count, and neither has Latin full of Thai.
    spaced = scripts.spaced & scripts.labels_spaced
    columns = {
        "bytes": byte_lengths(sides),
        **{name: counts[:, at] for name, at in (("chars", m.CHARS), ("words", m.WORDS), ("lines", m.LINES))},
        **scripts.columns(),
        **character_features(counts),
        **word_features(counts, spaced),
        **pair_features(sides, by_side[:, m.CHARS]),
        **personal_columns(sides),
        **hash_columns(sides, scripts.spaced),
    }
    return pa.table({name: columns[name] for name in ANNOTATIONS.names}, schema=ANNOTATIONS)


def byte_lengths(sides: Sides) -> NDArray[np.int64]:
    """UTF-8 bytes of each document, both sides."""
    return sides.total(np.diff(sides.offsets))


def character_features(counts: m.Counts) -> Columns:
    """The features that are shares of characters, and the length of a line."""
    visible = counts[:, m.CHARS] - counts[:, m.SPACES]
    letters, filled = counts[:, m.LOWERS] + counts[:, m.UPPERS], counts[:, m.FILLED_LINES]
    return {
        "letter_share": divide(letters + counts[:, m.MARKS], visible),
        "digit_share": divide(counts[:, m.DIGITS], visible),
        "punct_share": divide(counts[:, m.PUNCTS], visible),
        "symbol_share": divide(counts[:, m.SYMBOLS], visible),
        "upper_share": divide(counts[:, m.UPPERS], letters),
        "repeated_line_share": divide(counts[:, m.LINE_REPEATS], counts[:, m.CHARS]),
        "repeated_gram_share": divide(counts[:, m.GRAM_REPEATS], counts[:, m.GRAMS]),
        "line_length": pa.array(divide(counts[:, m.LINE_CHARS], filled), mask=filled == 0),
    }


def word_features(counts: m.Counts, spaced: NDArray[np.bool_]) -> Columns:
    """The features of words, null where label or text does not put spaces between them."""
    words, grams = counts[:, m.WORDS], counts[:, m.WORD_GRAMS]
    length = divide(counts[:, m.CHARS] - counts[:, m.SPACES], words)
    return {
        "word_length": pa.array(length, mask=~spaced | (words == 0)),
        "repeated_word_share": pa.array(divide(counts[:, m.WORD_GRAM_REPEATS], grams), mask=~spaced),
    }


def personal_columns(sides: Sides) -> Columns:
    """How many of each kind of personal data stand in each document."""
    counts = sides.total(count_personal(sides.data, sides.offsets, forms()))
    return dict(zip(PERSONAL, counts.T, strict=True))


def pair_features(sides: Sides, chars: NDArray[np.int64]) -> Columns:
    """The features of pairs of texts, from what both sides have in common; null for one text alone."""
    places = np.stack([sides.pairs, sides.documents + np.arange(len(sides.pairs))], axis=1)
    counts = compare_sides(sides, places)
    # In characters, since bytes would make every pair of Latin and Devanagari look uneven.
    lengths = chars[places]
    return {
        "length_ratio": sides.on_pairs(divide(lengths.min(axis=1), lengths.max(axis=1), empty=1.0)),
        "copied_share": sides.on_pairs(divide(counts[:, p.COPIED], counts[:, p.SHORTER])),
        "numeral_share": sides.on_pairs(divide(counts[:, p.SAME_NUMBERS], counts[:, p.ALL_NUMBERS], empty=1.0)),
    }


def compare_sides(sides: Sides, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Counts of what the sides at `places` (p, 2) have in common, (p, 4)."""
    if not len(places):  # a corpus without pairs need not compile the kernel
        return np.zeros((0, 4), np.int64)
    return p.compare_sides(sides.data, sides.offsets, places, fold(), unit_kinds(), digits())


def hash_columns(sides: Sides, spaced: NDArray[np.bool_]) -> Columns:
    """The hashes by which duplicates are found. A pair has the shingles of either side, so its signature the minima."""
    exact, signatures = fingerprint(sides.data, sides.offsets, fold(), spaced[sides.rows], PERMUTATIONS)
    # Both sides of a pair apart, for documents that share one side only: they go to the same split.
    of_pairs = np.stack([exact[sides.pairs], exact[sides.documents :]], axis=1)
    one_text = np.ones(sides.documents, np.bool_)
    one_text[sides.pairs] = False
    # Pairs get no hashes of lines: with lines left out, their sides would no longer be translations of one another.
    lines = hash_lines(sides.data, sides.offsets[: sides.documents + 1], fold(), widths(), LINE_COLUMNS)
    return {
        "exact_hash": sides.join(exact, pair_hashes),
        **bare_columns(sides, one_text),
        "side_hashes": list_column(of_pairs.ravel(), np.cumsum(np.append(0, 2 * ~one_text)), one_text),
        "line_hashes": list_column(*lines, ~one_text),
        "minhash": pa.FixedSizeListArray.from_arrays(sides.join(signatures, np.minimum).ravel(), PERMUTATIONS),
    }


def bare_columns(sides: Sides, one_text: NDArray[np.bool_]) -> Columns:
    """A hash of each text without its diacritics, null for pairs and for short texts; and the number of diacritics."""
    hashes, letters, marks = bare_hashes(sides.data, sides.offsets[: sides.documents + 1], fold(), bare())
    return {
        "bare_hash": pa.array(hashes, mask=~one_text | (letters < MIN_BARE_LETTERS)),
        "marks": pa.array(marks, pa.int32()),
    }


def list_column(values: NDArray[np.uint64], starts: NDArray[np.int64], absent: NDArray[np.bool_]) -> pa.ListArray:
    """A column of lists from flat values and where each begins, null where `absent`."""
    return pa.ListArray.from_arrays(pa.array(starts, pa.int32()), pa.array(values), mask=pa.array(absent))
