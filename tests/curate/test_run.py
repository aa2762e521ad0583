"""The whole curate stage: what survives, what is held out, and that nothing depends on workers or shards."""

from collections import Counter, defaultdict

import pytest

from emma.curate.config import CurateConfig
from emma.curate.run import curate
from emma.errors import ArtifactError, RecipeError
from emma.schemas import FEATURES, SELECTION, SPLITS
from emma.store import shards
from emma.work.graph import check_balance
from tests.conftest import TEXTS
from tests.curate.corpus import ALPHABETS, Bench, Row, plain, prose, rows_of

pytestmark = pytest.mark.slow


def edited(text: str) -> str:
    """The same text with its last two characters replaced: a near duplicate, not an exact one."""
    return text[:-3] + text[:2] + "!"


@pytest.mark.parametrize("lang", TEXTS)
def test_a_language_of_three_documents_keeps_them_all(bench: Bench, lang: str) -> None:
    rows = [{"lang": lang, "text": text} for text in (TEXTS[lang], TEXTS[lang][:12], TEXTS[lang][0] * 2)]
    selection, made, work = bench.run([*plain(40, ["rus_Cyrl"]), *rows])
    assert [row["split"] for row in selection[-3:]] == ["train"] * 3
    flags = [row["flag"] for row in rows_of(work, "flags") if row["lang"] == lang]
    assert "not measured: no document is held out for test" in flags
    assert sum("too few documents for limits of its own" in flag for flag in flags) == 1
    assert any("byte premium" in flag for flag in flags) != (lang == "eng_Latn")
    check_balance("curate", made.counts)


LENGTHS = ["我", "ߡ", "क", "ⴰ", "!", "🙂", "a", "12", *(text[:9] for text in TEXTS.values()), *TEXTS.values()]


def test_exact_copies_are_found_in_every_script_and_length(bench: Bench) -> None:
    once = [{"lang": "eng_Latn", "text": text} for text in dict.fromkeys(LENGTHS)]
    once += [{"lang": lang, "text": prose(lang, 1, words)} for lang in ALPHABETS for words in (1, 60, 400)]
    off = CurateConfig(limits={"*": {feature: {"low": 0, "high": 10**9} for feature in FEATURES}})
    selection, made, _ = bench.run([*once, *once, *once], off, sizes=[10, len(once), 2 * len(once) - 10])
    assert all(row["split"] for row in selection[: len(once)])
    assert [row["reason"] for row in selection[len(once) :]] == ["exact duplicate"] * 2 * len(once)
    assert made.counts["dropped: exact duplicate"] == 2 * len(once)
    assert all(row["cluster"] == f"test:file#{at % len(once) + 1}" for at, row in enumerate(selection))
    assert {row["cluster_size"] for row in selection} == {3}


def test_the_same_text_in_two_languages_is_kept_twice_in_one_split(bench: Bench) -> None:
    texts = [prose("bos_Latn", at) for at in range(60)]
    langs = ["bos_Latn", "hrv_Latn", "srp_Latn"]
    rows = [{"lang": lang, "text": text} for lang in langs for text in [*texts, prose("bos_Latn", lang)]]
    selection, made, _ = bench.run(rows, CurateConfig(test_share=0.2, validation_share=0.2))
    assert made.counts == {"languages_kept": 3, "rows_in": 183, "rows_out": 183}
    splits = [[row["split"] for row in selection[at * 61 : at * 61 + 60]] for at in range(3)]
    assert splits[0] == splits[1] == splits[2]
    assert set(splits[0]) == set(SPLITS)


