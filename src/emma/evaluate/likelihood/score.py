"""Negative log-likelihood of texts under a model of a Hugging Face folder.

Each document stands alone behind a beginning-of-text token, which is given and not predicted; an end-of-text token is
neither. Logits are made for the positions that count, and for a chunk of them at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoConfig, AutoModelForCausalLM
from transformers.utils import logging

from emma.errors import RecipeError
from emma.evaluate.config import EvaluateConfig
from emma.models.configuration import context_length
from emma.models.device import choose_device
from emma.models.head import Head, check_head, head_of
from emma.models.special_ids import special_ids
from emma.models.tokenizer_file import open_tokenizer

CHUNK_ELEMENTS = 1 << 22
"""Logits that exist at a time: 16 MB of float32."""


@dataclass(frozen=True)
class Score:
    """The cost of one document under a model."""

    nats: float
    tokens: int
    altered: bool
    """Whether the tokenizer does not give the text back, so the nats are those of another text."""


def read_config(folder: Path) -> Any:
    """The model's configuration."""
    return AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)


def open_model_tokenizer(folder: Path) -> tuple[Any, int]:
    """The tokenizer of a model's folder and the id that stands before a text. RecipeError when it has none."""
    tokenizer = open_tokenizer(folder)
    if (start_id := special_ids(folder, tokenizer).prefix) is None:
        raise RecipeError(
            f"The tokenizer in {folder} has neither a beginning-of-text nor an end-of-text token. Name "
            "its eos_token in tokenizer_config.json, or eos_token_id in config.json."
        )
    return tokenizer, start_id


@dataclass(frozen=True)
class Window:
    """Inputs `begin` to `end` of a document go through the model; those from `score` on predict a token to count."""

    begin: int
    score: int
    end: int

    def __len__(self) -> int:
        return self.end - self.begin


def split_windows(predictions: int, context: int) -> list[Window]:
    """Windows of at most `context` inputs for a document with this many tokens to predict, each from one input.

    Every token is predicted once, from at least half a context where there is that much before it. The first window is
    full; each one after it moves on by half a context at most, and sees all it can.
    """
    windows = [Window(0, 0, min(context, predictions))] if predictions else []
    while windows and (done := windows[-1].end) < predictions:
        end = min(done + max(1, context // 2), predictions)
        windows.append(Window(end - context, done, end))
    return windows


DocumentWindow = tuple[int, Window]
"""Number of the document, and a window of it."""


class Scorer:
    """A model with its tokenizer. Raises RecipeError for a folder that holds no model EMMA can score."""

    def __init__(self, folder: Path, section: EvaluateConfig) -> None:
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        self._folder, self._section = folder, section
        self._device = choose_device(section.device, "evaluate")
        auto: Any = AutoModelForCausalLM
        self._tokenizer, self._start_id = open_model_tokenizer(folder)
        # Nothing is fetched, and no code that lies in a model's folder is run.
        settings = {"local_files_only": True, "trust_remote_code": False}
        self._model: Any = auto.from_pretrained(folder, dtype=torch.float32, **settings).to(self._device)
        self._model.eval()
        check_head(self._model, f"The model in {folder}")
        self._head = head_of(self._model)
        longest = int(context_length(self._model.config) or section.context or 1)
        self._context = min(longest, section.context or longest)

    def score(self, texts: Sequence[str]) -> list[Score]:
        """The cost of each text."""
        encoded = self.encode(texts)
        nats = self.sum_nats([[self._start_id, *ids] for ids in encoded])
        decoded = self._tokenizer.decode_batch(encoded, skip_special_tokens=False)
        return [
            Score(cost, len(ids), text != back)
            for cost, ids, text, back in zip(nats, encoded, texts, decoded, strict=True)
        ]

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids. `</s>` in a text is four characters, not the end of the text."""
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [encoding.ids for encoding in encodings]

    @torch.no_grad()
    def score_tokens(self, ids: Sequence[int]) -> list[float]:
        """Nats of all tokens of one sequence but the first, in one window, however long."""
        inputs = torch.tensor(ids, device=self._device)
        nats: list[float] = token_nats(self._hidden_states(inputs[None, :-1])[0], self._head, inputs[1:]).tolist()
        return nats

    @torch.no_grad()
    def sum_nats(self, documents: Sequence[Sequence[int]]) -> list[float]:
        """Negative log-likelihood of all tokens but the first, for each document."""
        windows = [
            (number, window)
            for number, ids in enumerate(documents)
            for window in split_windows(len(ids) - 1, self._context)
        ]
        # In float64: the order of windows in batches must not show in the sums.
        total = torch.zeros(len(documents), dtype=torch.float64)
        for batch in batch_windows(windows, self._section.batch_tokens):
            owners, nats = self._score_batch(documents, batch)
            total.index_add_(0, owners, nats.double())
        return [float(nats) for nats in total]

    def _score_batch(
        self, documents: Sequence[Sequence[int]], batch: Sequence[DocumentWindow]
    ) -> tuple[Tensor, Tensor]:
        """For every token that counts in a batch of windows: its document, and its nats."""
        width = max(len(window) for _, window in batch)
        # Padding is on the right, where a causal model cannot see it from the positions that count.
        inputs = torch.zeros(len(batch), width, dtype=torch.long)
        targets = torch.full((len(batch), width), -1)  # -1: not counted, by padding or as context
        for row, (number, window) in enumerate(batch):
            ids = torch.tensor(documents[number][window.begin : window.end + 1])
            inputs[row, : len(window)] = ids[:-1]
            targets[row, window.score - window.begin : len(window)] = ids[window.score - window.begin + 1 :]
        counted = targets >= 0
        hidden = self._hidden_states(inputs.to(self._device))[counted.to(self._device)]
        owners = torch.tensor([number for number, _ in batch])[:, None].expand_as(targets)[counted]
        return owners, token_nats(hidden, self._head, targets[counted].to(self._device)).cpu()

    def _hidden_states(self, inputs: Tensor) -> Tensor:
        # Autocast and not weights in bfloat16: both models are read in float32, whatever they are stored in.
        bf16 = self._section.precision == "bf16"
        with torch.autocast(self._device.type, torch.bfloat16, enabled=bf16):
            hidden: Tensor = self._model.base_model(input_ids=inputs, use_cache=False).last_hidden_state
        return hidden.to(torch.bfloat16) if bf16 else hidden


def token_nats(hidden: Tensor, head: Head, targets: Tensor) -> Tensor:
    """Negative log-likelihood of each target (positions,), float32."""
    rows, head = max(1, CHUNK_ELEMENTS // len(head)), replace(head, weight=head.weight.to(hidden.dtype))
    nats = [torch.empty(0, device=hidden.device)]
    for start in range(0, len(hidden), rows):
        logits = head.logits(hidden[start : start + rows]).float()
        truth = logits.gather(1, targets[start : start + rows, None]).squeeze(1)
        nats.append(logits.logsumexp(1) - truth)
    return torch.cat(nats)


def batch_windows(windows: Sequence[DocumentWindow], tokens: int) -> Iterator[list[DocumentWindow]]:
    """Windows of like length together, so that little is padding; at most `tokens` a batch, but at least one window."""
    batch: list[DocumentWindow] = []
    for window in sorted(windows, key=lambda window: -len(window[1])):
        if batch and len(batch[0][1]) * (len(batch) + 1) > tokens:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch
