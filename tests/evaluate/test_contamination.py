"""Items that training saw, found through the stages that look for benchmarks in the corpus."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest

from emma.errors import ArtifactError
from emma.evaluate.contamination import mark_clean
from emma.evaluate.tasks.task import Item
from emma.store import manifest, shards
from emma.store.artifact import Artifact
from tests.conftest import TEXTS, documents

pytestmark = pytest.mark.slow

ITEMS = {
    "eng_Latn": "Everyone is entitled to all the rights and freedoms set forth in this Declaration, without "
    "distinction of any kind, such as race, colour, sex, language, religion.",
    "arb_Arab": "لكل إنسان حق التمتع بكافة الحقوق والحريات الواردة في هذا الإعلان، دون أي تمييز، "
    "كالتمييز بسبب العنصر أو اللون",
    "tha_Thai": "ทุกคนย่อมมีสิทธิและอิสรภาพบรรดาที่กำหนดไว้ในปฏิญญานี้ โดยปราศจากความแตกต่างไม่ว่าชนิดใดๆ",
    "zho_Hans": "人人有资格享有本宣言所载的一切权利和自由，不分种族、肤色、性别、语言、宗教、政治或其他见解。",
}
Corpus = tuple[Artifact, Artifact, Artifact]
Row = Mapping[str, Any]


@pytest.fixture
def compile_corpus(make_artifact: Callable[..., Artifact]) -> Callable[..., Corpus]:
    """Artifacts as the stages leave them: benchmarks that were searched for, and documents with mark and split."""

    def make(benchmarks: Mapping[str, str], rows: Sequence[Row], size: tuple[int, int] = (13, 50)) -> Corpus:
        items = documents([{"lang": lang, "text": text} for lang, text in benchmarks.items()])
        texts = documents([{name: row[name] for name in row if name in ("lang", "text", "text2")} for row in rows])
        marks = [{"benchmark": row.get("mark", "any"), "benchmark_grams": 1} for row in rows]
        splits = [{"split": row.get("split", "train"), "drop_lines": row.get("drop_lines")} for row in rows]
        named = {
            "documents": [make_artifact("d", {"documents.parquet": texts})],
            "benchmarks": [make_artifact("b", {"documents.parquet": items})],
            "contamination": [make_artifact("c", {"contamination.parquet": to_table("CONTAMINATION", marks)})],
            "selection": [make_artifact("s", {"selection.parquet": to_table("SELECTION", splits)})],
        }
        collect = make_artifact("collect", documents=named["documents"], benchmarks=named["benchmarks"])
        annotate = make_artifact("annotate", contamination=named["contamination"])
        note_gram_size(annotate.path, size)
        return collect, annotate, make_artifact("curate", selection=named["selection"])

    return make


def to_table(schema: str, rows: Sequence[Row]) -> Any:
    import pyarrow as pa

    from emma import schemas

    return pa.Table.from_pylist([dict(row) for row in rows], schema=getattr(schemas, schema))


def note_gram_size(folder: Path, size: tuple[int, int]) -> None:
    made_by = {"config": dict(zip(("gram_words", "gram_chars"), size, strict=True))}
    whole = {"format": manifest.FORMAT, "key": "k", "made_by": made_by, "depth": 1, "files": {}, "counts": {}}
    (folder / manifest.MANIFEST).write_bytes(manifest.dump({**whole, "parts": {}}))


def ask(*texts: str) -> Item:
    return Item(id="1", gold=0, texts=texts)


def test_an_item_in_any_script_is_found_wherever_it_stands(compile_corpus: Callable[..., Corpus]) -> None:
    pages = [{"lang": lang, "text": f"{TEXTS[lang]}\n{text} {TEXTS[lang]}"} for lang, text in ITEMS.items()]
    questions = [ask(text.upper()) for text in ITEMS.values()]
    assert mark_clean(questions, *compile_corpus(ITEMS, pages)) == [False] * 4


def test_an_item_in_another_unicode_form_is_the_same(compile_corpus: Callable[..., Corpus]) -> None:
    text = "Gbogbo ènìyàn ni a bí ní òmìnira; iyì àti ẹ̀tọ́ kọ̀ọ̀kan sì dọ́gba, wọ́n ní ẹ̀bùn làákàyè."
    corpus = compile_corpus({"yor_Latn": normalize("NFC", text)}, [{"lang": "yor_Latn", "text": "Rárá."}])
    assert mark_clean([ask(normalize("NFD", text))], *corpus) == [True]


def test_what_was_dropped_held_out_or_cut_out_is_clean(compile_corpus: Callable[..., Corpus]) -> None:
    eng, arb, tha, zho = ITEMS.items()
    rows = [
        {"lang": eng[0], "text": eng[1], "split": None},
        {"lang": arb[0], "text": arb[1], "split": "test"},
        {"lang": tha[0], "text": f"{TEXTS['tha_Thai']}\n{tha[1]}", "drop_lines": [1]},
        {"lang": zho[0], "text": TEXTS["zho_Hans"]},
    ]
    assert mark_clean([ask(text) for text in ITEMS.values()], *compile_corpus(ITEMS, rows)) == [True] * 4


def test_what_nobody_searched_for_or_could_is_unknown(compile_corpus: Callable[..., Corpus]) -> None:
    known = {lang: ITEMS[lang] for lang in ("eng_Latn", "arb_Arab")}
    corpus = compile_corpus(known, [{"lang": "eng_Latn", "text": ITEMS["eng_Latn"]}])
    questions = [ask(ITEMS["tha_Thai"]), ask("yes"), ask(), ask(ITEMS["arb_Arab"], ITEMS["tha_Thai"])]
    assert mark_clean(questions, *corpus) == [None] * 4
    # A label beside a question does not make it unknown, and one text that was trained on is enough.
    both = [ask(ITEMS["arb_Arab"], "yes"), ask(ITEMS["tha_Thai"], ITEMS["eng_Latn"])]
    assert mark_clean(both, *corpus) == [True, False]


def test_a_copy_with_words_left_out_and_the_other_side_of_a_pair(compile_corpus: Callable[..., Corpus]) -> None:
    words = ITEMS["eng_Latn"].split()
    copy = " ".join(words[:8] + words[9:18] + words[19:])
    rows = [{"lang": "eng_Latn", "text": copy}, {"lang": "fra_Latn", "text": "Texte", "text2": ITEMS["arb_Arab"]}]
    found = mark_clean([ask(ITEMS["eng_Latn"]), ask(ITEMS["arb_Arab"])], *compile_corpus(ITEMS, rows))
    assert found == [False, False]


def test_a_document_without_a_mark_is_not_opened(compile_corpus: Callable[..., Corpus]) -> None:
    corpus = compile_corpus(ITEMS, [{"lang": "eng_Latn", "text": ITEMS["eng_Latn"], "mark": None}])
    shards.write(corpus[0].parts["documents"][0].path / "documents.parquet", documents([]))
    assert mark_clean([ask(ITEMS["eng_Latn"])], *corpus) == [True]


def test_a_corpus_that_was_not_searched_or_does_not_say_how(make_artifact: Callable[..., Artifact]) -> None:
    plain = make_artifact("plain", documents=[])
    assert mark_clean([ask(ITEMS["eng_Latn"])], plain, plain, plain) == [None]
    mute = make_artifact("mute", contamination=[])
    with pytest.raises(ArtifactError, match="does not say by which grams"):
        mark_clean([ask(ITEMS["eng_Latn"])], plain, mute, plain)
