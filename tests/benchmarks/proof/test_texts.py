"""Texts behind a token of one's choice, against transformers' own loss."""

from pathlib import Path

import pytest
import torch
from benchmarks.proof.texts import Texts
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

from tests.evaluate.conftest import save_tokenizer

BY_LANG = {"tha_Thai": ["ก"], "eng_Latn": ["a", "ab"]}


@pytest.mark.parametrize("start", [None, "<s>", "</s>"])
def test_a_text_stands_behind_the_token_that_is_named(tmp_path: Path, start: str | None) -> None:
    torch.manual_seed(0)
    size = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 1, "num_attention_heads": 4}
    model = LlamaForCausalLM(LlamaConfig(**size, vocab_size=259, initializer_range=0.3)).eval()
    model.save_pretrained(tmp_path)
    save_tokenizer(tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    first = tokenizer.convert_tokens_to_ids(start or "<s>")
    for lang, found in Texts(BY_LANG, start).measure(tmp_path).items():
        for text, nats in zip(BY_LANG[lang], found, strict=True):
            ids = torch.tensor([[first, *tokenizer(text, add_special_tokens=False)["input_ids"]]])
            # bfloat16 where the machine has it
            assert nats == pytest.approx(model(ids, labels=ids).loss.item() * (ids.shape[1] - 1), rel=0.02)


def test_the_same_texts_behind_another_token_are_others() -> None:
    assert len({Texts(BY_LANG, start).key for start in (None, "<s>", "</s>")}) == 3
