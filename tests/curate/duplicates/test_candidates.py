"""How many of the similar texts bands of signatures find."""

from emma.curate.duplicates.candidates import BAND_ROWS, MIN_AGREEING
from emma.curate.duplicates.shingles import MIN_JACCARD
from emma.schemas import PERMUTATIONS


def test_bands_find_what_they_promise() -> None:
    bands = PERMUTATIONS // BAND_ROWS
    assert [round(1 - (1 - j**BAND_ROWS) ** bands, 4) for j in (0.6, 0.7)] == [0.9795, 0.9995]
    assert MIN_AGREEING == 54 and MIN_JACCARD == 0.6
