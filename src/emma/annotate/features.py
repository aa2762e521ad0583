"""From the kernels' counts to the columns of an annotations table.

A bitext row is measured as one text, its two sides joined by a newline, against the scripts of both its labels.
Program code has no language, so it is always in a script that its label allows.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.kernels import measure as m
from emma.kernels.arrow import buffers
from emma.kernels.fingerprint import fingerprint
from emma.kernels.repeats import GRAM
from emma.kernels.tables import classes, fold
from emma.lang.scripts import NO_SCRIPT, SCRIPT_CODES, covers, is_spaced, script_table
from emma.schemas import ANNOTATIONS, CODE, PERMUTATIONS

Columns = dict[str, Any]
SPACED = np.array([is_spaced(code) for code in SCRIPT_CODES])


def annotate_batch(batch: pa.RecordBatch) -> pa.Table:
    """The annotations of a batch of documents, row for row.

    `batch` needs the columns text, text2, lang and lang2.
    """
    data, offsets = buffers(both_sides(batch["text"], batch["text2"]))
    labels, names = distinct(both_sides(batch["lang"], batch["lang2"]))
    allowed = allowed_scripts(names)
    counts = m.measure(data, offsets, classes(), letter_scripts(), labels, allowed)
    between = batch["text2"].is_valid().to_numpy(zero_copy_only=False)
    counts[:, [m.CHARS, m.SPACES]] -= between[:, None]  # the newline that joins two sides is in neither
    spaced = SPACED[counts[:, m.SCRIPT]] & (counts[:, m.SCRIPT] >= 0)
    exact, signatures = fingerprint(data, offsets, fold(), spaced, PERMUTATIONS)
    columns = {
        "bytes": byte_lengths(batch),
        **sizes(counts),
        **shares(counts),
        "word_length": word_length(counts, spaced & spaced_labels(names)[labels]),
        "exact_hash": exact,
        "minhash": pa.FixedSizeListArray.from_arrays(signatures.ravel(), PERMUTATIONS),
    }
    return pa.table({name: columns[name] for name in ANNOTATIONS.names}, schema=ANNOTATIONS)


def both_sides(first: pa.Array, second: pa.Array) -> pa.Array:
    """Side one, a newline, side two where there is one; with 64-bit offsets, since a batch may exceed 2 GiB."""
    large = pa.large_string()
    sides = [first.cast(large), second.cast(large), pa.scalar("\n", large)]
    return pc.binary_join_element_wise(*sides, null_handling="skip")


def byte_lengths(batch: pa.RecordBatch) -> pa.Array:
    """UTF-8 bytes of each document, both sides."""
    one, two = (pc.binary_length(batch[name]).cast(pa.int64()) for name in ("text", "text2"))
    return pc.add(one, two.fill_null(0))


@lru_cache(maxsize=1)
def letter_scripts() -> NDArray[np.int16]:
    """The script of each code point, -1 for those shared by many."""
    scripts = script_table().astype(np.int16)
    scripts[scripts < len(NO_SCRIPT)] = -1
    return scripts


def distinct(labels: pa.Array) -> tuple[NDArray[np.int32], list[str]]:
    """For each row an index into the labels that occur; bitext has two in one, a line each."""
    encoded = labels.dictionary_encode()
    return encoded.indices.to_numpy(), encoded.dictionary.to_pylist()


def scripts_of(labels: str) -> list[str]:
    """The scripts of one label, or of a bitext's two."""
    return [label.partition("_")[2] for label in labels.split("\n")]


def allowed_scripts(names: Sequence[str]) -> NDArray[np.bool_]:
    """Which scripts each label allows, (labels, scripts).

    A label whose script Unicode has no characters for is no evidence against any.
    """
    allowed = np.zeros((len(names), len(SCRIPT_CODES)), np.bool_)
    for row, labels in zip(allowed, names, strict=True):
        codes = {code for script in scripts_of(labels) for code in covers(script)}
        row[:] = [code in codes for code in SCRIPT_CODES]
        row[:] |= CODE in labels or not row[len(NO_SCRIPT) :].any()
    return allowed


def spaced_labels(names: Sequence[str]) -> NDArray[np.bool_]:
    """Whether each label's writing spaces its words: a Thai page is not Latin because it is full of links."""
    return np.array([all(map(is_spaced, scripts_of(labels))) for labels in names], np.bool_)


def sizes(counts: m.Counts) -> Columns:
    """Lengths, and the script of most letters."""
    codes = np.array([*SCRIPT_CODES, "Zyyy"])
    return {
        "chars": counts[:, m.CHARS],
        "words": counts[:, m.WORDS],
        "lines": counts[:, m.LINES],
        "script": pa.array(codes[counts[:, m.SCRIPT]]),
    }


def shares(counts: m.Counts) -> Columns:
    """The features that are shares. Without letters, a document is in no script that its label forbids."""
    visible = counts[:, m.CHARS] - counts[:, m.SPACES]
    letters, scripted = counts[:, m.LETTERS], counts[:, m.SCRIPTED]
    return {
        "script_share": share(counts[:, m.SCRIPT_LETTERS], scripted),
        "letter_share": share(letters + counts[:, m.MARKS], visible),
        "digit_share": share(counts[:, m.DIGITS], visible),
        "punct_share": share(counts[:, m.PUNCTS], visible),
        "upper_share": share(counts[:, m.UPPERS], letters),
        "repeated_line_share": share(counts[:, m.LINE_REPEATS], counts[:, m.CHARS]),
        "repeated_gram_share": share(counts[:, m.GRAM_REPEATS], counts[:, m.CHARS] - GRAM + 1),
        "label_script_share": share(counts[:, m.LABEL_LETTERS], scripted, nothing=1.0),
    }


def word_length(counts: m.Counts, spaced: NDArray[np.bool_]) -> pa.Array:
    """Characters a word, null where words are not spaced."""
    words = counts[:, m.WORDS]
    return pa.array(share(counts[:, m.CHARS] - counts[:, m.SPACES], words), mask=~spaced | (words == 0))


def share(part: NDArray[np.int64], whole: NDArray[np.int64], nothing: float = 0.0) -> NDArray[np.float32]:
    """`part / whole`, and `nothing` where there is no whole."""
    return np.where(whole > 0, part / np.maximum(whole, 1), nothing).astype(np.float32)
