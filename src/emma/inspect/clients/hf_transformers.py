"""transformers: the tokenizer, the logits and the generation of a released model."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emma.inspect.clients.checks import Comparison, Opened, compare_lists, compare_maps
from emma.inspect.clients.process import Answer, ask_script
from emma.inspect.clients.reference import Reference
from emma.inspect.clients.released import Released
from emma.inspect.clients.texts import CONTINUED_TOKENS, PROMPTS
from emma.models.special_ids import as_list

LOGITS = 1e-3
"""Logits of one model in two orders of summing differ by some 1e-5; norms in bfloat16 move them by 1e-2."""


def verify_transformers(released: Released, scratch: Path) -> Opened:
    """Open the model as its card says. Raises ClientError when that fails."""
    expected = released.reference
    question = {
        "model": str(released.model),
        "texts": expected.texts,
        "inputs": expected.inputs(),
        "prompts": [[expected.start, *ids] for ids in expected.ids[:PROMPTS]],
        "tokens": CONTINUED_TOKENS,
        "stops": expected.stops,
    }
    answer = ask_script("with_transformers", question, scratch)
    found = answer.fields
    stops = ["generation stops at", *as_list(found["stops"]), "documents end with", found["end"]]
    return Opened(
        found["version"],
        [
            compare_maps(f"{len(expected.weights)} weights, bit by bit", expected.weights, found["weights"]),
            compare_pieces(expected, dict(found["pieces"])),
            compare_ids(expected, found["ids"]),
            compare_logits(expected.logits, answer, LOGITS),
            compare_continuations(expected, found["continuations"]),
            compare_lists("ends", ["generation stops at", *expected.stops, "documents end with", expected.end], stops),
        ],
    )


def compare_continuations(expected: Reference, found: Sequence[str]) -> Comparison:
    """The texts that are continued otherwise; both leave out a last character of which bytes are missing."""
    return compare_lists(f"{len(found)} continuations", expected.continuations, found, expected.texts)


def compare_pieces(expected: Reference, found: Mapping[int, str]) -> Comparison:
    """The ids that have another piece, or have one in one of the two only."""
    ours, theirs = ({f"id {number}": piece for number, piece in each.items()} for each in (expected.pieces, found))
    return compare_maps(f"{len(ours):,} pieces", ours, theirs)


def compare_ids(expected: Reference, found: Sequence[Sequence[int]]) -> Comparison:
    """The texts whose token ids differ."""
    return compare_lists(f"token ids of {len(expected.ids)} texts", expected.ids, found, expected.texts)


def compare_logits(expected: Sequence[NDArray[np.float32]], answer: Answer, limit: float) -> Comparison:
    """The largest difference of any logit, at any place; rows that only one of them has are not compared."""
    gaps: list[float] = []
    for number, own in enumerate(expected):
        other = answer.array(f"logits-{number}")
        if own.shape != other.shape:
            return Comparison("logits", np.inf, limit, f"shape {other.shape} instead of {own.shape}")
        gaps.append(float(np.abs(own - other).max()))
    worst = int(np.argmax(gaps))  # NaN is above all
    places = sum(len(each) for each in expected)
    detail = f"by {gaps[worst]:.3g} in text {worst + 1}"
    return Comparison(f"logits at {places} places", gaps[worst], limit, detail)
