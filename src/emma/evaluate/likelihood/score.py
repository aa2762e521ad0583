"""Negative log-likelihood of texts under a model of a Hugging Face folder.

Each document stands alone behind a beginning-of-text token, which is given and not predicted; an end-of-text token is
neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from emma.evaluate.backends.model import LanguageModel, token_costs
from emma.evaluate.backends.windows import Ids, cost_windows, split_windows
from emma.evaluate.config import EvaluateConfig


@dataclass(frozen=True)
class Score:
    """The cost of one document under a model."""

    nats: float
    tokens: int
    altered: bool
    """Whether the tokenizer does not give the text back, so the nats are those of another text."""


class Scorer:
    """A model with its tokenizer. Raises RecipeError for a folder that holds no model EMMA can score."""

    def __init__(self, folder: Path, section: EvaluateConfig) -> None:
        self.model = LanguageModel(folder, section)

    def score(self, texts: Sequence[str]) -> list[Score]:
        """The cost of each text."""
        encoded = self.model.encode(texts)
        nats = self.sum_nats([[self.model.start_id, *ids] for ids in encoded])
        decoded = self.model.tokenizer.decode_batch(encoded, skip_special_tokens=False)
        return [
            Score(cost, len(ids), text != back)
            for cost, ids, text, back in zip(nats, encoded, texts, decoded, strict=True)
        ]

    def score_tokens(self, ids: Sequence[int]) -> list[float]:
        """Nats of all tokens of one sequence but the first, in one window, however long."""
        inputs = torch.tensor(ids, device=self.model.device)
        nats: list[float] = token_costs(self.model.hidden_states(inputs[None, :-1])[0], self.model.head, inputs[1:])[
            0
        ].tolist()
        return nats

    def sum_nats(self, documents: Sequence[Ids]) -> list[float]:
        """Negative log-likelihood of all tokens but the first, for each document."""
        context, stride = self.model.context, self.model.section.stride
        windows = [
            (number, window)
            for number, ids in enumerate(documents)
            for window in split_windows(len(ids) - 1, context, stride)
        ]
        return cost_windows(self.model, documents, windows)[0]
