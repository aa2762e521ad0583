"""Adapters in peft's own format, beside the merged model: for those who keep one base and many adapters.

They go on what training began with (the run's adapt artifact, or what `train.from` names): its new rows are theirs,
which they bring trained where `train_embeddings` says so.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import save_file
from torch import Tensor
from transformers import PreTrainedModel

from emma.config.extras import need
from emma.models.folder import CONFIG
from emma.models.weights import weight_types
from emma.store.files import write_json
from emma.train.model.config import LoraConfig
from emma.train.model.lora import DOWN, UP

PREFIX = "base_model.model."
"""What peft puts before the names of the model's own modules."""
FILE_NAMES = {DOWN: ".lora_A.weight", UP: ".lora_B.weight"}
"""Ends of the trainer's names for the two matrices of an adapter, and those that peft gives them in a file."""
WEIGHTS_FILE, SETTINGS_FILE = "adapter_model.safetensors", "adapter_config.json"


def write_adapters(
    model: PreTrainedModel, state: Mapping[str, Tensor], lora: LoraConfig, source: Path, out: Path
) -> None:
    """Write `adapter_config.json` and `adapter_model.safetensors` into `out`.

    `state` has whole tensors under the names of the model with adapters. Embeddings and head are as in the merged
    model, in the types of those in `source`; the adapters' matrices are float32.
    """
    out.mkdir(parents=True)
    ends = list(list_ends(model)) if lora.train_embeddings else []
    weights = {name: tensor.float() for name, tensor in rename_matrices(state)}
    types = weight_types(source)
    for name, tensor in state.items():
        if name.rpartition(".")[0] in ends:
            # A tied head is a second copy: peft's layers, which stand in for both, know of no tying.
            weights[PREFIX + name] = tensor.to(types.get(name, types[f"{ends[0]}.weight"])).clone()
    save_file({name: weights[name].contiguous() for name in sorted(weights)}, out / WEIGHTS_FILE, {"format": "pt"})
    write_json(out / SETTINGS_FILE, describe_adapters(state, lora, ends), sort_keys=True)
    (out / WEIGHTS_FILE).chmod((source / CONFIG).stat().st_mode)  # safetensors lets nobody else read it


def list_ends(model: PreTrainedModel) -> Iterator[str]:
    """The full names of the input embeddings and of the head."""
    modules: list[Any] = [model.get_input_embeddings(), model.get_output_embeddings()]  # type: ignore[no-untyped-call]
    for wanted in modules:
        yield from (name for name, module in model.named_modules() if module is wanted)


def rename_matrices(state: Mapping[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    """The adapters' matrices, by their names in a file of peft's."""
    for name, tensor in state.items():
        for own, theirs in FILE_NAMES.items():
            if name.endswith(own):
                yield PREFIX + name.removesuffix(own) + theirs, tensor


def describe_adapters(state: Mapping[str, Tensor], lora: LoraConfig, ends: list[str]) -> dict[str, Any]:
    """The settings by which peft puts the adapters on a model."""
    settings = need("peft", "lora").LoraConfig(
        task_type="CAUSAL_LM",
        inference_mode=True,
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=[name.removesuffix(UP) for name in state if name.endswith(UP)],
        modules_to_save=ends or None,
    )
    # Sorted, as peft makes a set of some; and without its version, which is no part of the result.
    return {
        name: sorted(value) if isinstance(value, set) else value
        for name, value in settings.to_dict().items()
        if name != "peft_version"
    }
