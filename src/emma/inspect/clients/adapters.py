"""peft: adapters of a run on the model they were trained on, beside the model they were merged into."""

from importlib.util import find_spec
from pathlib import Path

from emma.inspect.clients.checks import Opened, SkippedError
from emma.inspect.clients.hf_transformers import compare_logits
from emma.inspect.clients.process import ask_script
from emma.inspect.clients.released import Released
from emma.models.folder import stored_type

ADAPTERS = "adapters"
"""Folder of the train artifact with the adapters in peft's own form."""
LOGITS = 1e-3
"""What merging rounds in float32."""
SHARE = 0.02
"""What it rounds in 16 bits, as a share of the largest logit."""


def verify_peft(released: Released, scratch: Path) -> Opened:
    """Put the adapters on the model. Raises SkippedError where there are none, ClientError where peft stops."""
    adapters = released.train.find(ADAPTERS)
    if adapters is None:
        raise SkippedError("There are no adapters: this run trained all weights, or train.lora.save is off.")
    if find_spec("peft") is None:
        raise SkippedError("The Python package 'peft' is not installed; EMMA's extra lora brings it.")
    if released.initial is None:
        raise SkippedError("The model that training began with (train.from) is no longer in the store.")
    expected = released.reference
    question = {
        "base": str(released.initial.file("model")),
        "adapter": str(adapters),
        "inputs": expected.inputs(),
    }
    answer = ask_script("with_peft", question, scratch)
    is_whole = stored_type(released.train.file("model")) == "float32"
    limit = LOGITS if is_whole else SHARE * max(float(abs(each).max()) for each in expected.logits)
    return Opened(answer.fields["version"], [compare_logits(expected.logits, answer, limit)])
