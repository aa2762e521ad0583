"""Byte premiums from parallel text, and tiers by words and by fair words."""

import numpy as np
import pyarrow as pa
import pytest

from emma.curate.config import CurateConfig
from emma.curate.parallel import MIN_CORRELATION, PARALLEL, compare_bitext, compare_sizes, correlate_sizes, count_words
from emma.curate.tiers import SIZES, choose_premium, measure_premiums, tier_table
from emma.lang.tiers import ENGLISH_BYTES_PER_WORD
from tests.conftest import TEXTS
from tests.curate.corpus import Bench, Row, prose, rows_of

RATIOS = {"hin_Deva": 2.6, "tha_Thai": 2.8, "zho_Hans": 0.9}


def sentences(count: int, seed: int = 0) -> np.ndarray:
    """Bytes of sentences."""
    return np.random.default_rng(seed).integers(20, 300, count).astype(np.float64)


def parallel(*rows: pa.Table) -> pa.Table:
    return pa.concat_tables([PARALLEL.empty_table(), *rows])


@pytest.mark.parametrize("noise", [0.0, 20.0, 500.0])
def test_correlation_is_numpys(noise: float) -> None:
    english = sentences(400)
    other = np.round(2 * english + np.random.default_rng(1).normal(0, noise, 400) + 600)
    row = compare_sizes("x", "hin_Deva", other, english).to_pylist()[0]
    assert correlate_sizes(row) == pytest.approx(np.corrcoef(other, english)[0, 1])
    assert correlate_sizes(compare_sizes("x", "hin_Deva", english, np.full(400, 7.0)).to_pylist()[0]) == 1.0


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


@pytest.mark.parametrize("lang", TEXTS)
def test_words_of_a_side_are_those_between_white_space(lang: str) -> None:
    texts = [TEXTS[lang], f" {TEXTS[lang]}\n{TEXTS[lang]} ", "", None]
    expected = [None if text is None else len(text.split()) or 1 for text in texts]
    assert count_words(pa.array(texts, pa.string())).to_pylist()[:2] == expected[:2]


def pairs(count: int, lang: str = "hin_Deva") -> list[Row]:
    """English beside another language, English first or second in turn."""
    rows = []
    for at in range(count):
        sides = ("eng_Latn", prose("bos_Latn", at, 3 + at % 20)), (lang, prose(lang, at, 3 + at % 20))
        (first, one), (second, two) = sides if at % 2 else sides[::-1]
        rows.append({"lang": first, "text": one, "lang2": second, "text2": two})
    return rows


def test_bitext_measures_a_premium_and_counts_each_side(bench: Bench) -> None:
    rows = pairs(120)
    selection, _, work = bench.run(rows, CurateConfig(min_parallel=50, min_split_documents=999))
    table = {row["lang"]: row for row in rows_of(work, "tiers")}
    sides = [(row[lang], row[text]) for row, each in zip(rows, selection, strict=True) if each["split"]
             for lang, text in (("lang", "text"), ("lang2", "text2"))]  # fmt: skip
    for lang in ("eng_Latn", "hin_Deva"):
        texts = [text for label, text in sides if label == lang]
        assert table[lang]["documents"] == len(texts)
        assert table[lang]["bytes"] == sum(len(text.encode()) for text in texts)
        assert table[lang]["words"] == sum(len(text.split()) for text in texts)
    expected = table["hin_Deva"]["bytes"] / table["eng_Latn"]["bytes"]
    assert table["hin_Deva"]["premium"] == pytest.approx(expected) and 2 < expected < 3
    assert table["hin_Deva"]["premium_from"] == "bitext"


def test_english_beside_english_measures_nothing() -> None:
    sides = {"lang": ["eng_Latn"], "lang2": ["eng_Latn"], "bytes1": [10], "bytes2": [10]}
    assert list(compare_bitext(pa.table(sides))) == []


def benchmark(name: str, lang: str, file: str, count: int, first: int = 1) -> list[Row]:
    texts = (prose("bos_Latn" if lang == "eng_Latn" else lang, at, 3 + at * 7 % 20) for at in range(count))
    return [
        {"lang": lang, "source": name, "file": file, "row": first + at, "id": f"{name}:{file}#{at}", "text": text}
        for at, text in enumerate(texts)
    ]


def test_a_benchmark_measures_premiums_file_by_file(bench: Bench) -> None:
    bench.benchmarks = [
        *benchmark("flores", "eng_Latn", "dev/eng", 60),
        *benchmark("flores", "eng_Latn", "test/eng", 200),
        *benchmark("flores", "hin_Deva", "test/hin", 190),
        *benchmark("flores", "tha_Thai", "test/tha", 170),
        *benchmark("other", "arb_Arab", "arb", 200),
    ]
    rows = [{"lang": lang, "text": prose(lang, "x")} for lang in ("hin_Deva", "tha_Thai", "arb_Arab", "zho_Hans")]
    _, _, work = bench.run(rows, CurateConfig(premiums={"zho_Hans": 0.87}))
    table = {row["lang"]: row for row in rows_of(work, "tiers")}
    first = [row for row in bench.benchmarks if row["row"] <= 190]
    sizes = {file: sum(len(row["text"].encode()) for row in first if row["file"] == file)
             for file in ("test/hin", "test/eng")}  # fmt: skip
    assert table["hin_Deva"]["premium_from"] == "flores"
    assert table["hin_Deva"]["premium"] == pytest.approx(sizes["test/hin"] / sizes["test/eng"])
    assert table["tha_Thai"]["premium_from"] == "none"  # fewer than nine tenths of the rows
    assert table["arb_Arab"]["premium_from"] == "none"  # no English beside it
    assert (table["zho_Hans"]["premium"], table["zho_Hans"]["premium_from"]) == (0.87, "recipe")
    flags = {(row["lang"], row["flag"]) for row in rows_of(work, "flags")}
    assert ("arb_Arab", "its byte premium is not known: it is counted like English") in flags
