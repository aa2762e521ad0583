"""Generation with keys and values kept, for many prompts at once.

The result of a prompt depends on nothing but itself: its seed is its own, and others only share its batch. What is left
is rounding, which differs between batches by some 1e-6 and decides between tokens that are as likely as each other.
"""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from random import Random
from typing import Any, Literal

import torch
from torch import Tensor

from emma.evaluate.backends.backend import Prepared
from emma.evaluate.backends.model import CHUNK_ELEMENTS, LanguageModel
from emma.evaluate.backends.prompts import EncodedPrompt, fit_prompts
from emma.evaluate.backends.rows import Rows, align_right, join_rows, keep_rows, new_cache, repeat_row
from emma.evaluate.engine.requests import GenerateRequest, TextAnswer
from emma.models.folder import CONFIG, GENERATION
from emma.models.special_ids import special_ids, stated_ids

BATCHES_KEPT = 4
"""Rows that are written together hold at most so many times `batch_tokens`; prompts go in with `batch_tokens`."""
MIN_ROWS = 8
"""A batch with fewer rows takes in prompts of another language, which do not share its examples."""
MIN_SHARED = 16
"""Tokens that all prompts of a batch begin with go through the model once, from so many on."""
BYTES_PER_CHARACTER = 4
"""In UTF-8 at most, and so tokens that a character may take where a tokenizer falls back to bytes."""
BROKEN = "\ufffd"
"""What bytes that are no character are decoded to; all of a run of such tokens, where one of them is wrong."""
PROBE_TOKENS = 8
"""Tokens of the texts that keeping keys and values is tried on."""


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
    def final_width(self) -> int:
        """Tokens that prompt and text can come to."""
        return len(self.prompt.ids) + self.limit


