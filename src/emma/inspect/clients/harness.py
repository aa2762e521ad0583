"""lm-evaluation-harness: bits per byte of whole texts by its own model, beside ours of the same texts."""

import math
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from emma.inspect.clients.checks import Comparison, Opened, SkippedError
from emma.inspect.clients.process import ask_script
from emma.inspect.clients.released import Released
from emma.inspect.clients.texts import TEXTS

BITS = 1e-4
"""Bits per byte. Sums of float32 in another order differ by some 1e-6."""


def verify_lm_eval(released: Released, scratch: Path) -> Opened:
    """Score the fixed texts. Raises SkippedError without lm-eval, ClientError where it stops."""
    if find_spec("lm_eval") is None:
        raise SkippedError("The Python package 'lm-eval' is not installed; EMMA's extra lm-eval brings it.")
    answer = ask_script("with_lm_eval", {"model": str(released.model), "texts": TEXTS}, scratch).fields
    theirs = [
        -nats / math.log(2) / len(text.encode()) for nats, text in zip(answer["log_likelihoods"], TEXTS, strict=True)
    ]
    gaps = [abs(one - other) for one, other in zip(released.reference.bits_per_byte, theirs, strict=True)]
    worst = int(np.argmax(gaps))  # NaN is above all
    detail = f"{theirs[worst]:.5f} instead of {released.reference.bits_per_byte[worst]:.5f} in text {worst + 1}"
    return Opened(answer["version"], [Comparison(f"bits per byte of {len(TEXTS)} texts", gaps[worst], BITS, detail)])
