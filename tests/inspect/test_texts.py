"""Labels, tokenizers and texts in memory: the same answers as the command line's, as tables."""

from pathlib import Path

import pyarrow as pa
import pytest

import emma
from emma.errors import LanguageError, RecipeError, SourceError
from emma.lang.scripts import is_spaced
from emma.lid.model import Model, open_model
from tests.conftest import TEXTS
from tests.lid.conftest import model, trained

__all__ = ["model", "trained"]


def test_lint_finds_what_the_command_finds() -> None:
    findings = emma.lint(["iw", "eml", "swa_Latn", "swh_Latn", "tha_Thai", "xqx"]).to_pylist()
    kinds = {label: finding["kind"] for finding in findings for label in finding["labels"]}
    assert kinds == {"iw": "renamed", "eml": "retired", "swa_Latn": "macrolanguage", "xqx": "unknown"}
    assert [finding["line"] for finding in findings if finding["labels"] == ["eml"]] == [2]


def test_lint_with_amounts_finds_small_entries() -> None:
    (finding,) = emma.lint({"hin_Deva": 10, "tha_Thai": 10**9}, small=100).to_pylist()
    assert (finding["kind"], finding["labels"], finding["tokens"]) == ("small", ["hin_Deva"], 10)


def test_a_good_list_has_no_findings_and_the_same_columns() -> None:
    assert emma.lint(["hin_Deva"]).num_rows == 0
    assert emma.lint(["hin_Deva"]).schema == emma.lint(["iw"]).schema


@pytest.fixture
def bytes_tokenizer() -> object:
    """A tokenizer whose tokens are bytes: what it counts is known."""
    tokenizers = pytest.importorskip("tokenizers", reason="needs the train extra")
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE(byte_fallback=False))
    alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE(dict(zip(alphabet, range(256), strict=True)), []))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    return tokenizer


def test_fertility_of_bytes_is_one_a_byte(bytes_tokenizer: object) -> None:
    rows = emma.fertility(bytes_tokenizer, {lang: [text, text] for lang, text in TEXTS.items()}).to_pylist()
    assert [row["lang"] for row in rows] == list(TEXTS)
    for row in rows:
        text = TEXTS[row["lang"]]
        assert (row["texts"], row["bytes"], row["tokens"]) == (2, 2 * len(text.encode()), 2 * len(text.encode()))
        assert row["tokens_per_byte"] == 1.0
        words = 2 * len(text.split()) if is_spaced(emma.Lang.parse(row["lang"]).script) else None
        assert row["words"] == words, row["lang"]
        assert row["tokens_per_word"] == (row["tokens"] / words if words else None)


def test_fertility_of_a_list_and_of_a_file(bytes_tokenizer: object, tmp_path: Path) -> None:
    (row,) = emma.fertility(bytes_tokenizer, ["one two", "three"]).to_pylist()
    assert (row["lang"], row["tokens"], row["words"], row["tokens_per_word"]) == (None, 12, 3, 4.0)
    bytes_tokenizer.save(str(tmp_path / "tokenizer.json"))
    assert emma.fertility(tmp_path / "tokenizer.json", ["one two", "three"]).to_pylist() == [row]


def test_fertility_refuses_what_is_none(bytes_tokenizer: object, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="is no tokenizer"):
        emma.fertility(tmp_path / "absent", ["a"])
    with pytest.raises(LanguageError):
        emma.fertility(bytes_tokenizer, {"swahili": ["a"]})


@pytest.mark.parametrize("texts", ["hello", [1, 2], {"swh_Latn": "habari"}])
def test_a_single_string_is_no_list_of_texts(bytes_tokenizer: object, model: Model, texts: object) -> None:
    with pytest.raises(SourceError, match="Give a list of texts"):
        emma.fertility(bytes_tokenizer, texts)
    if not isinstance(texts, dict):
        with pytest.raises(SourceError, match="Give a list of texts"):
            emma.identify(model, texts)


@pytest.mark.parametrize("labels", ["iw", [1], [None]])
def test_a_single_string_is_no_list_of_labels(labels: object) -> None:
    with pytest.raises(LanguageError, match="Give a list of labels"):
        emma.lint(labels)


def test_identify_takes_the_column_of_a_table(model: Model) -> None:
    table = pa.table({"text": list(TEXTS.values())})
    assert emma.identify(model, table["text"]).equals(emma.identify(model, list(TEXTS.values())))


def test_identify_says_what_the_model_says(model: Model, trained: Path) -> None:
    texts = [*TEXTS.values(), "123"]
    table = emma.identify(model, texts)
    labels, scores = model.identify(texts)
    assert (table["labels"].to_pylist(), table["scores"].to_pylist()) == (labels, scores)
    assert table["lang"].to_pylist() == [row[0] if row else None for row in labels]
    plain = open_model(str(trained))
    assert emma.identify(trained, pa.array(texts)).equals(emma.identify(plain, texts))
