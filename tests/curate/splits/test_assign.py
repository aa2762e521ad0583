"""Decontamination: what met a benchmark goes, with its near duplicates, and everything is counted."""

import pytest

from emma.curate.config import CurateConfig
from emma.errors import RecipeError
from emma.work.graph import check_balance
from tests.curate.corpus import Bench, Row, plain, prose, rows_of

ITEMS = [{"lang": lang, "text": prose(lang, f"item{at}"), "source": "flores"} for lang in ("rus_Cyrl", "tha_Thai")
         for at in range(5)]  # fmt: skip


def edited(text: str) -> str:
    """The same text with a typo."""
    return f"{text[:40]}{text[41]}{text[40]}{text[42:]}"


def met(row: Row, *names: str, **facts: float) -> Row:
    return {**row, "met": names, **facts}


def test_a_document_in_a_benchmark_goes_and_so_do_its_near_duplicates(bench: Bench) -> None:
    bench.benchmarks = ITEMS
    long = {"lang": "rus_Cyrl", "text": prose("rus_Cyrl", "long", 60)}
    typo, foreign = long | {"text": edited(long["text"])}, long | {"text": edited(long["text"])[3:], "lang": "bel_Cyrl"}
    rows = [*plain(40, ["rus_Cyrl"]), typo, met(long, "flores"), foreign]
    selection, made, work = bench.run(rows)
    assert [row["reason"] for row in selection[-3:]] == ["near benchmark", "benchmark", "near benchmark"]
    assert {row["reason"] for row in selection[:-3]} == {None}
    check_balance("curate", made.counts)
    found = {(row["benchmark"], row["lang"]): row for row in rows_of(work, "contamination")}
    assert found["flores", "rus_Cyrl"] == {
        "benchmark": "flores", "lang": "rus_Cyrl", "documents": 1, "dropped": 1, "items": 5, "items_hit": 1,
    }  # fmt: skip
    assert found["flores", "tha_Thai"]["documents"] == 0 and found["flores", "tha_Thai"]["items"] == 5


@pytest.mark.slow
def test_thresholds_keep_what_quotes_little(bench: Bench) -> None:
    bench.benchmarks = ITEMS
    rows = plain(40, ["rus_Cyrl"])
    rows[0], rows[1] = met(rows[0], "flores", grams=3, share=0.9), met(rows[1], "flores", "sib", grams=9, share=0.01)
    for section, expected in (
        (CurateConfig(), ["benchmark", "benchmark"]),
        (CurateConfig(benchmark_grams=4), [None, "benchmark"]),
        (CurateConfig(benchmark_share=0.1), ["benchmark", None]),
        (CurateConfig(decontaminate=False), [None, None]),
    ):
        selection, _, work = bench.run(rows, section)
        assert [row["reason"] for row in selection[:2]] == expected
        found = {row["benchmark"]: row for row in rows_of(work, "contamination") if row["lang"] == "rus_Cyrl"}
        assert (found["flores"]["documents"], found["sib"]["documents"]) == (2, 1)
        assert found["flores"]["dropped"] == expected.count("benchmark")
        assert found["sib"]["dropped"] == int(expected[1] == "benchmark") and found["sib"]["items"] == 0
    assert ("*", "documents that are in benchmarks are kept: curate.decontaminate is off") in {
        (row["lang"], row["flag"]) for row in rows_of(work, "flags")
    }


def test_no_benchmark_is_a_flag_and_an_empty_table(bench: Bench) -> None:
    _, _, work = bench.run(plain(5, ["rus_Cyrl"]))
    assert rows_of(work, "contamination") == []
    assert any(row["lang"] == "*" and "no benchmark was named" in row["flag"] for row in rows_of(work, "flags"))
    assert not any(
        row["lang"] == "*" for row in rows_of(bench.run(plain(5), CurateConfig(decontaminate=False))[2], "flags")
    )


def test_contamination_is_no_over_filtering_and_comes_before_other_reasons(bench: Bench) -> None:
    bench.benchmarks = ITEMS
    rows = [met(row, "flores") for row in plain(40, ["rus_Cyrl"])]
    rows[0]["features"] = {"letter_share": 0.0}
    selection, made, _ = bench.run(rows)
    assert made.counts == {"languages_kept": 0, "rows_in": 40, "rows_out": 0, "dropped: benchmark": 40}
    assert {row["reason"] for row in selection} == {"benchmark"}


def test_other_languages_than_those_to_keep_are_dropped_by_name(bench: Bench) -> None:
    def pair(other: str) -> Row:
        sides = {"lang": "rus_Cyrl", "lang2": other, "text": prose("rus_Cyrl", other)}
        return {**sides, "text2": prose(other, "b")}

    copies = [{"lang": lang, "text": prose("rus_Cyrl", "copy")} for lang in ("bos_Latn", "rus_Cyrl")]
    rows = [*plain(4, ["rus_Cyrl", "tha_Thai", "zgh_Tfng"]), pair("zgh_Tfng"), pair("tha_Thai"), *copies]
    selection, made, work = bench.run(rows, CurateConfig(languages=("rus_Cyrl", "zgh_Tfng")))
    for row, chosen in zip(rows, selection, strict=True):
        away = "tha_Thai" in (row["lang"], row.get("lang2")) or row["lang"] == "bos_Latn"
        assert chosen["reason"] == ("other language" if away else None)
    flagged = {row["lang"] for row in rows_of(work, "flags")}
    assert "zgh_Tfng" in flagged and not flagged & {"tha_Thai", "bos_Latn"}
    check_balance("curate", made.counts)


@pytest.mark.parametrize(
    ("label", "message"),
    [("rus_Latn", "no document in rus_Latn. Did you mean 'rus_Cyrl'"), ("ru", "'ru' is not a lang")],
)
def test_a_language_to_keep_that_is_not_there_is_an_error(bench: Bench, label: str, message: str) -> None:
    with pytest.raises((RecipeError, ValueError), match=message):
        bench.run(plain(4, ["rus_Cyrl"]), CurateConfig(languages=(label,)))
