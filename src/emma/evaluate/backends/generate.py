"""Generation with keys and values kept, for many prompts at once.

The result of a prompt depends on nothing but itself: its seed is its own, and others only share its batch. What is left
is rounding, which differs between batches by some 1e-6 and decides between tokens that are as likely as each other.
"""

import warnings
from collections.abc import Iterator, Sequence
from itertools import takewhile

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from emma.evaluate.backends.backend import Prepared
from emma.evaluate.backends.choices import MIN_SHARED
from emma.evaluate.backends.drafts import Draft, close_draft, end_ids, extend_drafts, open_draft
from emma.evaluate.backends.model import LanguageModel
from emma.evaluate.backends.prompts import fit_prompts
from emma.evaluate.backends.rows import Rows, align_right, join_rows, keep_rows, new_cache, repeat_row
from emma.evaluate.engine.requests import GenerateRequest, TextAnswer

BATCHES_KEPT = 4
"""Rows that are written together hold at most so many times `batch_tokens`; prompts go in with `batch_tokens`."""
MIN_ROWS = 8
"""A batch with fewer rows takes in prompts of another language, which do not share its examples."""
PROBE_TOKENS = 8
"""Tokens of the texts that keeping keys and values is tried on."""
Ids = Sequence[int]


def prepare_generation(model: LanguageModel, requests: Sequence[GenerateRequest]) -> list[Prepared]:
    """Tokenise prompts. An answer gets the context it asks for, but at most half of it before examples are cut."""
    rooms = [min(request.max_tokens, model.context // 2) for request in requests]
    encoded = model.encode([request.prompt.text for request in requests])
    fitted = fit_prompts(model, [request.prompt for request in requests], encoded, rooms)
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
    write_batches(model, list(split_batches(drafts, model.section.batch_tokens)), keeps=keeps_states(model))
    return [close_draft(model, draft) for draft in drafts]


def split_batches(drafts: Sequence[Draft], tokens: int) -> Iterator[list[Draft]]:
    """Drafts whose prompts are read together, with one prefix where there are enough of it; at least one."""
    batch: list[Draft] = []
    for draft in drafts:
        other = batch and batch[-1].prompt.prompt.prefix != draft.prompt.prompt.prefix
        if batch and (count_tokens([*batch, draft]) > tokens or (other and len(batch) >= MIN_ROWS)):
            yield batch
            batch = []
        batch.append(draft)
    if batch:
        yield batch


def write_batches(model: LanguageModel, batches: list[list[Draft]], keeps: bool) -> None:
    """Finish all drafts. Those of the next batch join as soon as there is room, so that no row stands idle.

    `keeps`: whether keys and values are kept; else each step reads whole texts again.
    """
    active: list[Draft] = []
    rows: Rows | None = None
    ends, batches = end_ids(model), batches[::-1]
    while batches or active:
        if not keeps:
            active = extended = active or batches.pop()
            hidden = read_whole(model, [draft.ids for draft in active])
        elif rows is None or (
            batches and count_tokens([*active, *batches[-1]]) <= BATCHES_KEPT * model.section.batch_tokens
        ):
            extended = batches.pop()
            joining, hidden = read_prompts(model, [draft.ids for draft in extended])
            active, rows = [*active, *extended], join_rows(rows, joining)
        else:
            extended, hidden = active, take_step(model, rows, [draft.written[-1] for draft in active])
        extend_drafts(model, extended, hidden, ends)
        rows = drop_finished(active, rows)
        active = [draft for draft in active if draft.finish is None]


def count_tokens(drafts: Sequence[Draft]) -> int:
    """Tokens of these rows in the end, padding included."""
    return len(drafts) * max(draft.final_width for draft in drafts)


def drop_finished(drafts: Sequence[Draft], rows: Rows | None) -> Rows | None:
    """The rows of those that go on, None for none."""
    kept = [number for number, draft in enumerate(drafts) if draft.finish is None]
    if rows is None or not kept:
        return None
    return rows if len(kept) == len(drafts) else keep_rows(rows, kept)


def read_prompts(model: LanguageModel, prompts: Sequence[Ids]) -> tuple[Rows, Tensor]:
    """Put prompts through the model: their keys and values, and the hidden state (rows, width) at the end of each."""
    shared, cache = count_shared(prompts), new_cache()
    if shared:
        model.hidden_states(torch.tensor([prompts[0][:shared]]), use_cache=True, past_key_values=cache)
        repeat_row(cache, len(prompts))
    rests = [ids[shared:] for ids in prompts]
    hidden = model.hidden_states(pad_right(rests), use_cache=True, past_key_values=cache)
    lengths = torch.tensor([len(ids) for ids in prompts], device=hidden.device)
    return align_right(cache, lengths), pick_last(hidden, rests)


def count_shared(prompts: Sequence[Ids]) -> int:
    """Tokens that all prompts begin with, where that is worth a pass of its own; each keeps a token for itself."""
    same = sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, zip(*prompts, strict=False)))
    shared = min(same, min(len(ids) for ids in prompts) - 1)
    return shared if len(prompts) > 1 and shared >= MIN_SHARED else 0


def take_step(model: LanguageModel, rows: Rows, ids: Ids) -> Tensor:
    """Put the last token of each row through the model; hidden states (rows, width)."""
    positions, rows.lengths = rows.lengths[:, None], rows.lengths + 1
    mask = rows.mask(rows.width + 1).long()
    settings = {"attention_mask": mask, "position_ids": positions, "past_key_values": rows.cache, "use_cache": True}
    return model.hidden_states(torch.tensor(ids)[:, None], **settings)[:, -1]


def read_whole(model: LanguageModel, texts: Sequence[Ids]) -> Tensor:
    """The hidden state (rows, width) at the end of each text."""
    return pick_last(model.hidden_states(pad_right(texts)), texts)


def pad_right(texts: Sequence[Ids]) -> Tensor:
    """Ids (rows, tokens). A causal model cannot see padding on the right from the positions that count."""
    return pad_sequence([torch.tensor(ids) for ids in texts], batch_first=True)


def pick_last(hidden: Tensor, texts: Sequence[Ids]) -> Tensor:
    """The states (rows, width) of the last tokens, of those (rows, tokens, width) of all."""
    return hidden[torch.arange(len(texts)), [len(ids) - 1 for ids in texts]]


def keeps_states(model: LanguageModel) -> bool:
    """Whether keys and values can be kept for this architecture: tried on two texts of a few tokens.

    They cannot where a layer has a state of another kind (Mamba), or positions are counted in columns.
    """
    texts = [[model.start_id, *range(length)] for length in (PROBE_TOKENS, PROBE_TOKENS // 2)]
    whole = torch.cat([read_whole(model, texts), read_whole(model, [[*texts[0], 1], [*texts[1], 2]])])
    try:
        rows, last = read_prompts(model, texts)
        difference = (torch.cat([last, take_step(model, rows, [1, 2])]) - whole).abs().max() / whole.abs().max()
    except (AttributeError, RuntimeError, TypeError, ValueError, IndexError):
        difference = torch.tensor(torch.inf)
    if difference < (1e-3 if whole.dtype == torch.float32 else 0.1):
        return True
    warnings.warn(f"{model.folder} generates slowly: keys and values cannot be kept for its architecture", stacklevel=2)
    return False
