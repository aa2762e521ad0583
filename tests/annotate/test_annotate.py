"""The annotate stage on real sentences in every script, against slow Python, and its promises about rows and bytes."""

import unicodedata
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest

from emma.annotate.config import AnnotateConfig
from emma.annotate.run import annotate
from emma.errors import ArtifactError
from emma.lang.scripts import covers, dominant_script, is_spaced
from emma.schemas import ANNOTATIONS, CODE, FEATURES
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import Made, Work
from tests.conftest import TEXTS, documents

Row = dict[str, Any]


@pytest.fixture
def annotated(make_work: Callable[..., Work], make_artifact: Callable[..., Artifact]) -> Callable[..., list[Row]]:
    def run(rows: list[Row]) -> list[Row]:
        shard = make_artifact("shard", {"documents.parquet": documents(rows)})
        made = annotate(
            AnnotateConfig(), collect=make_artifact("collect", documents=[shard]), work=make_work("annotate")
        )
        (part,) = made.parts["annotations"]
        found: list[Row] = shards.read(part.file("annotations.parquet")).to_pylist()
        return found

    return run


def test_every_script_is_measured_as_python_measures_it(annotated: Callable[..., list[Row]]) -> None:
    found = annotated([{"text": text, "lang": label} for label, text in TEXTS.items()])
    for (label, text), row in zip(TEXTS.items(), found, strict=True):
        script, share = dominant_script("".join(char for char in text if unicodedata.category(char)[0] in "LM"))
        assert (row["bytes"], row["chars"], row["lines"]) == (len(text.encode()), len(text), 1)
        assert row["words"] == len(text.replace("፡", " ").split())
        assert (row["script"], row["script_share"]) == (script, pytest.approx(share))
        assert row["label_script_share"] == 1.0 and script in covers(label[-4:])
        assert (row["word_length"] is not None) == is_spaced(script)
        kinds = Counter(unicodedata.category(char)[0].replace("C", "M") for char in text if char not in " ፡")
        assert row["letter_share"] == pytest.approx((kinds["L"] + kinds["M"]) / kinds.total())
        assert row["punct_share"] == pytest.approx(kinds["P"] / kinds.total())


def test_scripts_of_the_label(annotated: Callable[..., list[Row]]) -> None:
    rows = [
        {"text": "東京タワーに行きました。", "lang": "jpn_Jpan"},
        {"text": "東京タワーに行きました。", "lang": "zho_Hans"},
        {"text": "Привет мир", "lang": "srp_Latn"},
        {"text": "12:30 🙂", "lang": "amh_Ethi"},
        {"text": "def f(x): return x", "lang": CODE},
        {"text": "Ⲁⲃ", "lang": "egy_Egyd"},
    ]
    shares = [row["label_script_share"] for row in annotated(rows)]
    assert shares == [1.0, pytest.approx(3 / 10), 0.0, 1.0, 1.0, 1.0]


def test_word_length_needs_a_label_and_a_text_that_space_words(annotated: Callable[..., list[Row]]) -> None:
    rows = [
        {"text": "https://example.org/a page", "lang": "tha_Thai"},
        {"text": "สวัสดี ครับ", "lang": "eng_Latn"},
        {"text": "two words", "lang": "eng_Latn"},
        {"text": "two words", "lang": "eng_Latn", "text2": "สองคำ", "lang2": "tha_Thai"},
    ]
    assert [row["word_length"] for row in annotated(rows)] == [None, None, 4.0, None]


def test_bitext_is_measured_on_both_sides(annotated: Callable[..., list[Row]]) -> None:
    one, two = TEXTS["arb_Arab"], TEXTS["eng_Latn"]
    (row,) = annotated([{"text": one, "lang": "arb_Arab", "text2": two, "lang2": "eng_Latn"}])
    assert row["bytes"] == len((one + two).encode()) and row["chars"] == len(one + two)
    assert row["words"] == len(one.split()) + len(two.split()) and row["lines"] == 2
    assert row["label_script_share"] == 1.0


