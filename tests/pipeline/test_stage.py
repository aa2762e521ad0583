"""One stage alone on tables in memory: the same as in a run, and one clear line for what is missing."""

from pathlib import Path

import pyarrow as pa
import pytest

import emma
from emma.errors import ArtifactError, LanguageError, RecipeError
from emma.pipeline.stage import complete_documents
from emma.schemas import DOCUMENTS
from tests.conftest import TEXTS
from tests.curate.corpus import plain


def table(count: int = 4) -> pa.Table:
    """Documents in several scripts, with the two columns that there must be."""
    return pa.Table.from_pylist([{key: row[key] for key in ("lang", "text")} for row in plain(count)])


def test_the_columns_that_are_missing_are_filled(tmp_path: Path) -> None:
    documents = complete_documents(pa.table({"text": list(TEXTS.values()), "lang": list(TEXTS)}))
    assert documents.schema == DOCUMENTS
    assert documents["text"].to_pylist() == list(TEXTS.values())
    assert documents["id"].to_pylist()[:2] == ["memory:table#1", "memory:table#2"]
    assert documents["text2"].null_count == len(TEXTS)


def test_annotate_then_curate() -> None:
    documents = table()
    copies = pa.concat_tables([documents, documents])
    annotated = emma.stage("annotate", documents=copies)
    assert annotated["annotations"].num_rows == copies.num_rows
    assert set(annotated["annotations"]["script"].to_pylist()) >= {"Cyrl", "Deva", "Arab", "Ethi", "Thai", "Tfng"}
    curated = emma.stage("curate", {"test_share": 0.0}, documents=copies, annotations=annotated["annotations"])
    reasons = curated["selection"]["reason"].to_pylist()
    assert reasons == [None] * documents.num_rows + ["exact duplicate"] * documents.num_rows
    assert curated.counts["rows_in"] == copies.num_rows


@pytest.mark.slow
def test_what_a_stage_made_can_be_given_whole(tmp_path: Path) -> None:
    documents = table()
    annotated = emma.stage("annotate", documents=documents)
    by_table = emma.stage("curate", documents=documents, annotations=annotated["annotations"])
    by_result = emma.stage("curate", documents=documents, annotate=annotated)
    assert by_table["selection"].equals(by_result["selection"])


def test_shards_are_of_one_source() -> None:
    documents = table(2)
    halves = ["a"] * 8 + ["b"] * (documents.num_rows - 8)
    annotated = emma.stage("annotate", documents=documents.append_column("source", pa.array(halves)))
    assert len(annotated.artifact.parts["annotations"]) == 2
    assert annotated["annotations"].equals(emma.stage("annotate", documents=documents)["annotations"])


def test_a_folder_keeps_what_was_made(tmp_path: Path) -> None:
    first = emma.stage("annotate", documents=table(), folder=tmp_path)
    again = emma.stage("annotate", documents=table(), folder=tmp_path)
    assert first.artifact.path == again.artifact.path and first.artifact.path.is_relative_to(tmp_path)


def test_collect_reads_files(tmp_path: Path) -> None:
    for lang, text in TEXTS.items():
        (tmp_path / f"{lang}.txt").write_text(text, encoding="utf-8")
    source = {"name": "s", "reader": "text", "path": "*.txt", "lang_from": r"(.+)\.txt", "licence": "MIT"}
    collected = emma.stage("collect", {"sources": [source]}, data=tmp_path)
    assert sorted(collected["documents"]["lang"].to_pylist()) == sorted(TEXTS)
    assert collected["rejects"].num_rows == 0


@pytest.mark.parametrize(
    ("stage", "config", "inputs", "error", "message"),
    [
        ("curat", None, {}, RecipeError, "There is no stage 'curat'"),
        ("curate", {"max_dorp": 1}, {}, RecipeError, "unknown key 'curate.max_dorp'. Did you mean 'max_drop'?"),
        ("curate", None, {"documents": 1}, RecipeError, "give annotations=… or annotate=…"),
        ("annotate", None, {}, RecipeError, "give documents=… or collect=…"),
        ("annotate", None, {"annotations": 1}, RecipeError, "give documents=… too"),
        ("annotate", ["gram_words=5"], {"documents": 1}, RecipeError, "The settings of annotate are a mapping"),
        ("annotate", table(1), {}, RecipeError, "Tables are given by name: documents=…"),
        ("annotate", None, {"texts": 1}, RecipeError, "'texts' is no input of annotate. It may be given: documents"),
    ],
)
def test_mistakes_are_one_line(stage: str, config: object, inputs: dict, error: type, message: str) -> None:
    with pytest.raises(error, match=message.replace("?", r"\?")):
        emma.stage(stage, config, **dict.fromkeys(inputs, table()))


def test_tables_must_fit() -> None:
    with pytest.raises(RecipeError, match="'annotations' has 2 rows, documents has 32"):
        emma.stage("curate", documents=table(), annotations=table().slice(0, 2))
    annotated = emma.stage("annotate", documents=table(1))
    with pytest.raises(RecipeError, match=f"'annotate' was made of {table(1).num_rows} documents, documents has 32"):
        emma.stage("curate", documents=table(), annotate=annotated)
    with pytest.raises(RecipeError, match=r"'documents' must be a pyarrow Table, .*; it is a list"):
        emma.stage("annotate", documents=["ߡߐ߱ ߓߍ߯"])
    with pytest.raises(LanguageError, match="some rows have none"):
        emma.stage("annotate", documents=pa.table({"text": ["x", "y"], "lang": ["yor_Latn", None]}))
    with pytest.raises(RecipeError, match="there is no 'lang'"):
        emma.stage("annotate", documents=table().drop_columns("lang"))
    with pytest.raises(LanguageError, match="swahili"):
        emma.stage("annotate", documents=pa.table({"text": ["x"], "lang": ["swahili"]}))
    with pytest.raises(ArtifactError, match=r"has no table .x.\. There is only 'annotations'"):
        emma.stage("annotate", documents=table())["x"]
