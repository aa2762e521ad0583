"""Continuations against encoding every context with every choice, for tokenizers of every family."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from emma.evaluate.backends.choices import continuation_ids
from emma.models.tokenizer_file import open_tokenizer
from tests.conftest import TEXTS

LLAMA = Path(__file__).parents[4] / "shared" / "data" / "model" / "llama2_tokenizer"
TEXT = [*TEXTS.values(), "the topic is of the is\n\n  is it?  The answer is: 12 of 345.\n"] * 3
SPLIT = r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
"""As in Llama 3 and GPT-4, without contractions."""


def byte_level() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return tokenizer


def split_like_llama_3() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    steps = [pre_tokenizers.Split(Regex(SPLIT), "isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(steps)
    return tokenizer


def without_words() -> Tokenizer:
    """As Llama 2: a space is put before the text, and pieces may go across words."""
    tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    return tokenizer


def unigram() -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    return tokenizer


@pytest.fixture(scope="module", params=[byte_level, split_like_llama_3, without_words, unigram, "Llama 2"])
def model(request: pytest.FixtureRequest) -> SimpleNamespace:
    """What encodes, with some hundreds of pieces learnt from text in many scripts."""
    if isinstance(request.param, str):
        if not LLAMA.exists():
            pytest.skip("shared data is not here: it has Llama 2's tokenizer")
        tokenizer = open_tokenizer(LLAMA)
    else:
        tokenizer = request.param()
        kinds = {"special_tokens": ["<unk>"], "show_progress": False, "vocab_size": 900}
        is_unigram = type(tokenizer.model).__name__ == "Unigram"
        trainer = trainers.UnigramTrainer(unk_token="<unk>", **kinds) if is_unigram else trainers.BpeTrainer(**kinds)
        tokenizer.train_from_iterator(TEXT, trainer)
    calls: list[str] = []

    def encode(texts):
        calls.extend(texts)
        return [each.ids for each in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]

    return SimpleNamespace(tokenizer=tokenizer, encode=encode, calls=calls, name=getattr(request.param, "__name__", ""))


def slow(model: SimpleNamespace, context: str, choices: list[str]) -> list[list[int]]:
    (own,) = model.encode([context])
    return [ids[len(own) :] for ids in model.encode([context + choice for choice in choices])]


WORDS = ["\n\n", "  ", " is", "the", " of", "ไทย", "ខ្មែរ", "é", "ߒߞߏ", "<0x0A>", "▁", "\u200d", *"ais .,:?\n\"'1"]
PIECES = st.lists(st.sampled_from(WORDS), max_size=25).map("".join)


@settings(max_examples=60, deadline=None)
@given(context=PIECES.map(str.rstrip), choices=st.lists(PIECES, min_size=1, max_size=3))
def test_like_encoding_all_of_it(model: SimpleNamespace, context: str, choices: list[str]) -> None:
    (ids,) = model.encode([context])
    assert continuation_ids(model, [(context, ids)], [choices], {}) == [slow(model, context, choices)]


def test_every_script(model: SimpleNamespace) -> None:
    contexts = [f"{text}\nThe topic is" for text in TEXTS.values()] + [text.rstrip() for text in TEXTS.values()]
    choices = [[" science", "sports", ":", *(text[:5] for text in TEXTS.values())]] * len(contexts)
    own = list(zip(contexts, model.encode(contexts), strict=True))
    found = continuation_ids(model, own, choices, {})
    assert found == [slow(model, text, each) for text, each in zip(contexts, choices, strict=True)]


def test_long_contexts_are_not_encoded_again(model: SimpleNamespace) -> None:
    contexts = [f"{text}\nThe topic is" for text in TEXTS.values()]
    own = list(zip(contexts, model.encode(contexts), strict=True))
    model.calls.clear()
    continuation_ids(model, own, [[" science", " sports"]] * len(contexts), {})
    # One way learns whole sentences as pieces from this little text, and unigram pieces are not merged from neighbours.
    encodes_tails = model.name not in ("without_words", "unigram")
    assert (sum(map(len, model.calls)) < 100) is encodes_tails
