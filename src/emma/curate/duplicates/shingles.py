"""Shingles, by which near duplicates are compared: of words or of characters, and of both where texts lie in between.

Texts of WORD_SHINGLES_FROM words and more are shingled by words, shorter ones by characters, so a text just above and
its copy just below would have nothing in common. Texts that are long enough for words, and short enough to resemble one
that is not, are therefore shingled in both ways. A pair of translations has the shingles of either side.
"""

import math
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.kernels.differences import hash_tokens
from emma.kernels.duplicates import Signatures
from emma.kernels.fingerprint import WORD_SHINGLES_FROM, fingerprint, shingles
from emma.kernels.sets import Indices
from emma.kernels.tables import DIGIT, classes, fold
from emma.kernels.text import Hashes, Offsets, buffers
from emma.lang.scripts import NO_SCRIPT, is_spaced
from emma.schemas import PERMUTATIONS

MIN_JACCARD = 0.6
"""Jaccard similarity from which pairs are found."""
_MAX_BOTH_WAYS = math.ceil(WORD_SHINGLES_FROM / MIN_JACCARD) + 10
"""Words of the longest text that may be like one below WORD_SHINGLES_FROM; ten for those that are only punctuation."""
SETS = 3
"""Sets of shingles of a document: of its text, of its text by characters if it lies in between, of the other side."""

HAN_NUMERALS = "〇零一二三四五六七八九十百千万萬亿億兩两"


def spaces_words(scripts: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Whether each document's script spaces its words; one without letters has none."""
    codes = scripts.combine_chunks().dictionary_encode()
    known = [code not in NO_SCRIPT and is_spaced(code) for code in codes.dictionary.to_pylist()]
    by_row: NDArray[np.bool_] = np.array(known, np.bool_)[codes.indices.to_numpy()]
    return by_row


def needs_both_ways(annotations: pa.Table) -> NDArray[np.bool_]:
    """Which texts are shingled in both ways; `annotations` needs script, words and side_hashes."""
    words = annotations["words"].to_numpy()
    alone = annotations["side_hashes"].is_null().to_numpy()
    middling = (words >= WORD_SHINGLES_FROM) & (words <= _MAX_BOTH_WAYS)
    in_between: NDArray[np.bool_] = alone & middling & spaces_words(annotations["script"])
    return in_between


def character_signatures(texts: pa.ChunkedArray) -> Signatures:
    """The MinHash signatures of texts, by characters."""
    column = texts.cast(pa.large_string()).combine_chunks()
    signatures: Signatures = fingerprint(*buffers(column), fold(), np.zeros(len(column), np.bool_), PERMUTATIONS)[1]
    return signatures


def shingle_sets(table: pa.Table) -> tuple[Hashes, Offsets]:
    """The SETS sets of shingles of some documents, and where each set begins, int64 (SETS * n + 1).

    `table` needs text, text2, script, words and side_hashes.
    """
    first, second = (table[name].cast(pa.large_string()).combine_chunks() for name in ("text", "text2"))
    both = pc.if_else(pa.array(needs_both_ways(table)), first, pa.scalar(None, pa.large_string()))
    by_row: Indices = np.arange(SETS * table.num_rows).reshape(SETS, -1).T.ravel()
    sides = pa.concat_arrays([first, both, second]).take(pa.array(by_row))
    # Sets of a document lie side by side, so that its similarity is read from one place.
    by_words = np.repeat(spaces_words(table["script"]), SETS)
    # The second set of each document is by characters, whatever its script.
    by_words[1::SETS] = False
    there = sides.is_valid().to_numpy(zero_copy_only=False)
    hashes, starts = shingles(*buffers(sides.drop_null()), fold(), by_words[there])
    return hashes, starts[np.concatenate([[0], np.cumsum(there)])]


def token_runs(table: pa.Table) -> tuple[Hashes, Offsets]:
    """The tokens of some documents, of both sides, in order, and where each document's begin, int64 (n + 1)."""
    sides = [table[name].cast(pa.large_string()).combine_chunks() for name in ("text", "text2")]
    both = pc.binary_join_element_wise(*sides, pa.scalar("\n", pa.large_string()), null_handling="skip")
    runs: tuple[Hashes, Offsets] = hash_tokens(*buffers(both), fold(), char_classes(), spaces_words(table["script"]))
    return runs


@lru_cache(maxsize=1)
def char_classes() -> NDArray[np.uint8]:
    """The class of every code point, Han numerals with the digits: they are letters to Unicode."""
    # A copy, since the table of classes is shared by all kernels.
    table = classes().copy()
    table[[ord(numeral) for numeral in HAN_NUMERALS]] = DIGIT
    return table
