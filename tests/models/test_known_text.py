"""What a model makes of the known text is what transformers' own generation and loss say."""

import math
from pathlib import Path

import pytest

from emma.models.known_text import BEGINNING, NEW_TOKENS, PASSAGE, continue_greedily, read_known_text, sum_bits

pytest.importorskip("torch", reason="needs the train extra")

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from tests.models.kinds import write_base, write_tokenizer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small random base that knows bytes."""
    write_base("llama2", tmp_path, max_position_embeddings=512)
    write_tokenizer(tmp_path)
    return tmp_path


def test_it_is_what_transformers_says(folder: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids = [1, *tokenizer.encode(BEGINNING, add_special_tokens=False)]
    longer = model.generate(torch.tensor([ids]), max_new_tokens=NEW_TOKENS, do_sample=False, eos_token_id=None)
    assert continue_greedily(model, ids) == longer[0, len(ids) :].tolist()
    passage = torch.tensor([[1, *tokenizer.encode(PASSAGE, add_special_tokens=False)]])
    with torch.no_grad():
        loss = float(model(input_ids=passage, labels=passage).loss)
    bits = loss * (passage.shape[1] - 1) / math.log(2)
    assert sum_bits(model, passage[0].tolist()) == pytest.approx(bits, rel=1e-5)
    record = read_known_text(model, folder)
    assert record["bits_per_byte"] == pytest.approx(bits / len(PASSAGE.encode()), abs=6e-4)
    assert record["beginning"] == BEGINNING
