"""Byte premiums measured from pairs of texts and from benchmarks, and the words of each side."""

import numpy as np
import pyarrow as pa
import pytest

from emma.curate.config import CurateConfig
from emma.curate.parallel import compare_bitext, compare_sizes, correlate_sizes, count_spaced_words
from tests.conftest import TEXTS
from tests.curate.corpus import Bench, Row, prose, rows_of


def sentences(count: int, seed: int = 0) -> np.ndarray:
    """Bytes of sentences."""
    return np.random.default_rng(seed).integers(20, 300, count).astype(np.float64)


def pairs(count: int, lang: str = "hin_Deva") -> list[Row]:
    """English beside another language, English first or second in turn."""
    rows = []
    for at in range(count):
        sides = ("eng_Latn", prose("bos_Latn", at, 3 + at % 20)), (lang, prose(lang, at, 3 + at % 20))
        (first, one), (second, two) = sides if at % 2 else sides[::-1]
        rows.append({"lang": first, "text": one, "lang2": second, "text2": two})
    return rows


def benchmark(name: str, lang: str, file: str, count: int, first: int = 1) -> list[Row]:
    texts = (prose("bos_Latn" if lang == "eng_Latn" else lang, at, 3 + at * 7 % 20) for at in range(count))
    return [
        {"lang": lang, "source": name, "file": file, "row": first + at, "id": f"{name}:{file}#{at}", "text": text}
        for at, text in enumerate(texts)
    ]


@pytest.mark.parametrize("noise", [0.0, 20.0, 500.0])
def test_correlation_is_numpys(noise: float) -> None:
    english = sentences(400)
    other = np.round(2 * english + np.random.default_rng(1).normal(0, noise, 400) + 600)
    row = compare_sizes("x", "hin_Deva", other, english).to_pylist()[0]
    assert correlate_sizes(row) == pytest.approx(np.corrcoef(other, english)[0, 1])
    assert correlate_sizes(compare_sizes("x", "hin_Deva", english, np.full(400, 7.0)).to_pylist()[0]) == 1.0


@pytest.mark.parametrize("lang", TEXTS)
def test_words_of_a_side_are_those_between_white_space(lang: str) -> None:
    texts = [TEXTS[lang], f" {TEXTS[lang]}\n{TEXTS[lang]} ", "", None]
    expected = [None if text is None else len(text.split()) or 1 for text in texts]
    assert count_spaced_words(pa.array(texts, pa.string())).to_pylist()[:2] == expected[:2]


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