def test_the_newline_between_two_sides_is_in_no_share(annotated: Callable[..., list[Row]]) -> None:
    pair = {"lang": "gla_Latn", "lang2": "eng_Latn"}
    short, spaced = annotated([{"text": "ab", "text2": "cd", **pair}, {"text": "a b", "text2": "1 !", **pair}])
    assert (short["letter_share"], short["word_length"]) == (1.0, 2.0)
    assert [spaced[f"{kind}_share"] for kind in ("letter", "digit", "punct")] == [0.5, 0.25, 0.25]


def test_repetition_case_and_short_text(annotated: Callable[..., list[Row]]) -> None:
    texts = ["same line here\nsame line here", "ABC def", "", "我", "???", "0123456789 0123456789"]
    lines, upper, empty, one, marks, digits = annotated([{"text": text, "lang": "eng_Latn"} for text in texts])
    assert lines["repeated_line_share"] == pytest.approx(14 / 29)
    assert lines["repeated_gram_share"] == pytest.approx(5 / 20)
    assert upper["upper_share"] == 0.5
    assert (empty["chars"], empty["lines"], empty["script"], empty["letter_share"]) == (0, 0, "Zyyy", 0.0)
    assert (one["script"], one["letter_share"], one["repeated_gram_share"]) == ("Hani", 1.0, 0.0)
    assert (marks["punct_share"], marks["script"], marks["word_length"]) == (1.0, "Zyyy", None)
    assert digits["digit_share"] == 1.0


def test_shares_are_shares_and_signatures_differ(annotated: Callable[..., list[Row]]) -> None:
    found = annotated([{"text": text, "lang": "eng_Latn"} for text in (*TEXTS.values(), "", "a", "!")])
    assert all(0 <= row[name] <= 1 for row in found for name in FEATURES if name != "word_length")
    assert all(one["minhash"] != other["minhash"] for one, other in pairwise(found))
    assert len({row["exact_hash"] for row in found}) == len(found)


def cut(rows: list[Row], sizes: list[int]) -> list[pa.Table]:
    table, places = documents(rows), [0, *sizes]
    return [table.slice(sum(places[:at]), size) for at, size in enumerate(places[1:], 1)]


@pytest.mark.parametrize(("sizes", "workers"), [([2500], 1), ([1, 1024, 1475], 1), ([1300, 1200], 2)])
def test_rows_stay_aligned_however_they_are_cut(
    sizes: list[int], workers: int, make_work: Callable[..., Work], make_artifact: Callable[..., Artifact]
) -> None:
    labels = list(TEXTS)
    rows = [{"text": f"{TEXTS[labels[at % 11]]} {at}", "lang": labels[at % 11]} for at in range(2500)]
    parts = [make_artifact(f"s{at}", {"documents.parquet": table}) for at, table in enumerate(cut(rows, sizes))]
    collect = make_artifact("collect", documents=parts)
    work = make_work("annotate", workers=workers)
    with work.executor:
        made: Made = annotate(AnnotateConfig(), collect=collect, work=work)
    total = sum(len(row["text"].encode()) for row in rows)
    assert made.counts == {"rows_in": 2500, "rows_out": 2500, "bytes": total}
    table = shards.read_all([part.file("annotations.parquet") for part in made.parts["annotations"]])
    assert table.schema.equals(ANNOTATIONS)
    assert table["bytes"].to_pylist() == [len(row["text"].encode()) for row in rows]


def test_a_shard_without_its_file_is_named(
    make_work: Callable[..., Work], make_artifact: Callable[..., Artifact]
) -> None:
    collect = make_artifact("collect", documents=[make_artifact("shard")])
    with pytest.raises(ArtifactError, match=r"documents\.parquet"):
        annotate(AnnotateConfig(), collect=collect, work=make_work("annotate"))
