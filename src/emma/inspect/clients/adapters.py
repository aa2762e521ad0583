"""peft: adapters of a run on the model they were trained on, beside the model they were merged into."""

from importlib.util import find_spec
from pathlib import Path

from emma.inspect.clients.checks import Opened, SkippedError
from emma.inspect.clients.hf_transformers import compare_logits
from emma.inspect.clients.process import ask_script
from emma.inspect.clients.released import Released

ADAPTER = "adapter"
"""Folder of the train artifact with the adapters in peft's own form."""
LOGITS = 1e-3
"""What merging rounds."""


def verify_peft(released: Released, scratch: Path) -> Opened:
    """Put the adapters on the model. Raises SkippedError where there are none, ClientError where peft stops."""
    adapter = released.train.find(ADAPTER)
    if adapter is None:
        raise SkippedError("This run trained all weights, so there are no adapters.")
    if find_spec("peft") is None:
        raise SkippedError("The Python package 'peft' is not installed; EMMA's extra lora brings it.")
    expected = released.reference
    question = {
        "base": str(released.adapt.file("model")),
        "adapter": str(adapter),
        "inputs": expected.inputs(),
    }
    answer = ask_script("with_peft", question, scratch)
    return Opened(answer.fields["version"], [compare_logits(expected.logits, answer, LOGITS)])
