"""What a model makes of a text that is the same for every base: how it goes on, and how well it predicts a passage.

Whoever reads a model from another form sees at once whether it came through: a scrambled one goes on with noise, and
needs more than the 8 bits per byte of guessing. It is English since the models in such forms all know some; nothing is
decided by it.
"""

import math
from pathlib import Path
from typing import Any

from emma.config.extras import need
from emma.models.folder import Json
from emma.models.special_ids import special_ids
from emma.models.tokenizer_file import open_tokenizer

BEGINNING = "The capital of France is"
NEW_TOKENS = 12
"""Tokens that are generated, greedily."""
PASSAGE = (
    "The ferry left the island every morning at seven, except in winter, when the captain waited for daylight. "
    "Farmers brought cheese and wool to the market on the other side, and came home in the evening with nails, salt "
    "and newspapers. Nobody paid with money on the boat; the captain kept a book in which he wrote what everyone owed."
)
"""A passage written for this purpose, which no model has read."""


def read_known_text(model: Any, folder: Path) -> Json:
    """The greedy continuation of BEGINNING, and the bits per byte of PASSAGE, by a model with a folder's tokenizer."""
    tokenizer = open_tokenizer(folder)
    first = special_ids(folder, tokenizer).prefix
    before = [] if first is None else [first]

    def encode(text: str) -> list[int]:
        return [*before, *tokenizer.encode(text, add_special_tokens=False).ids]

    return {
        "beginning": BEGINNING,
        "continuation": tokenizer.decode(continue_greedily(model, encode(BEGINNING)), skip_special_tokens=False),
        # Three decimals: more depend on the machine's order of sums.
        "bits_per_byte": round(sum_bits(model, encode(PASSAGE)) / len(PASSAGE.encode()), 3),
    }


def continue_greedily(model: Any, ids: list[int]) -> list[int]:
    """The NEW_TOKENS likeliest next tokens, one after the other."""
    torch = need("torch", "train")
    ids, start = list(ids), len(ids)
    with torch.no_grad():
        for _ in range(NEW_TOKENS):
            ids.append(int(model(input_ids=torch.tensor([ids])).logits[0, -1].argmax()))
    return ids[start:]


def sum_bits(model: Any, ids: list[int]) -> float:
    """Minus the binary logarithm of the probability of `ids` after the first of them."""
    torch = need("torch", "train")
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([ids])).logits[0, :-1].double()
    chosen = logits.log_softmax(-1).gather(1, torch.tensor(ids[1:])[:, None])
    return float(-chosen.sum() / math.log(2))
