"""Benchmarks in the corpus: found in every script, counted by benchmark, language and item, and nothing else."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from emma.annotate.config import AnnotateConfig
from emma.annotate.run import annotate
from emma.collect.config import CollectConfig
from emma.collect.run import collect
from emma.schemas import CONTAMINATION
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import StageOutput, Work
from tests.conftest import TEXTS, documents

pytestmark = pytest.mark.slow

Row = dict[str, Any]

# Article 2 of the Universal Declaration of Human Rights, long enough for a gram in each.
ITEMS = {
    "eng_Latn": "Everyone is entitled to all the rights and freedoms set forth in this Declaration, without "
    "distinction of any kind, such as race, colour, sex, language, religion.",
    "arb_Arab": "لكل إنسان حق التمتع بكافة الحقوق والحريات الواردة في هذا الإعلان، دون أي تمييز، "
    "كالتمييز بسبب العنصر أو اللون",
    "tha_Thai": "ทุกคนย่อมมีสิทธิและอิสรภาพบรรดาที่กำหนดไว้ในปฏิญญานี้ โดยปราศจากความแตกต่างไม่ว่าชนิดใดๆ",
    "zho_Hans": "人人有资格享有本宣言所载的一切权利和自由，不分种族、肤色、性别、语言、宗教、政治或其他见解。",
}
SHORT = "Nobody may be held in slavery"


def items(benchmark: str, texts: dict[str, str]) -> list[Row]:
    rows = enumerate(texts.items(), 1)
    return [{"id": f"{benchmark}#{n}", "source": benchmark, "lang": lang, "text": text} for n, (lang, text) in rows]


@pytest.fixture
def look_up(make_work: Callable[..., Work], make_artifact: Callable[..., Artifact]) -> Callable[..., StageOutput]:
    made: list[Artifact] = []

    def run(benchmarks: Sequence[Sequence[Row]], corpus: Sequence[Sequence[Row]], **options: Any) -> StageOutput:
        parts = {}
        for part, chunks in (("benchmarks", benchmarks), ("documents", corpus)):
            tables = [documents(rows) for rows in chunks]
            names = [f"{part}{len(made)}_{at}" for at in range(len(tables))]
            parts[part] = [
                make_artifact(name, {"documents.parquet": table}) for name, table in zip(names, tables, strict=True)
            ]
        made.append(make_artifact(f"collect{len(made)}", **parts))
        work = make_work("annotate", f"{len(made):020}", options.pop("workers", 1))
        with work.executor:
            return annotate(AnnotateConfig(**options), collect=made[-1], work=work)

    return run


def rows_of(made: StageOutput) -> list[Row]:
    return shards.read_all([part.file("contamination.parquet") for part in made.parts["contamination"]]).to_pylist()


def report_of(made: StageOutput, store: Any) -> dict[tuple[str, str], tuple[int, int, int]]:
    (path,) = store.glob("annotate/0*/benchmarks.parquet")
    rows = shards.read(path).to_pylist()
    return {(r["benchmark"], r["lang"]): (r["items"], r["items_hit"], r["documents_hit"]) for r in rows}


def test_every_script_lights_up_and_other_text_stays_dark(look_up: Callable[..., StageOutput], store: Any) -> None:
    pages = [{"text": f"{TEXTS[lang]}\n{text} {TEXTS[lang]}", "lang": lang} for lang, text in ITEMS.items()]
    others = [{"text": text, "lang": lang} for lang, text in TEXTS.items()]
    made = look_up([items("declaration", ITEMS)], [pages, others])
    found = rows_of(made)
    assert [row["benchmark"] for row in found] == ["declaration"] * 4 + [None] * len(others)
    assert [row["benchmarks"] for row in found] == [["declaration"]] * 4 + [[]] * len(others)
    assert all(0 < row["benchmark_share"] < 1 and row["benchmark_grams"] > 0 for row in found[:4])
    assert all(row["benchmark_share"] == row["benchmark_grams"] == 0 for row in found[4:])
    assert report_of(made, store) == {("declaration", lang): (1, 1, 1) for lang in ITEMS}
    first, second = (shards.read(part.file("items.parquet")) for part in made.parts["contamination"])
    assert first.column_names[:3] == ["benchmark", "lang", "item"] and second.num_rows == 0
    assert first["item"].to_pylist() == [f"declaration#{number}" for number in range(1, 5)]


def test_a_copy_is_all_benchmark(look_up: Callable[..., StageOutput]) -> None:
    (row,) = rows_of(look_up([items("declaration", ITEMS)], [[{"text": ITEMS["tha_Thai"], "lang": "tha_Thai"}]]))
    assert row["benchmark_share"] == 1.0


def test_an_item_of_two_benchmarks_counts_for_both(look_up: Callable[..., StageOutput], store: Any) -> None:
    both = [items("flores", ITEMS), items("sib", {"eng_Latn": ITEMS["eng_Latn"], "deu_Latn": TEXTS["eng_Latn"]})]
    text = f"{ITEMS['eng_Latn']} {ITEMS['arb_Arab']}"
    made = look_up(both, [[{"text": text, "lang": "eng_Latn"}], [{"text": text, "lang": "eng_Latn"}]])
    assert [(row["benchmark"], row["benchmarks"]) for row in rows_of(made)] == [("flores", ["flores", "sib"])] * 2
    report = report_of(made, store)
    assert report["flores", "eng_Latn"] == report["sib", "eng_Latn"] == report["flores", "arb_Arab"] == (1, 1, 2)
    assert report["sib", "deu_Latn"] == report["flores", "zho_Hans"] == (1, 0, 0)


def test_sides_of_bitext_are_items_and_are_looked_up(look_up: Callable[..., StageOutput], store: Any) -> None:
    pair = {"text": ITEMS["eng_Latn"], "lang": "eng_Latn", "text2": ITEMS["zho_Hans"], "lang2": "zho_Hans"}
    turned = {"text": "x", "lang": "deu_Latn", "text2": ITEMS["zho_Hans"], "lang2": "zho_Hans"}
    made = look_up([[{**pair, "source": "flores"}]], [[turned]])
    assert [row["benchmark"] for row in rows_of(made)] == ["flores"]
    assert report_of(made, store) == {("flores", "eng_Latn"): (1, 0, 0), ("flores", "zho_Hans"): (1, 1, 1)}


def test_short_items_are_found_as_lines(look_up: Callable[..., StageOutput]) -> None:
    texts = [f"A line.\n{SHORT.upper()}.\nAnother.", f"He said that {SHORT} or servitude", SHORT, "Nobody may"]
    corpus = [{"text": text, "lang": "eng_Latn"} for text in texts]
    found = rows_of(look_up([items("tiny", {"eng_Latn": SHORT})], [corpus]))
    assert [row["benchmark_grams"] for row in found] == [1, 0, 1, 0]


@pytest.mark.parametrize(("words", "hits"), [(13, 0), (9, 1)])
def test_the_size_of_a_gram_is_a_setting(words: int, hits: int, look_up: Callable[..., StageOutput]) -> None:
    cut = {"text": "X " + " ".join(ITEMS["eng_Latn"].split()[:10]) + " Y.", "lang": "eng_Latn"}
    (row,) = rows_of(look_up([items("declaration", ITEMS)], [[cut]], gram_words=words))
    assert bool(row["benchmark_grams"]) == bool(hits)


def test_no_benchmarks_no_part(look_up: Callable[..., StageOutput]) -> None:
    assert set(look_up([], [[{"text": "a", "lang": "eng_Latn"}]]).parts) == {"annotations"}


def test_benchmarks_without_items_find_nothing(look_up: Callable[..., StageOutput], store: Any) -> None:
    made = look_up([[]], [[{"text": SHORT, "lang": "eng_Latn"}]])
    assert [row["benchmark"] for row in rows_of(made)] == [None] and report_of(made, store) == {}


def test_another_list_of_benchmarks_leaves_the_annotations_alone(
    look_up: Callable[..., StageOutput], make_artifact: Callable[..., Artifact], make_work: Callable[..., Work]
) -> None:
    corpus = [make_artifact("corpus", {"documents.parquet": documents([{"text": SHORT, "lang": "eng_Latn"}])})]
    made = []
    for name in ("one", "other"):
        bench = [make_artifact(name, {"documents.parquet": documents(items(name, {"eng_Latn": SHORT}))})]
        collect = make_artifact(f"collect-{name}", documents=corpus, benchmarks=bench)
        work = make_work("annotate", f"{name:0>20}")
        made.append((annotate(AnnotateConfig(), collect=collect, work=work), len(work.usage)))
    (first, tasks), (second, tasks_again) = made
    assert [part.key for part in first.parts["annotations"]] == [part.key for part in second.parts["annotations"]]
    assert (tasks, tasks_again) == (3, 2)
    assert [rows_of(each)[0]["benchmark"] for each, _ in made] == ["one", "other"]


def test_one_worker_or_two_give_the_same_rows(look_up: Callable[..., StageOutput]) -> None:
    corpus = [[{"text": f"{text} {at}", "lang": lang}] for at, (lang, text) in enumerate([*ITEMS.items()] * 2)]
    one, two = (look_up([items("declaration", ITEMS)], corpus, workers=workers) for workers in (1, 2))
    assert rows_of(one) == rows_of(two)
    table = shards.read(one.parts["contamination"][0].file("contamination.parquet"))
    assert table.schema.equals(CONTAMINATION)


def test_items_whose_code_names_no_language_are_found_too(make_work: Callable[..., Work], tmp_path: Path) -> None:
    planted = {f"{label} {at}": f"{text} {at}" for label, text in ITEMS.items() for at in range(5)}
    write = {
        "bench.jsonl": [{"text": text, "lang": f"dialect {name}"} for name, text in planted.items()],
        "web.jsonl": [{"text": f"Ka? {text} Wo!", "lang": "bam"} for text in planted.values()],
    }
    for name, rows in write.items():
        (tmp_path / name).write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    tables = [{"name": name[:-6], "reader": "jsonl", "path": name, "licence": "CC0-1.0"} for name in write]
    section = {"benchmarks": tables[:1], "sources": tables[1:], "root": str(tmp_path)}
    work = make_work("collect")
    made = collect(CollectConfig.model_validate(section), work=work)
    whole = Artifact(work.out, work.key, made.counts, {name: tuple(parts) for name, parts in made.parts.items()})
    found = annotate(AnnotateConfig(), collect=whole, work=make_work("annotate"))
    assert [row["benchmark"] for row in rows_of(found)] == ["bench"] * len(planted)
    assert {lang for _, lang in report_of(found, work.root)} == {"und_Latn", "und_Arab", "und_Thai", "und_Hans"}


def test_a_formula_that_a_document_repeats_is_one_quotation(look_up: Callable[..., StageOutput]) -> None:
    formula, item = "And it came to pass in those days that", ITEMS["eng_Latn"]
    texts = [f"{formula} we slept. {formula} we woke.", f"{formula} we read: {' '.join(item.split()[3:12])}"]
    corpus = [{"text": text, "lang": "eng_Latn"} for text in texts]
    found = rows_of(look_up([items("story", {"eng_Latn": f"{formula} {item}"})], [corpus]))
    assert [row["benchmark"] for row in found] == [None, "story"]
    assert all(row["benchmark_share"] <= 1 for row in found)


@pytest.mark.parametrize(("words", "hits"), [(7, 0), (8, 4), (12, 8)])
def test_a_whole_item_of_eight_words_is_no_quotation(
    words: int, hits: int, look_up: Callable[..., StageOutput]
) -> None:
    item = ITEMS["eng_Latn"].split()[:words]
    texts = [f"He wrote: {' '.join(item)}; and that was all", f"He wrote: {' '.join(item[1:])}; and that was all"]
    corpus = [{"text": text, "lang": "eng_Latn"} for text in texts]
    found = rows_of(look_up([items("short", {"eng_Latn": " ".join(item)})], [corpus]))
    assert [row["benchmark_grams"] for row in found] == [hits, 0]


@pytest.mark.parametrize("lang", ITEMS)
def test_an_item_with_every_sixth_word_left_out_is_found(
    look_up: Callable[..., StageOutput], store: Any, lang: str
) -> None:
    units, joiner, step = (
        (ITEMS[lang].split(), " ", 6) if lang in {"eng_Latn", "arb_Arab"} else ([*ITEMS[lang]], "", 25)
    )
    cut = joiner.join(unit for at, unit in enumerate(units, 1) if at % step)
    page, other = f"{TEXTS[lang]} {cut} {TEXTS[lang]}", f"{TEXTS[lang]} {joiner.join(units[:4])}"
    made = look_up([items("declaration", ITEMS)], [[{"text": text, "lang": lang} for text in (page, other)]])
    assert [row["benchmark"] for row in rows_of(made)] == ["declaration", None]
    assert report_of(made, store)["declaration", lang] == (1, 1, 1)


def test_no_more_than_all_of_a_corrupted_copy_is_in_a_benchmark(look_up: Callable[..., StageOutput]) -> None:
    """A copy that is shorter than a gram has one, of the whole, and several short ones."""
    words = ITEMS["eng_Latn"].split()[:14]
    copy = " ".join([*words[:5], *words[6:12]])
    made = look_up([items("short", {"eng_Latn": " ".join(words)})], [[{"text": copy, "lang": "eng_Latn"}]])
    assert [(row["benchmark"], row["benchmark_grams"], row["benchmark_share"]) for row in rows_of(made)] == [
        ("short", 3, 1.0)
    ]
