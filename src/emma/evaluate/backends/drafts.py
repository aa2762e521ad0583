"""Texts that are being written: their next token, where they end, and what they say."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Literal

import torch
from torch import Tensor

from emma.evaluate.backends.backend import Prepared
from emma.evaluate.backends.model import LanguageModel, rows_per_chunk
from emma.evaluate.backends.prompts import EncodedPrompt
from emma.evaluate.engine.requests import GenerateRequest, TextAnswer, find_stop
from emma.models.folder import CONFIG, GENERATION
from emma.models.special_ids import special_ids, stated_ids

BYTES_PER_CHARACTER = 4
"""In UTF-8 at most, and so tokens that a character may take where a tokenizer falls back to bytes."""
BROKEN = "\ufffd"
"""What bytes that are no character are decoded to; all of a run of such tokens, where one of them is wrong."""


@dataclass
class Draft:
    """A text that is being written."""

    prompt: EncodedPrompt
    request: GenerateRequest
    limit: int
    """Tokens that it may have."""
    random: Random
    written: list[int] = field(default_factory=list)
    finish: Literal["stop", "length"] | None = None
    """None: it goes on."""

    @property
    def ids(self) -> list[int]:
        """Tokens of prompt and text."""
        return [*self.prompt.ids, *self.written]

    @property
    def final_width(self) -> int:
        """Tokens that prompt and text can come to."""
        return len(self.prompt.ids) + self.limit


def open_draft(model: LanguageModel, prepared: Prepared) -> Draft:
    """A text without a word yet."""
    request = prepared.request
    assert isinstance(request, GenerateRequest)
    limit = min(request.max_tokens, model.context - len(prepared.payload.ids))
    return Draft(prepared.payload, request, limit, Random(request.seed))


def end_ids(model: LanguageModel) -> frozenset[int]:
    """Every token that ends a text: by the tokenizer, the configuration, and the generation settings.

    All of them: where they disagree, a text that ended by one would go on for the others.
    """
    stated = [number for name in (CONFIG, GENERATION) for number in stated_ids(model.folder / name, "eos_token_id")]
    own = special_ids(model.folder, model.tokenizer).eos
    return frozenset(stated if own is None else [*stated, own])


def extend_drafts(model: LanguageModel, drafts: Sequence[Draft], hidden: Tensor, ends: frozenset[int]) -> None:
    """Give each draft its next token, from the hidden states (rows, width) before it, and see which are finished."""
    step = rows_per_chunk(model.head, hidden.device)
    for start in range(0, len(drafts), step):
        logits = model.head.logits(hidden[start : start + step]).float()
        for draft, row, likeliest in zip(drafts[start:], logits, logits.argmax(1).tolist(), strict=False):
            token = draw_token(draft, row) if draft.request.temperature > 0 else likeliest
            if token not in ends:
                draft.written.append(token)
            draft.finish = find_finish(model, draft, token in ends)


def draw_token(draft: Draft, logits: Tensor) -> int:
    """Draw from the nucleus: the likeliest tokens that have `top_p` of the probability together (arXiv 1904.09751)."""
    # In float64 and by the inverse of the distribution: one number of the draft's own decides.
    odds = torch.softmax(logits.double() / draft.request.temperature, 0).sort(descending=True, stable=True)
    total = odds.values.cumsum(0)
    last = max(int((total - odds.values < draft.request.top_p).sum()), 1) - 1
    place = int(torch.searchsorted(total, draft.random.random() * float(total[last]), right=True))
    return int(odds.indices[min(place, last)])


def find_finish(model: LanguageModel, draft: Draft, is_end: bool) -> Literal["stop", "length"] | None:
    """Why a draft is finished, if it is."""
    if is_end or (draft.request.stop and find_stop(decode(model, draft.written), draft.request.stop) is not None):
        return "stop"
    return "length" if len(draft.written) >= draft.limit else None


def close_draft(model: LanguageModel, draft: Draft) -> TextAnswer:
    """The text before the first stop string."""
    text, finish = read_text(model, draft), draft.finish or "length"
    tokens, shots = len(draft.written), len(draft.prompt.prompt.shots)
    return TextAnswer(text[: find_stop(text, draft.request.stop)], tokens, finish, shots, draft.prompt.truncated)


def read_text(model: LanguageModel, draft: Draft) -> str:
    """All that was written, but for a last character of which bytes are missing."""
    # Behind the prompt: by itself, a first token may lose its space.
    prompt, ids = decode(model, draft.prompt.ids), draft.ids
    most = min(BYTES_PER_CHARACTER - 1, len(draft.written)) if draft.finish == "length" else 0
    texts = [decode(model, ids[: len(ids) - count]) for count in range(most + 1)]
    whole = next((text for text in texts if not text.endswith(BROKEN)), texts[0])
    return whole[len(prompt) :] if whole.startswith(prompt) else decode(model, draft.written)


def decode(model: LanguageModel, ids: Sequence[int]) -> str:
    """The text of tokens, special ones left out."""
    text: str = model.tokenizer.decode(list(ids), skip_special_tokens=True)
    return text
