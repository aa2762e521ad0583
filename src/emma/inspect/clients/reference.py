"""What EMMA itself makes of the fixed texts: its tokenizer, its scorer and its generation, on the trained model."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from emma.config.extras import need
from emma.evaluate.config import EvaluateConfig
from emma.evaluate.engine.requests import GenerateRequest, Prompt, Request, ScoreAnswer, ScoreRequest, TextAnswer
from emma.inspect.clients.texts import CONTINUED_TOKENS, LONGEST, PROMPTS, TEXTS
from emma.models.folder import CONFIG, GENERATION, read_model_json
from emma.models.special_ids import as_list, special_ids
from emma.models.tokenizer_file import open_tokenizer

if TYPE_CHECKING:
    from emma.evaluate.backends.model import LanguageModel


@dataclass(frozen=True)
class Reference:
    """What is expected of every client."""

    texts: tuple[str, ...]
    """Fixed ones, then those of the corpus."""
    weights: dict[str, str]
    """SHA-256 of each weight in float32, by its name in transformers: logits of some texts miss the rows of others."""
    pieces: dict[int, str]
    """The vocabulary, by id."""
    ids: list[list[int]]
    """Token ids of each text, without those around it."""
    start: int
    """The token that stands before a text."""
    stops: list[int]
    """Ids that generation stops at."""
    end: int | None
    """The token that stands behind a text."""
    logits: list[NDArray[np.float32]]
    """Of each fixed text (tokens, pieces): at `start` and its first tokens, LONGEST at most together."""
    bits_per_byte: list[float]
    """Of each fixed text."""
    continuations: list[str]
    """What is written behind the first PROMPTS texts."""

    def inputs(self) -> list[list[int]]:
        """The ids that the logits are of."""
        return [[self.start, *ids][:LONGEST] for ids in self.ids[: len(self.logits)]]


def measure_reference(model: Path, vocabulary: Path, samples: Sequence[str], dtype: str | None = None) -> Reference:
    """Ask EMMA's own engine, in float32 on the processor, about TEXTS, and about `samples` for their ids alone.

    Ids are those of the vocabulary that training read. Weights are rounded to `dtype` (`bfloat16`) where one is named.

    Raises RecipeError for a model that cannot be scored.
    """
    for package in ("torch", "transformers"):
        need(package, "train")
    from emma.evaluate.backends.hf import HuggingFace

    tokenizer = open_tokenizer(vocabulary)
    texts = (*TEXTS, *samples)
    ids = [encoding.ids for encoding in tokenizer.encode_batch(list(texts), add_special_tokens=False)]
    backend = HuggingFace(model, EvaluateConfig(precision="fp32", device="cpu"))
    if dtype is not None:
        round_weights(backend.model.network, dtype)
    requests: list[Request] = [ScoreRequest(Prompt(""), (text,)) for text in TEXTS]
    requests += [GenerateRequest(Prompt(text), CONTINUED_TOKENS) for text in TEXTS[:PROMPTS]]
    answers = backend.answer(backend.prepare(requests))
    costs = [each.nats[0] for each in answers if isinstance(each, ScoreAnswer)]
    start = backend.model.start_id
    return Reference(
        texts=texts,
        weights={name: hash_weight(weight) for name, weight in backend.model.network.named_parameters()},
        pieces={number: piece for piece, number in tokenizer.get_vocab().items()},
        ids=ids,
        start=start,
        stops=list_stops(model),
        end=special_ids(model).eos,
        logits=[compute_logits(backend.model, [start, *each][:LONGEST]) for each in ids[: len(TEXTS)]],
        bits_per_byte=[nats / math.log(2) / len(text.encode()) for nats, text in zip(costs, TEXTS, strict=True)],
        continuations=[each.text for each in answers if isinstance(each, TextAnswer)],
    )


def round_weights(network: Any, dtype: str) -> None:
    """Round all weights to a type, in place, as a release of that type has them."""
    torch = need("torch", "train")
    for weight in network.parameters():
        weight.data = weight.data.to(getattr(torch, dtype)).float()


def hash_weight(weight: Any) -> str:
    """The SHA-256 of a weight's bytes."""
    return hashlib.sha256(weight.detach().contiguous().numpy()).hexdigest()


def list_stops(model: Path) -> list[int]:
    """The ids that transformers stops at when it generates."""
    stated = (as_list(read_model_json(model / name).get("eos_token_id")) for name in (GENERATION, CONFIG))
    return next((ids for ids in stated if ids), [])


def compute_logits(model: "LanguageModel", ids: Sequence[int]) -> NDArray[np.float32]:
    """Logits (tokens, pieces) at each id, by EMMA's way through backbone and head."""
    torch = need("torch", "train")
    hidden = model.hidden_states(torch.tensor([ids]))[0]
    logits: NDArray[np.float32] = model.head.logits(hidden).detach().float().numpy()
    return logits
