"""Negative log-likelihood of texts under a model of a Hugging Face folder.

Each document stands alone behind a beginning-of-text token, which is given and not predicted; an end-of-text token is
neither. Windows of all documents are sorted together, so that hardly a token is padding.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from emma.evaluate.backends.model import LanguageModel, token_costs
from emma.evaluate.backends.windows import OwnedWindow, cost_windows, split_windows
from emma.evaluate.config import EvaluateConfig

CHUNK_TOKENS = 1 << 16
"""Tokens whose costs a kill can lose; what was scored before is kept."""
PART = 1000
"""Documents that are tokenised at a time."""


@dataclass(frozen=True)
class EncodedText:
    """A document under a model's tokenizer."""

    ids: NDArray[np.int32]
    """The beginning-of-text token first."""
    altered: bool
    """Whether the tokenizer does not give the text back, so that its cost is that of another text."""


@dataclass(frozen=True)
class Scorer:
    """What texts cost a model."""

    model: LanguageModel

    @classmethod
    def open(cls, folder: Path, section: EvaluateConfig) -> "Scorer":
        """Open a model's folder. Raises RecipeError when it holds no model EMMA can score."""
        return cls(LanguageModel(folder, section))

    def encode(self, texts: Sequence[str]) -> list[EncodedText]:
        """Texts as token ids. No weights are read for it."""
        return [
            EncodedText(np.array([self.model.start_id, *ids], dtype=np.int32), text != back)
            for part in (texts[start : start + PART] for start in range(0, len(texts), PART))
            for text, ids, back in self._encode_part(part)
        ]

    def _encode_part(self, texts: Sequence[str]) -> Iterator[tuple[str, list[int], str]]:
        encoded = self.model.encode(texts)
        return zip(texts, encoded, self.model.tokenizer.decode_batch(encoded, skip_special_tokens=False), strict=True)

    def plan(self, texts: Sequence[EncodedText]) -> list[list[OwnedWindow]]:
        """The windows of all texts in chunks of some CHUNK_TOKENS, the longest first."""
        windows = sorted(self._split(texts), key=lambda window: -len(window[1]))
        ends = np.cumsum([len(window) for _, window in windows], dtype=np.int64)
        borders = np.flatnonzero(np.diff(ends // CHUNK_TOKENS, prepend=0)).tolist() if windows else []
        starts = sorted({0, *borders, len(windows)})
        return [windows[start:end] for start, end in pairwise(starts)]

    def cost(self, texts: Sequence[EncodedText], windows: Sequence[OwnedWindow]) -> dict[int, float]:
        """The nats of what these windows count, for each text that one of them is of, by its number."""
        nats, _ = cost_windows(self.model, [each.ids for each in texts], windows)
        return {number: nats[number] for number in sorted({number for number, _ in windows})}

    def score_tokens(self, ids: Sequence[int]) -> list[float]:
        """Nats of all tokens of one sequence but the first, in one window, however long."""
        inputs = torch.tensor(ids, device=self.model.device)
        hidden = self.model.hidden_states(inputs[None, :-1])[0]
        nats: list[float] = token_costs(hidden, self.model.head, inputs[1:])[0].tolist()
        return nats

    def _split(self, texts: Sequence[EncodedText]) -> Iterator[OwnedWindow]:
        for number, text in enumerate(texts):
            for window in split_windows(len(text.ids) - 1, self.model.context, self.model.section.stride):
                yield number, window
