"""Which tokenizers can be expanded, and what is said of those that cannot."""

import json
import shutil
from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import AutoTokenizer

from emma.errors import RecipeError
from emma.store import shards
from emma.vocab.bpe import ALPHABET
from emma.vocab.config import VocabConfig
from emma.vocab.folder import load_expandable, load_tokenizer
from tests.conftest import TEXTS
from tests.vocab.corpora import AWKWARD, byte_level_base, sentencepiece_base
from tests.vocab.test_run import run

ENGLISH = [TEXTS["eng_Latn"], "They are endowed with reason and conscience.", "a  b   c 12 345"] * 3


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (models.BPE({"a": 0, "b": 1}, []), "BPE without byte fallback"),
        (models.WordPiece({"[UNK]": 0}, unk_token="[UNK]"), "WordPiece"),
        (models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"), "WordLevel"),
        (models.Unigram([("<unk>", 0.0)], 0), "unigram SentencePiece"),
    ],
)
def test_other_kinds_are_named(model, kind: str, tmp_path: Path) -> None:
    tokenizer = Tokenizer(model)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(RecipeError, match=f"cannot be expanded: {kind}.*vocab.new_pieces = 0"):
        load_expandable(tmp_path)


def test_a_kind_that_cannot_be_expanded_can_be_kept(tmp_path: Path, make_artifact, make_work) -> None:
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "All": 1, "human": 2}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "tokenizer_config.json").write_text('{"tokenizer_class": "PreTrainedTokenizerFast"}')
    out = run(make_artifact, make_work, VocabConfig(new_pieces=0), base=tmp_path)
    assert AutoTokenizer.from_pretrained(out / "tokenizer").encode("All human x") == [1, 2, 0]
    facts = {"pieces_base": 3, "size": 3, "rows": 3, "kind": "WordLevel", "canonical": "tokenizer.json"}
    assert json.loads((out / "vocab.json").read_text()).items() >= facts.items()
    assert shards.read(out / "pieces.parquet").num_rows == 0
    with pytest.raises(RecipeError, match="WordLevel"):
        run(make_artifact, make_work, VocabConfig(), base=tmp_path, name="more")


@pytest.mark.parametrize("kind", ["unigram", "char"])
def test_a_lone_sentencepiece_model_of_another_kind(kind: str, tmp_path: Path) -> None:
    base = sentencepiece_base(tmp_path / "base", ENGLISH, kind, 60)
    with pytest.raises(RecipeError, match=f"of the kind {kind}.*save a tokenizer.json"):
        load_tokenizer(base)


def test_a_tokenizer_in_python_only(tmp_path: Path) -> None:
    (tmp_path / "tokenizer_config.json").write_text('{"tokenizer_class": "ByT5Tokenizer"}')
    with pytest.raises(RecipeError, match=r"ByT5Tokenizer, which exists in Python only.*tokenizer.json first"):
        load_tokenizer(tmp_path)


@pytest.mark.parametrize("name", ["tokenizer.json", "tokenizer.model"])
def test_a_damaged_file_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("IQ== 0\nIg== 1\n")
    with pytest.raises(RecipeError, match=f"{name} (cannot be read|is no SentencePiece model)"):
        load_tokenizer(tmp_path)


def test_a_folder_without_a_tokenizer(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="No tokenizer can be read from"):
        load_tokenizer(tmp_path)


def test_a_base_that_swallows_a_leading_space_does_so_still(tmp_path: Path) -> None:
    """Its tokenizer.json is all there is to say what it was trained with; a tokenizer.model would decide otherwise."""
    folder = tmp_path / "metaspace"
    shutil.copytree(sentencepiece_base(tmp_path / "base", ENGLISH), folder)
    base = load_tokenizer(folder)
    (folder / "tokenizer.model").unlink()
    metaspace = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": False}
    (folder / "tokenizer.json").write_text(json.dumps({**base.table, "normalizer": None, "pre_tokenizer": metaspace}))
    loaded = load_tokenizer(folder)
    assert not loaded.joins_by_piece
    assert loaded.word_rules == {"prefix": True}
    assert loaded.open().decode(loaded.open().encode("  All").ids) == " All"
    assert (loaded.table["normalizer"], loaded.table["pre_tokenizer"]) == (None, metaspace)


def test_a_model_that_is_not_that_of_the_json_is_not_used(tmp_path: Path) -> None:
    base = sentencepiece_base(tmp_path / "base", ENGLISH)
    longer = load_tokenizer(base).with_pieces(["ⴰ"])
    longer.open().save(str(base / "tokenizer.json"))
    assert load_tokenizer(base).pieces == longer.pieces
    assert not load_tokenizer(base).joins_by_piece


def test_added_tokens_keep_their_ids_and_are_never_grown_on(tmp_path: Path) -> None:
    base = sentencepiece_base(tmp_path / "base", ENGLISH)
    longer = load_tokenizer(base)
    tokens = [*longer.table["added_tokens"], {**longer.table["added_tokens"][0], "id": 900, "content": "<pad>"}]
    Tokenizer.from_str(json.dumps({**longer.table, "added_tokens": tokens})).save(str(base / "tokenizer.json"))
    loaded = load_tokenizer(base)
    number = loaded.pieces.index("<pad>")
    assert loaded.joins_by_piece
    assert loaded.closed[number]
    grown = loaded.with_pieces(["ⴰ"])
    assert grown.open().token_to_id("ⴰ") == len(loaded.pieces)
    assert grown.open().token_to_id("<pad>") == number


@pytest.mark.parametrize("pattern", ["gpt2", "llama3"])
def test_byte_level_words_are_those_of_the_tokenizer(pattern: str, tmp_path: Path) -> None:
    """Segmenting the words one by one is segmenting the text."""
    from emma.vocab.bpe import segment
    from emma.vocab.sample import make_word_splitter

    base = load_expandable(byte_level_base(tmp_path / "base", pattern, ENGLISH))
    for text in [*TEXTS.values(), *AWKWARD]:
        apart = segment(base.open_bare(), make_word_splitter(base.word_rules)(text))
        assert [each for word in apart for each in word] == base.open().encode(text).ids
    assert set(ALPHABET) == set(pre_tokenizers.ByteLevel.alphabet())
    texts = dict(zip(base.pieces, base.texts, strict=True))
    assert (texts["<|end|>"], texts["Ġ"], texts["Ã"]) == ("", " ", "\udcc3")