def prepare_generation(model: LanguageModel, requests: Sequence[GenerateRequest]) -> list[Prepared]:
    """Tokenise prompts. An answer gets the context it asks for, but at most half of it before examples are cut."""
    rooms = [min(request.max_tokens, model.context // 2) for request in requests]
    fitted = fit_prompts(model, [request.prompt for request in requests], rooms)
    return [
        Prepared(request, len(prompt.ids) + room, prompt.prompt.prefix, prompt)
        for request, prompt, room in zip(requests, fitted, rooms, strict=True)
    ]


@torch.no_grad()
def generate_texts(model: LanguageModel, prepared: Sequence[Prepared]) -> list[TextAnswer]:
    """Write what follows each prompt."""
    if not prepared:
        return []  # no weights are read for it
    drafts = [open_draft(model, each) for each in prepared]
    ends, batches = end_ids(model), list(split_batches(drafts, model.section.batch_tokens))
    write = write_batches if keeps_states(model) else write_batches_whole
    write(model, batches, ends)
    return [close_draft(model, draft) for draft in drafts]


def write_batches(model: LanguageModel, batches: Sequence[list[Draft]], ends: frozenset[int]) -> None:
    """Finish the drafts of all batches. Those of the next join as soon as there is room, so that no row stands idle."""
    waiting = [*batches][::-1]
    active: list[Draft] = []
    rows: Rows | None = None
    while waiting or active:
        if waiting and has_room(active, waiting[-1], model.section.batch_tokens):
            batch = waiting.pop()
            joining, hidden = read_prompts(model, [draft.prompt.ids for draft in batch])
            extend_drafts(model, batch, hidden, ends)
            active, rows = [*active, *batch], join_rows(rows, joining)
        else:
            assert rows is not None
            extend_drafts(model, active, take_step(model, rows, [draft.written[-1] for draft in active]), ends)
        active, rows = drop_finished(active, rows)


def write_batches_whole(model: LanguageModel, batches: Sequence[list[Draft]], ends: frozenset[int]) -> None:
    """Finish the drafts of all batches without keeping anything: each step reads the whole text again."""
    for batch in batches:
        active = batch
        while active:
            extend_drafts(
                model, active, read_whole(model, [[*each.prompt.ids, *each.written] for each in active]), ends
            )
            active = [draft for draft in active if draft.finish is None]


def read_whole(model: LanguageModel, texts: Sequence[Sequence[int]]) -> Tensor:
    """The hidden state (rows, width) at the end of each text."""
    # Padding is on the right, where a causal model cannot see it from the positions that count.
    inputs = torch.nn.utils.rnn.pad_sequence([torch.tensor(ids) for ids in texts], batch_first=True)
    hidden = model.hidden_states(inputs)
    return hidden[torch.arange(len(texts)), torch.tensor([len(ids) - 1 for ids in texts])]


def keeps_states(model: LanguageModel) -> bool:
    """Whether keys and values can be kept for this architecture: tried on two texts of a few tokens.

    They cannot where a layer has a state of another kind (Mamba), or positions are counted in columns.
    """
    texts = [[model.start_id, *range(length)] for length in (PROBE_TOKENS, PROBE_TOKENS // 2)]
    try:
        rows, last = read_prompts(model, texts)
        following = take_step(model, rows, [1, 2])
    except (AttributeError, RuntimeError, TypeError, ValueError, IndexError) as error:
        reason = str(error).split("\n", 1)[0]
    else:
        whole = read_whole(model, texts), read_whole(model, [[*texts[0], 1], [*texts[1], 2]])
        if is_near(last, whole[0]) and is_near(following, whole[1]):
            return True
        reason = "they give other results"
    warnings.warn(f"{model.folder} generates without keeping keys and values, which is slow: {reason}", stacklevel=2)
    return False


def is_near(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors are equal but for rounding."""
    tolerance = 1e-3 if one.dtype == torch.float32 else 0.1
    return bool((one - other).abs().max() <= tolerance * other.abs().max())


def open_draft(model: LanguageModel, prepared: Prepared) -> Draft:
    """A text without a word yet."""
    request, prompt = prepared.request, prepared.payload
    assert isinstance(request, GenerateRequest)
    limit = min(request.max_tokens, model.context - len(prompt.ids))
    return Draft(prompt, request, limit, Random(request.seed))


def split_batches(drafts: Sequence[Draft], tokens: int) -> Iterator[list[Draft]]:
    """Drafts whose prompts are read together, with one prefix where there are enough of it; at least one."""
    batch: list[Draft] = []
    for draft in drafts:
        widest = max([draft, *batch], key=lambda each: each.final_width).final_width
        other = batch and batch[-1].prompt.prompt.prefix != draft.prompt.prompt.prefix
        if batch and (widest * (len(batch) + 1) > tokens or (other and len(batch) >= MIN_ROWS)):
            yield batch
            batch = []
        batch.append(draft)
    if batch:
        yield batch


def has_room(active: Sequence[Draft], batch: Sequence[Draft], tokens: int) -> bool:
    """Whether a batch may join those that are being written."""
    together = [*active, *batch]
    return not active or len(together) * max(draft.final_width for draft in together) <= BATCHES_KEPT * tokens


def read_prompts(model: LanguageModel, prompts: Sequence[Sequence[int]]) -> tuple[Rows, Tensor]:
    """Put prompts through the model: their keys and values, and the hidden state (rows, width) at the end of each."""
    shared, cache = count_shared(prompts), new_cache()
    if shared:
        prefix = torch.tensor(prompts[0][:shared])[None]
        model.hidden_states(prefix, use_cache=True, past_key_values=cache)
        repeat_row(cache, len(prompts))
    rests = [torch.tensor(ids[shared:]) for ids in prompts]
    # Padding is on the right, where a causal model cannot see it from the positions that count.
    inputs = torch.nn.utils.rnn.pad_sequence(rests, batch_first=True)
    hidden = model.hidden_states(inputs, use_cache=True, past_key_values=cache)
    lengths = torch.tensor([len(rest) for rest in rests], device=hidden.device)
    last = hidden[torch.arange(len(rests), device=hidden.device), lengths - 1]
    return align_right(cache, lengths + shared), last


def count_shared(prompts: Sequence[Sequence[int]]) -> int:
    """Tokens that all prompts begin with, where that is worth a pass of its own; each keeps a token for itself."""
    if len(prompts) == 1:
        return 0
    shortest = min(len(ids) for ids in prompts) - 1
    shared = sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, zip(*prompts, strict=False)))
    return min(shared, shortest) if min(shared, shortest) >= MIN_SHARED else 0


def take_step(model: LanguageModel, rows: Rows, ids: Sequence[int]) -> Tensor:
    """Put the last token of each row through the model; hidden states (rows, width)."""
    positions, rows.lengths = rows.lengths[:, None], rows.lengths + 1
    hidden = model.hidden_states(
        torch.tensor(ids)[:, None],
        attention_mask=rows.mask(rows.width + 1).long(),
        position_ids=positions,
        past_key_values=rows.cache,
        use_cache=True,
    )
    return hidden[:, -1]


def extend_drafts(model: LanguageModel, drafts: Sequence[Draft], hidden: Tensor, ends: frozenset[int]) -> None:
    """Give each draft its next token, from the hidden states (rows, width) before it, and see which are finished."""
    step = max(1, CHUNK_ELEMENTS // len(model.head))
    for start in range(0, len(drafts), step):
        part = drafts[start : start + step]
        choose_tokens(part, model.head.logits(hidden[start : start + step]).float(), ends)
    for draft in drafts:
        if draft.finish is None and has_stop(model, draft):
            draft.finish = "stop"
        elif draft.finish is None and len(draft.written) >= draft.limit:
            draft.finish = "length"


def choose_tokens(drafts: Sequence[Draft], logits: Tensor, ends: frozenset[int]) -> None:
    """Append to each draft the token that its row of logits (rows, vocabulary) gives, unless that is an end."""
    likeliest: list[int] = logits.argmax(1).tolist()
    for draft, row, best in zip(drafts, logits, likeliest, strict=True):
        token = draw_token(draft, row) if draft.request.temperature > 0 else best
        if token in ends:
            draft.finish = "stop"
        else:
            draft.written.append(token)


def draw_token(draft: Draft, logits: Tensor) -> int:
    """Draw from the nucleus: the likeliest tokens that have `top_p` of the probability together (arXiv 1904.09751)."""
    # In float64 and by the inverse of the distribution: one number of the draft's own decides.
    odds = torch.softmax(logits.double() / draft.request.temperature, 0).sort(descending=True, stable=True)
    total = odds.values.cumsum(0)
    nucleus = int((total - odds.values < draft.request.top_p).sum())
    drawn = draft.random.random() * float(total[max(nucleus, 1) - 1])
    place = int(torch.searchsorted(total, drawn, right=True))
    return int(odds.indices[min(place, max(nucleus, 1) - 1)])


def drop_finished(drafts: list[Draft], rows: Rows | None) -> tuple[list[Draft], Rows | None]:
    """Those that go on."""
    kept = [number for number, draft in enumerate(drafts) if draft.finish is None]
    if rows is None or not kept:
        return [], None
    return [drafts[number] for number in kept], rows if len(kept) == len(drafts) else keep_rows(rows, kept)


def has_stop(model: LanguageModel, draft: Draft) -> bool:
    """Whether a draft spells a stop string."""
    if not draft.request.stop:
        return False
    text = decode(model, draft.written)
    return any(stop in text for stop in draft.request.stop)


def read_text(model: LanguageModel, draft: Draft) -> str:
    """All that was written, but for a last character of which bytes are missing."""
    # Behind the prompt: by itself, a first token may lose its space, and bytes that end a character are none.
    prompt = decode(model, draft.prompt.ids)
    texts = [decode(model, [*draft.prompt.ids, *draft.written])]
    if draft.finish == "length":
        texts += [
            decode(model, [*draft.prompt.ids, *draft.written[:-count]])
            for count in range(1, min(BYTES_PER_CHARACTER, len(draft.written)))
        ]
    whole = next((text for text in texts if not text.endswith(BROKEN)), texts[0])
    return whole[len(prompt) :] if whole.startswith(prompt) else decode(model, draft.written)


def decode(model: LanguageModel, ids: Sequence[int]) -> str:
    """The text of tokens, special ones left out."""
    text: str = model.tokenizer.decode(list(ids), skip_special_tokens=True)
    return text


def close_draft(model: LanguageModel, draft: Draft) -> TextAnswer:
    """The text up to the first stop string."""
    text = read_text(model, draft)
    places = [place for stop in draft.request.stop if (place := text.find(stop)) >= 0]
    text = text[: min(places)] if places else text
    shots = len(draft.prompt.prompt.shots)
    finish: Any = draft.finish
    return TextAnswer(text, len(draft.written), finish, shots, draft.prompt.truncated)


def end_ids(model: LanguageModel) -> frozenset[int]:
    """Every token that ends a text: by the tokenizer, the configuration, and the generation settings.

    All of them, for where they disagree a model that was trained with one would never be seen to end by another.
    """
    stated = (number for name in (CONFIG, GENERATION) for number in stated_ids(model.folder / name, "eos_token_id"))
    own = special_ids(model.folder, model.tokenizer).eos
    return frozenset(number for number in (*stated, own) if number is not None and number >= 0)
