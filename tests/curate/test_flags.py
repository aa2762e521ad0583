"""What a person is told of each language."""

from emma.curate import flags
from emma.curate.config import CurateConfig
from emma.store.selected import read_selected
from tests.conftest import TEXTS
from tests.curate.corpus import Bench, Row, plain, prose, rows_of


def test_much_text_in_another_script_is_told() -> None:
    rows = [{"lang": lang, "written": "x", "agrees": agrees, "documents": count}
            for lang, agrees, count in (("a_Latn", True, 90), ("a_Latn", False, 10), ("b_Latn", True, 4),
                                        ("b_Latn", False, 2), ("b_Latn", False, 1))]  # fmt: skip
    assert list(flags.script_flags(rows)) == [("b_Latn", "43% of the documents are in another script than the label's")]


def test_much_that_rules_drop_is_told() -> None:
    rows = [{"lang": lang, "outcome": outcome, "documents": count}
            for lang, outcome, count in (("a_Latn", "train", 80), ("a_Latn", "digit_share high", 7),
                                         ("a_Latn", "lid_score low", 5), ("a_Latn", "lid_score low", 8),
                                         ("b_Latn", "train", 99), ("b_Latn", "lid_score low", 11))]  # fmt: skip
    assert list(flags.drop_flags(rows)) == [
        ("a_Latn", "quality rules drop 20% of the documents, most by lid_score low: read some before you agree")
    ]


def test_a_macrolanguage_beside_its_members_is_told() -> None:
    flag_of = dict(flags.macro_flags(["zho_Hans", "yue_Hant", "cmn_Hans", "swa_Latn", "eng_Latn"]))
    assert flag_of == {"zho_Hans": "a macrolanguage beside its own members cmn_Hans, yue_Hant"}


def test_flags_are_sorted_and_each_is_there_once() -> None:
    table = flags.flag_table([("b", "x"), ("a", "y"), ("b", "x"), ("a", "x")])
    assert table.to_pylist() == [{"lang": "a", "flag": "x"}, {"lang": "a", "flag": "y"}, {"lang": "b", "flag": "x"}]


def test_scripts_are_counted_as_they_are_written(bench: Bench) -> None:
    rows = [{"lang": "arb_Arab", "text": TEXTS["arb_Arab"]}, {"lang": "arb_Arab", "text": TEXTS["yor_Latn"]}]
    _, _, work = bench.run([*rows, {"lang": "zho_Hans", "text": TEXTS["zho_Hans"]}])
    found = {(row["lang"], row["written"]): (row["agrees"], row["documents"]) for row in rows_of(work, "scripts")}
    assert found["arb_Arab", "Arab"] == (True, 1) and found["arb_Arab", "Latn"] == (False, 1)
    assert found["zho_Hans", "Hans"] == (True, 1)
    assert ("arb_Arab", "50% of the documents are in another script than the label's") in {
        (row["lang"], row["flag"]) for row in rows_of(work, "flags")
    }


def test_boilerplate_is_reported_and_left_out_where_the_recipe_says(bench: Bench) -> None:
    line = prose("hin_Deva", "notice", 12)
    rows = [row | {"text": f"{row['text']}\n{line}"} for row in plain(30, ["hin_Deva"])]
    rows[3] = rows[3] | {"features": {"letter_share": 0.0}}
    for wanted in (False, True):
        corpus, _, work = bench.compile(rows, CurateConfig(drop_boilerplate=wanted))
        assert [(row["lang"], row["documents"]) for row in rows_of(work, "boilerplate")] == [("hin_Deva", 30)]
        (documents,), (selection,) = corpus.collect.parts["documents"], corpus.curate.parts["selection"]
        kept = [row for table in read_selected(documents, selection, ["id", "text"], ("train", "validation", "test"))
                for row in table.to_pylist()]  # fmt: skip
        assert len(kept) == 29 and all((line in row["text"]) != wanted for row in kept)


def test_a_language_that_trains_on_little_is_told_why() -> None:
    def row(lang: str, outcome: str, size: int) -> Row:
        return {"lang": lang, "source": "s", "outcome": outcome, "documents": 1, "bytes": size}

    rows = [row("yor_Latn", "train", 49), row("yor_Latn", "near duplicate", 50), row("yor_Latn", "test", 1)]
    rows += [row("nqo_Nkoo", "train", 49), row("nqo_Nkoo", "test", 51), row("tha_Thai", "train", 5)]
    assert list(flags.train_flags(rows)) == [
        ("yor_Latn", "trains on 49% of the bytes that were collected; most others went as: near duplicate"),
        ("nqo_Nkoo", "trains on 49% of the bytes that were kept: the others are held out"),
        ("nqo_Nkoo", "trains on 49% of the bytes that were collected; most others went as: test"),
    ]


def test_benchmark_items_in_no_language_are_told() -> None:
    rows = [{"benchmark": name, "lang": lang, "items": items} for name, lang, items in
            (("sib", "und_Arab", 7_000), ("sib", "und_Latn", 510), ("sib", "eng_Latn", 9),
             ("flores", "tha_Thai", 3))]  # fmt: skip
    told = "7,510 items of the benchmark sib are in no language by their codes, and looked for too"
    assert list(flags.benchmark_flags(rows)) == [(flags.ALL, told)]
