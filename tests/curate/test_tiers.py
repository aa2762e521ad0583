"""Which byte premium is believed, and tiers by words and by fair words."""

import numpy as np
import pyarrow as pa

from emma.curate.parallel import MIN_CORRELATION, PARALLEL, compare_sizes, correlate_sizes
from emma.curate.tiers import SIZES, choose_premium, measure_premiums, tier_table
from emma.lang.tiers import ENGLISH_BYTES_PER_WORD


def sentences(count: int, seed: int = 0) -> np.ndarray:
    """Bytes of sentences."""
    return np.random.default_rng(seed).integers(20, 300, count).astype(np.float64)


def parallel(*rows: pa.Table) -> pa.Table:
    return pa.concat_tables([PARALLEL.empty_table(), *rows])


def test_a_benchmark_is_believed_before_bitext_and_more_text_before_less() -> None:
    english = sentences(500)
    rows = [
        compare_sizes("bitext", "hin_Deva", 9 * english, english),
        compare_sizes("small", "hin_Deva", 8 * english[:200], english[:200]),
        compare_sizes("large", "hin_Deva", 2 * english[:300], english[:300]),
        compare_sizes("bitext", "mar_Deva", 3 * english, english),
        compare_sizes("large", "tha_Thai", 2 * english[:99], english[:99]),
        compare_sizes("large", "khm_Khmr", np.roll(english, 7), english),
    ]
    found = measure_premiums(parallel(*rows), 100)
    assert found == {
        "eng_Latn": (1.0, "eng_Latn"), "hin_Deva": (2.0, "large"), "mar_Deva": (3.0, "bitext"),
    }  # fmt: skip
    assert choose_premium("bho_Deva", found) == (2.5, "script")
    assert choose_premium("khm_Khmr", found) == (1.0, "none")
    assert abs(correlate_sizes(rows[-1].to_pylist()[0])) < MIN_CORRELATION


def test_fair_words_do_not_depend_on_spaces() -> None:
    rows = [{"lang": "zho_Hans", "documents": 9, "bytes": 5_000_000, "words": 200},
            {"lang": "eng_Latn", "documents": 9, "bytes": 5_000_000, "words": 830_000},
            {"lang": "zxx_Zyyy", "documents": 9, "bytes": 5_000_000, "words": 830_000}]  # fmt: skip
    table = tier_table(pa.Table.from_pylist(rows, schema=SIZES), parallel(), {"zho_Hans": 0.9}, 100).to_pylist()
    assert [row["lang"] for row in table] == ["zho_Hans", "eng_Latn"]
    assert [row["tier_published"] for row in table] == ["unseen", "low"]
    assert [row["tier"] for row in table] == ["low", "low"]
    assert [row["premium_from"] for row in table] == ["recipe", "eng_Latn"]
    assert table[0]["fair_words"] == round(5_000_000 / 0.9 / ENGLISH_BYTES_PER_WORD)