def test_near_duplicates_are_dropped_and_never_straddle(bench: Bench) -> None:
    rows = plain(60)
    copies = [row | {"text": edited(row["text"])} for row in rows[::2]]
    foreign = [row | {"text": edited(row["text"]), "lang": "und_" + row["lang"][-4:]} for row in rows[1::2]]
    selection, made, _ = bench.run([*rows, *copies, *foreign], CurateConfig(test_share=0.2, test_bytes=10**6))
    reasons = [row["reason"] for row in selection]
    assert reasons[: len(rows)] == [None] * len(rows)
    assert reasons[len(rows) : len(rows) + len(copies)] == ["near duplicate"] * len(copies)
    splits = defaultdict(set)
    for row in selection:
        splits[row["cluster"]].add(row["split"])
    assert all(len(found - {None}) == 1 for found in splits.values())
    assert [row["split"] for row in selection[1 : len(rows) : 2]] == [
        row["split"] for row in selection[-len(foreign) :]
    ]
    check_balance("curate", made.counts)


def test_the_first_good_document_of_a_set_survives(bench: Bench) -> None:
    good = prose("bos_Latn", "good", 60)
    rows = [{"lang": "bos_Latn", "text": good + " !?" * 60}, {"lang": "bos_Latn", "text": good}]
    rows += [{"lang": "bos_Latn", "text": good.upper()}]
    section = CurateConfig(limits={"Latn": {"punct_share": {"high": 0.1}, "upper_share": {"high": 1}}})
    selection, _, _ = bench.run(rows + plain(40, ["bos_Latn"]), section)
    assert [row["reason"] for row in selection[:3]] == ["punct_share high", None, "exact duplicate"]
    assert {row["cluster"] for row in selection[:3]} == {"test:file#1"}


TABLES = (
    "limits", "languages", "scripts", "clusters", "boilerplate", "contamination", "tiers", "flags",
)  # fmt: skip


def mixed() -> list[Row]:
    rows = plain(40)
    rows += [row | {"text": edited(row["text"])} for row in rows[::5]] + rows[::7]
    rows += [{"lang": lang, "text": "#### 12345 " * 5} for lang in ALPHABETS]
    return [*rows, {"lang": "bam_Nkoo", "text": TEXTS["nqo_Nkoo"]}]


@pytest.mark.parametrize(
    ("sizes", "workers", "buckets"), [([1, 150, 0, 129], 1, 3), ([200, 200], 2, 16), ([23] * 16, 1, 1)]
)
def test_decisions_depend_on_neither_shards_nor_workers(
    bench: Bench, sizes: list[int], workers: int, buckets: int
) -> None:
    rows = mixed()
    sizes = [*sizes, len(rows) - sum(sizes)] if sum(sizes) < len(rows) else sizes
    whole, made, work = bench.run(rows)
    cut, made_cut, work_cut = bench.run(rows, CurateConfig(buckets=buckets), sizes, workers)
    assert whole == cut and made.counts == made_cut.counts
    assert made.counts["dropped: letter_share low"] == 8 and made.counts["rows_out"] == 321
    for name in TABLES:
        assert (work.out / f"{name}.parquet").read_bytes() == (work_cut.out / f"{name}.parquet").read_bytes()


