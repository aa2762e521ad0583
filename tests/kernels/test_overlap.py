"""Grams of benchmark items, and documents looked up in them, against slow Python."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emma.kernels.gram_index import make_index
from emma.kernels.grams import MIN_WORDS, NARROW, WIDE, WORD_LETTERS, PointTables, hash_item_grams, make_scale
from emma.kernels.overlap import Hits, find_overlap, make_hits
from emma.kernels.tables import fold
from emma.lang.units import unit_kinds
from tests.conftest import TEXTS
from tests.kernels.reference import GOLDEN, corpus, hash_word, mix, polynomial, texts, to_arrays
from tests.kernels.test_pairs import slow_units

WORDS, CHARACTERS = 6, 20


def weight(unit: str) -> int:
    kind = unit_kinds()[ord(unit[0])]
    if kind == NARROW:
        return WORD_LETTERS * WORDS
    return 2 * WORD_LETTERS * WORDS if kind == WIDE else CHARACTERS * max(WORD_LETTERS, len(unit))


def value(unit: str) -> int:
    return mix(ord(unit)) if unit_kinds()[ord(unit[0])] in {NARROW, WIDE} else hash_word(unit)


def whole(units: Sequence[str]) -> list[int]:
    enough = MIN_WORDS * WORD_LETTERS * CHARACTERS <= sum(map(weight, units)) < WORDS * WORD_LETTERS * CHARACTERS
    return [mix(polynomial([value(unit) for unit in units]) ^ GOLDEN)] if enough else []


def slow_grams(text: str, lines: bool) -> list[int]:
    units, grams = slow_units(text), []
    for start in range(len(units)):
        stop = next((end for end in range(start, len(units) + 1) if full(units[start:end])), None)
        if stop is not None:
            grams.append(mix(polynomial([value(unit) for unit in units[start:stop]])))
    if not grams:
        grams = whole(units)
    if lines:
        filled = [found for line in text.split("\n") if (found := slow_units(line))]
        grams += [gram for line in filled if len(filled) > 1 for gram in whole(line)]
    return grams


def full(units: Sequence[str]) -> bool:
    return sum(map(weight, units)) >= WORDS * WORD_LETTERS * CHARACTERS


def grams_of(texts: Sequence[str]) -> list[list[int]]:
    found, starts = hash_item_grams(*to_arrays(texts), PointTables(fold(), unit_kinds()), make_scale(WORDS, CHARACTERS))
    return [found[start:stop].tolist() for start, stop in pairwise(starts)]


def test_grams_of_items_equal_slow_python() -> None:
    texts = [text for text in corpus() if len(text) < 1000]
    assert grams_of(texts) == [slow_grams(text, lines=False) for text in texts]


@given(st.lists(texts, max_size=4).map(" ".join))
def test_grams_of_items_equal_slow_python_on_any_text(text: str) -> None:
    assert grams_of([text]) == [slow_grams(text, lines=False)]


def look(items: Sequence[str], groups: Sequence[int], benchmark_of: Sequence[int], texts: Sequence[str]) -> Hits:
    """Look texts up in items of these groups, which are of these benchmarks."""
    found, starts = hash_item_grams(*to_arrays(items), PointTables(fold(), unit_kinds()), make_scale(WORDS, CHARACTERS))
    owners = np.repeat(np.arange(len(items)), np.diff(starts))
    index = make_index(found, owners, np.array(groups, np.int32), np.array(benchmark_of, np.int32))
    hits = make_hits(
        len(texts), max(benchmark_of) + 1, np.zeros(len(items), np.bool_), np.zeros(len(benchmark_of), np.int64)
    )
    find_overlap(*to_arrays(texts), PointTables(fold(), unit_kinds()), make_scale(WORDS, CHARACTERS), index, hits)
    return hits


def check(items: Sequence[str], texts: Sequence[str]) -> None:
    groups, benchmark_of = [at % 3 for at in range(len(items))], [0, 0, 1]
    found = look(items, groups, benchmark_of, texts)
    of_items = [set(slow_grams(item, lines=False)) for item in items]
    of_texts = [slow_grams(text, lines=True) for text in texts]
    of_groups = [set().union(*of_items[group::3]) for group in range(3)]
    known = [of_groups[0] | of_groups[1], of_groups[2]]
    assert found.grams.tolist() == [len(grams) for grams in of_texts]
    assert found.hits.tolist() == [sum(gram in known[0] | known[1] for gram in grams) for grams in of_texts]
    assert found.by_benchmark.tolist() == [[sum(gram in b for gram in grams) for b in known] for grams in of_texts]
    assert found.items.tolist() == [any(not item.isdisjoint(grams) for grams in of_texts) for item in of_items]
    assert found.documents.tolist() == [sum(not group.isdisjoint(grams) for grams in of_texts) for group in of_groups]


@pytest.mark.slow
def test_looking_up_equals_slow_python() -> None:
    texts = [text for text in corpus() if len(text) < 1000]
    check(texts[::2] + texts[:3], texts)


@given(st.lists(texts, min_size=3, max_size=5), st.lists(texts, max_size=3))
def test_looking_up_equals_slow_python_on_any_text(items: list[str], texts: list[str]) -> None:
    check(items, [*texts, "\n".join(items), " ".join([*texts, *items])])


@pytest.mark.parametrize("label", TEXTS)
def test_an_item_is_found_inside_other_text_in_another_form(label: str) -> None:
    item = TEXTS[label] + " " + TEXTS[label]
    page = f"<< {item.replace(' ', '  ').upper() if item.isascii() else item} >>"
    found = look([item], [0], [0], [page, f"A page.\n{page}\nAnd more.", TEXTS[label][:4]])
    assert found.hits[0] == found.grams[0] > 0 < found.hits[1] < found.grams[1] and found.hits[2] == 0


def test_what_is_too_short_for_a_gram_is_found_as_a_line_or_a_document_only() -> None:
    item = "one two three four five"
    texts = [item, f"a line\n{item.upper()}!\nanother", f"and {item} six seven eight", "one two three four"]
    assert look([item], [0], [0], texts).hits.tolist() == [1, 1, 0, 0]
    assert look(["one two three four"], [0], [0], texts).hits.tolist() == [0, 0, 0, 0]


def test_an_item_of_two_lines_is_found_as_a_document() -> None:
    assert look(["one two three\nfour five"], [0], [0], ["One two three. Four five."]).hits.tolist() == [1]


@pytest.mark.parametrize(("words", "grams"), [(12, 0), (13, 1), (14, 2)])
def test_a_gram_is_thirteen_words(words: int, grams: int) -> None:
    item = " ".join(f"word{at}" for at in range(words))
    found, _ = hash_item_grams(*to_arrays([item + " "]), PointTables(fold(), unit_kinds()), make_scale(13, 50))
    assert len(found) == max(1, grams)  # a whole text where there is no gram


@pytest.mark.parametrize(("char", "full"), [("ก", 50), ("一", 25)])
def test_a_gram_is_fifty_characters_or_half_as_many_wide_ones(char: str, full: int) -> None:
    found, _ = hash_item_grams(*to_arrays([char * (full + 4)]), PointTables(fold(), unit_kinds()), make_scale(13, 50))
    assert len(found) == 5


def test_long_words_count_for_more() -> None:
    item = " ".join(["illoqarfinnguaq"] * 8)  # eight Greenlandic words of 15 letters
    assert len(hash_item_grams(*to_arrays([item]), PointTables(fold(), unit_kinds()), make_scale(13, 50))[0]) == 2


def test_an_index_of_nothing_finds_nothing() -> None:
    assert look(["", "a"], [0, 0], [0], [*TEXTS.values(), ""]).hits.tolist() == [0] * (len(TEXTS) + 1)
