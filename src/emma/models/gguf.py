"""A base in a GGUF file, llama.cpp's form of a model, as a Hugging Face folder that every stage can read.

transformers reads and dequantises the weights (`gguf_file`); what it leaves out is said here, and what would be read
wrongly in silence is refused: parts of a file, rotary scaling that is kept as a tensor, tensors that nothing uses.
"""

import math
from pathlib import Path
from typing import Any

from emma.config.extras import need
from emma.errors import RecipeError
from emma.models.folder import CONFIG, GENERATION, Json
from emma.models.gguf_file import GgufFile, ask, describe_gguf, linked_alone, open_gguf
from emma.models.gguf_tokenizer import write_gguf_tokenizer
from emma.models.known_text import read_known_text
from emma.store.files import write_json

GGUF_VERSION = 1
"""Number to raise when a file must be converted again: part of the address of what it becomes."""
RECORD = "gguf.json"
"""File beside a converted model: what the file says of itself, and what the model makes of a known text."""
TRACES = ("_name_or_path", "_model_name_or_path", "quantization_config", "transformers_version", "unk_token_id")
"""Fields of the configuration that name the machine, the version or the form of the file, not the model."""
ROPE_TENSORS = ("rope_freqs", "rope_factors")
"""Beginnings of names of tensors that scale rotary positions (Llama 3.1, Phi-3), which transformers does not read."""


def read_gguf_config(file: GgufFile) -> Json:
    """The `config.json` of the model in a file. RecipeError for an architecture that transformers does not read."""
    with linked_alone(file.path) as folder:
        config = ask(file, lambda auto: auto.AutoConfig.from_pretrained(folder, gguf_file=file.path.name))
    return clean_config(config.to_diff_dict())


def clean_config(config: Json) -> Json:
    """A configuration without traces of how it was read, and with the decimals that 32 bits stood for."""
    kept = {name: value for name, value in config.items() if name not in TRACES and not name.startswith("_")}
    return {name: _shorten(value) for name, value in kept.items() if value is not None}


def _shorten(value: Any) -> Any:
    """A number that has 32 bits in the file, such as 9.999999747378752e-06, as it was written: 1e-05."""
    import numpy as np

    if isinstance(value, dict):
        return {name: _shorten(each) for name, each in value.items()}
    if isinstance(value, float) and math.isfinite(value) and float(np.float32(value)) == value:
        return float(str(np.float32(value)))
    return value


def convert_gguf(path: Path, out: Path) -> Json:
    """Write the model in a file into the folder `out`: configuration, weights in float32, tokenizer. Return its record.

    Raises RecipeError for a file that cannot be read in full.
    """
    need("torch", "train")
    file = open_gguf(path)
    refuse_scaling(file)
    out.mkdir(parents=True, exist_ok=True)
    write_gguf_tokenizer(file, out)
    model = load_dequantised(file)
    model.save_pretrained(out)
    (out / GENERATION).unlink(missing_ok=True)
    write_json(out / CONFIG, clean_config(model.config.to_diff_dict()), sort_keys=True)
    record = describe_gguf(file) | read_known_text(model, out)
    write_json(out / RECORD, record)
    return record


def refuse_scaling(file: GgufFile) -> None:
    """RecipeError for rotary scaling, of which transformers reads none from GGUF: longer texts would come out wrong."""
    kind = file.get(f"{file.architecture}.rope.scaling.type", "none")
    tensors = [tensor.name for tensor in file.reader.tensors if tensor.name.startswith(ROPE_TENSORS)]
    if kind != "none" or tensors:
        what = f"{file.architecture}.rope.scaling.type = {kind}" if kind != "none" else f"the tensor {tensors[0]}"
        raise RecipeError(
            f"{file.path} scales its rotary positions ({what}), which transformers does not read from GGUF. Take this "
            "base as a Hugging Face folder, with config.json and safetensors."
        )


def load_dequantised(file: GgufFile) -> Any:
    """The model in float32. RecipeError where the file has weights that the model lacks, or lacks some."""
    torch = need("torch", "train")
    with linked_alone(file.path) as folder:
        model, report = ask(
            file,
            lambda transformers: transformers.AutoModelForCausalLM.from_pretrained(
                folder, gguf_file=file.path.name, dtype=torch.float32, output_loading_info=True, **_dequantise()
            ),
        )
    _forget_quantiser(model)
    check_all_read(file, model, sorted(report["missing_keys"]))
    return model


def check_all_read(file: GgufFile, model: Any, missing: list[str]) -> None:
    """RecipeError unless the model has as many weights as the file, and every tensor of it."""
    stored = sum(int(tensor.n_elements) for tensor in file.reader.tensors)
    have = sum(weight.numel() for weight in model.parameters())
    if missing or stored != have:
        what = f"it lacks {', '.join(missing[:3])}" if missing else f"it has {stored:,} weights, the model {have:,}"
        raise RecipeError(
            f"transformers does not read all of {file.path} as a model of the kind {file.architecture}: {what}. Take "
            "this base as a Hugging Face folder, with config.json and safetensors."
        )


def _dequantise() -> Json:
    """The argument that asks for plain weights, where transformers could also leave them packed."""
    config = getattr(need("transformers", "train"), "GgufConfig", None)
    return {} if config is None else {"quantization_config": config(dequantize=True)}


def _forget_quantiser(model: Any) -> None:
    """Make a dequantised model one that save_pretrained takes."""
    for owner, name in ((model, "hf_quantizer"), (model, "quantization_method"), (model.config, "quantization_config")):
        if hasattr(owner, name):
            delattr(owner, name)
    model.is_quantized = False
