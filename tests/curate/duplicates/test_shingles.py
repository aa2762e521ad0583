"""Shingles by words, by characters, and in both ways in between."""

import numpy as np
import pytest

from emma.curate.duplicates.shingles import SETS, shingle_sets
from emma.kernels.fingerprint import WORD_SHINGLES_FROM, permutations, sign
from emma.schemas import PERMUTATIONS
from tests.conftest import TEXTS, documents
from tests.curate.corpus import prose
from tests.curate.duplicates.conftest import Find, annotations
from tests.curate.duplicates.slow import jaccard, mixed, overlap, shingle_set


def test_the_shingles_that_are_verified_are_those_of_the_signatures() -> None:
    pair = {"lang": "eng_Latn", "text": TEXTS["eng_Latn"], "lang2": "yor_Latn", "text2": TEXTS["yor_Latn"]}
    rows = [*mixed(1), pair, pair]
    annotated = annotations(documents(rows))
    table = documents(rows)
    for name in ("script", "words", "side_hashes"):
        table = table.append_column(name, annotated[name])
    hashes, starts = shingle_sets(table)
    multipliers, addends = permutations(PERMUTATIONS)
    for row, expected in enumerate(annotated["minhash"].to_pylist()):
        signature = np.empty(PERMUTATIONS, np.uint32)
        text, also, side, end = starts[SETS * row : SETS * row + SETS + 1]
        sign(np.concatenate([hashes[text:also], hashes[side:end]]), multipliers, addends, signature)
        assert signature.tolist() == expected
        assert also - text == len(shingle_set(rows[row]["text"]))


@pytest.mark.parametrize("lang", ["bos_Latn", "hin_Deva", "amh_Ethi"])
def test_a_text_just_long_enough_for_words_is_like_its_copy_just_below(find: Find, lang: str) -> None:
    whole = prose(lang, 1, WORD_SHINGLES_FROM + 5)
    texts = [f"{whole} {prose(lang, 2, 12)}", " ".join(whole.split(" ")[: WORD_SHINGLES_FROM - 3]), whole]
    _, pairs = find([{"lang": lang, "text": text} for text in [*texts, prose(lang, 3, 55)]], [1, 3])
    sets = [shingle_set(text, words_from=999) for text in texts]
    assert {(row["left"], row["right"]): row["jaccard"] for row in pairs} == {
        (0, 1): pytest.approx(overlap(sets[0], sets[1])),
        (0, 2): pytest.approx(jaccard(texts[0], texts[2])),
        (1, 2): pytest.approx(overlap(sets[1], sets[2])),
    }
