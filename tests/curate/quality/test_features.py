"""Histograms of features, whose limits hold for a pair, and pools in which no language outweighs others."""

import numpy as np
import pytest

from emma.curate.quality.features import BINS, FeatureColumn, Histogram, count_bins, pool_histograms
from emma.lang.language import Pair, script_of


def column(values: np.ndarray, judges: list[int] | None = None) -> FeatureColumn:
    rows = np.arange(len(values))
    return FeatureColumn(rows, np.array(judges or [0] * len(values), np.int32), values.astype(np.float32))


def histogram(values: np.ndarray, top: float = 1.0) -> Histogram:
    return count_bins(column(values), 1, top)[0].astype(np.float64)


def test_histograms_count_every_value_and_skip_what_is_missing() -> None:
    bins = count_bins(column(np.array([0.0, 1.0, np.nan, 0.5, 7.0]), [0, 1, 1, 0, 1]), 3, 1.0)
    assert bins.sum(1).tolist() == [2, 2, 0]
    assert (bins[0, 0], bins[0, 250], bins[1, BINS - 1]) == (1, 1, 2)


def test_no_language_outweighs_others_in_a_pool() -> None:
    own = {"eng_Latn": np.full(BINS, 1e6), "ewe_Latn": np.full(BINS, 0.01), "rus_Cyrl": np.full(BINS, 1.0)}
    pooled = pool_histograms(own, 30)
    assert pooled["Latn"].sum() == pytest.approx(30 + BINS * 0.01)
    assert pooled["*"].sum() == pytest.approx(60 + BINS * 0.01)


def test_labels_of_pairs() -> None:
    assert Pair.parse("hin_Deva-eng_Latn").label == Pair.parse("eng_Latn-hin_Deva").label == "eng_Latn-hin_Deva"
    assert script_of("eng_Latn-hin_Deva") == script_of("aii_Deva-zho_Latn") == "Deva-Latn"
    assert script_of("hau_Latn") == "Latn"
