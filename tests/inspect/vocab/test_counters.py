"""Opening tokenizers of every kind: each counts as its own library does."""

import io
from pathlib import Path

import pytest
import sentencepiece
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from emma.errors import RecipeError
from emma.inspect.vocab.counters import open_counter, open_counters
from emma.pipeline.home import Home
from tests.conftest import TEXTS
from tests.inspect.vocab.corpora import bytes_of, tokenizer


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture(scope="module")
def proto() -> bytes:
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.Train(
        sentence_iterator=iter([*TEXTS.values()] * 20),
        model_writer=out,
        vocab_size=300,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    return out.getvalue()


def test_a_folder_a_file_and_an_artifact(tmp_path: Path, home: Home) -> None:
    folder = tokenizer(tmp_path / "small")
    artifact = tmp_path / "c4f442fe"
    tokenizer(artifact / "tokenizer")
    for place, name in ((folder, "small"), (folder / "tokenizer.json", "small"), (artifact, "c4f442fe")):
        counter = open_counter(str(place), home)
        assert (counter.name, counter.pieces) == (name, 259)
        assert counter.lengths(list(TEXTS.values())) == [bytes_of(text) for text in TEXTS.values()]


def test_a_sentencepiece_model_counts_as_sentencepiece(tmp_path: Path, home: Home, proto: bytes) -> None:
    (tmp_path / "unigram.model").write_bytes(proto)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "tokenizer.model").write_bytes(proto)
    processor = sentencepiece.SentencePieceProcessor(model_proto=proto)
    for place, name in ((tmp_path / "unigram.model", "unigram"), (tmp_path / "folder", "folder")):
        counter = open_counter(str(place), home)
        assert (counter.name, counter.pieces) == (name, len(processor))
        assert counter.lengths(list(TEXTS.values())) == [len(processor.EncodeAsIds(text)) for text in TEXTS.values()]


def test_a_folder_that_only_transformers_reads(tmp_path: Path, home: Home) -> None:
    words = Tokenizer(models.WordPiece({"[UNK]": 0, "All": 1, "beings": 2, "##ings": 3}, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=words, unk_token="[UNK]").save_pretrained(tmp_path / "words")
    counter = open_counter(str(tmp_path / "words"), home)
    assert counter.lengths(["All beings", "All, All"]) == [2, 3]


def test_what_frames_or_cuts_a_text_is_not_counted(tmp_path: Path, home: Home) -> None:
    folder = tokenizer(tmp_path / "framed")
    framed = Tokenizer.from_file(str(folder / "tokenizer.json"))
    framed.enable_truncation(3)
    framed.enable_padding(length=50)
    framed.save(str(folder / "tokenizer.json"))
    assert open_counter(str(folder), home).lengths(["<s>x</s>"]) == [bytes_of("<s>x</s>")]


def test_names(tmp_path: Path, home: Home) -> None:
    one, other = tokenizer(tmp_path / "a" / "same"), tokenizer(tmp_path / "b" / "same")
    with pytest.raises(RecipeError, match="Two tokenizers are called 'same'"):
        open_counters([str(one), str(other)], home)
    counters = open_counters([str(one), f"other={other}"], home)
    assert [counter.name for counter in counters] == ["same", "other"]


def test_a_run_by_its_name(compiled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one").mkdir()  # as `emma new` names a run after the folder of text
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RecipeError, match=r"The run 'one' in .* has no result of vocab yet"):
        open_counter("one", Home(compiled))


def test_what_is_no_tokenizer(tmp_path: Path, home: Home) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "tokenizer.json").write_text("{}")
    (tmp_path / "tekken.model").write_bytes(b"IQ== 0\nIg== 1\n")
    with pytest.raises(RecipeError, match=r"'nowhere' is no tokenizer\. Give a Hugging Face folder"):
        open_counter("nowhere", home)
    with pytest.raises(RecipeError, match=r"empty holds no tokenizer"):
        open_counter(str(tmp_path / "empty"), home)
    with pytest.raises(RecipeError, match=r"is no tokenizer\.json"):
        open_counter(str(tmp_path / "tokenizer.json"), home)
    with pytest.raises(RecipeError, match="is no SentencePiece model"):
        open_counter(str(tmp_path / "tekken.model"), home)