def test_splits_keep_their_sizes_and_tables_agree(bench: Bench) -> None:
    rows = plain(100)
    section = CurateConfig(test_share=0.1, validation_share=0.05, test_bytes=900)
    selection, made, work = bench.run(rows, section)
    used: Counter[tuple[str, str]] = Counter()
    for row, decision in zip(rows, selection, strict=True):
        used[row["lang"], decision["split"]] += len(row["text"].encode())
    for lang in ALPHABETS:
        total = sum(used[lang, split] for split in SPLITS)
        assert 0 < used[lang, "test"] <= min(900, total // 10)
        assert 0 < used[lang, "validation"] <= total // 20
    table = shards.read(work.out / "languages.parquet").to_pylist()
    assert {(row["lang"], row["outcome"]): row["bytes"] for row in table} == dict(used)
    assert sum(row["documents"] for row in table) == made.counts["rows_in"] == len(rows)
    assert shards.read(made.parts["selection"][0].file("selection.parquet")).schema.equals(SELECTION)


def test_another_seed_holds_out_others(bench: Bench) -> None:
    first, second = (bench.run(plain(40), CurateConfig(seed=seed))[0] for seed in (0, 1))
    assert first != second


def test_five_documents_are_enough_to_split_and_four_are_not(bench: Bench) -> None:
    section = CurateConfig(held_out_share=0.5)
    selection, _, _ = bench.run([*plain(5, ["tha_Thai"]), *plain(4, ["hin_Deva"])], section)
    assert Counter(row["split"] for row in selection[:5]) == {"train": 3, "validation": 1, "test": 1}
    assert {row["split"] for row in selection[5:]} == {"train"}


def test_a_fixed_limit_is_obeyed_and_the_special_one_wins(bench: Bench) -> None:
    rows = [{"lang": lang, "text": prose("bos_Latn", f"{lang}{at}", 10) + " 1234567890" * (at < 5)}
            for lang in ("bos_Latn", "hrv_Latn") for at in range(40)]  # fmt: skip
    section = CurateConfig(limits={"Latn": {"digit_share": {"high": 0.05}}, "hrv_Latn": {"digit_share": {"high": 1}}})
    selection, made, work = bench.run(rows, section)
    assert [row["reason"] for row in selection[:5]] == ["digit_share high"] * 5
    assert made.counts == {"languages_kept": 2, "rows_in": 80, "rows_out": 75, "dropped: digit_share high": 5}
    table = shards.read(work.out / "limits.parquet").to_pylist()
    limits = {(row["lang"], row["feature"], row["side"]): row for row in table}
    assert limits["bos_Latn", "digit_share", "high"]["limit"] == 0.05
    assert limits["bos_Latn", "digit_share", "high"]["level"] == "fixed"
    assert limits["bos_Latn", "punct_share", "high"]["level"] == "language"


def test_the_guard_stops_and_shows_documents(bench: Bench) -> None:
    section = CurateConfig(limits={"hin_Deva": {"letter_share": {"low": 0.999}}})
    with pytest.raises(RecipeError) as caught:
        bench.run(plain(40, ["hin_Deva", "rus_Cyrl"]), section)
    message = str(caught.value)
    assert "hin_Deva: loses 100% of 40 documents" in message and "rus_Cyrl" not in message
    assert "letter_share < 0.999: 40 documents" in message
    assert message.count("test:file#") == 3 and "\u2068" in message
    assert "[curate.limits.hin_Deva]\n  letter_share = { low = … }" in message
    assert bench.run(plain(29, ["hin_Deva"]), section)[1].counts["rows_out"] == 0  # too few for the guard to judge
    assert bench.run(plain(40, ["hin_Deva"]), section.model_copy(update={"max_drop": 1.0}))[1].counts["rows_out"] == 0


def test_a_source_that_is_wrong_throughout_does_not_pass(bench: Bench) -> None:
    mislabelled = [{"lang": "bos_Latn", "text": prose("zgh_Tfng", at)} for at in range(40)]
    with pytest.raises(RecipeError, match=r"bos_Latn: loses 100% of 40 documents\n +label_script_share < 0\.1: 40"):
        bench.run(mislabelled)
    selection, _, _ = bench.run([*mislabelled, *plain(200, ["bos_Latn"])])
    assert sum(row["reason"] == "label_script_share low" for row in selection) == 40


def test_annotations_of_other_documents_are_refused(bench: Bench) -> None:
    (collected, _), (_, annotated) = bench.collect(plain(3)), bench.collect(plain(2))
    with pytest.raises(ArtifactError, match=r"has 24 documents, but .* annotates 16"):
        curate(CurateConfig(), collect=collected, annotate=annotated, work=bench.make_work("curate"))


def test_a_changed_threshold_does_not_scatter_again(bench: Bench) -> None:
    collected, annotated = bench.collect(plain(20))
    work = bench.make_work("curate")
    for threshold in (0.8, 0.9):
        curate(CurateConfig(near_threshold=threshold), collect=collected, annotate=annotated, work=work)
    folders = {
        name: len(list((work.root / "curate" / name).iterdir())) for name in ("verify_candidates", "connect_components")
    }
    assert folders["connect_components"] == 2 and folders["verify_candidates"] == CurateConfig().buckets
