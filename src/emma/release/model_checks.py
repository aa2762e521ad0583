"""Checks of the model folder: its weights are those that were trained, and other tools can load it."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from emma.config.extras import need
from emma.errors import ArtifactError
from emma.models.folder import CONFIG, DTYPES, GENERATION, list_tensors, read_model_json, read_tensors, weight_files
from emma.models.round_trip import ROUND_TRIP_TEXTS as TEXTS
from emma.models.special_ids import ID_FIELDS, as_list, find_id_problems
from emma.store.artifact import Artifact


def check_model(released: Path, trained: Path, vocab: Artifact, dtype: str | None = None) -> dict[str, object]:
    """Run all checks; returns their numbers. Raises ArtifactError at the first that fails.

    `vocab` knows which texts the base's own tokenizer alters: they may come back so, and no others. `dtype` is that of
    all released weights (bf16, fp16, fp32), None where each has the trained one's.
    """
    need("torch", "train")
    transformers = need("transformers", "train")
    tokenizer = transformers.AutoTokenizer.from_pretrained(released, local_files_only=True, trust_remote_code=False)
    return {
        "weights": check_weights(released, trained, dtype),
        "ids": check_ids(released, tokenizer),
        "round_trip": check_round_trip(tokenizer, altered_by_base(vocab)),
        "logits": check_logits(released, trained, tokenizer, dtype),
    }


def check_weights(released: Path, trained: Path, dtype: str | None = None) -> dict[str, int]:
    """Every tensor of both folders has the same name, type, shape and bits, once the trained one is of that `dtype`."""
    files, theirs = weight_files(released), weight_files(trained)
    own = {tensor.name: tensor.file for tensor in list_tensors(released)}
    expected = [tensor.name for tensor in list_tensors(trained)]
    if sorted(own) != sorted(expected) or not files:
        raise model_error(released, f"has {_describe(files, own)}, the trained model {_describe(theirs, expected)}")
    parameters = 0
    for name, whole in read_tensors(trained):
        found, tensor = _read_tensor(own[name], name), _cast(whole, dtype)
        if (found.dtype, found.shape) != (tensor.dtype, tensor.shape) or not _same_bits(found, tensor):
            raise model_error(released, f"differs from the trained model in the tensor {name} of {own[name].name}")
        parameters += tensor.numel()
    return {"files": len(files), "tensors": len(own), "parameters": parameters}


def _cast(tensor: Any, dtype: str | None) -> Any:
    """A weight in a type, or as it is."""
    if dtype is None or not tensor.is_floating_point():
        return tensor
    return tensor.to(getattr(need("torch", "train"), DTYPES[dtype]))


def _read_tensor(path: Path, name: str) -> Any:
    with need("safetensors", "train").safe_open(path, framework="pt") as file:
        return file.get_tensor(name)


def _describe(files: list[Path], names: Collection[str]) -> str:
    """The number of tensors, and the files that they are in."""
    return f"{len(names)} tensors in {', '.join(each.name for each in files) or 'no file of weights'}"


def _same_bits(one: Any, other: Any) -> bool:
    """Equal bytes: NaN equals itself, 0.0 and -0.0 differ."""
    torch = need("torch", "train")
    first, second = (tensor.contiguous().flatten().view(torch.uint8) for tensor in (one, other))
    return bool(torch.equal(first, second))


def check_ids(released: Path, tokenizer: Any) -> dict[str, object]:
    """Ids have rows; generation stops at the end that documents had in training, and all ids are in the vocabulary."""
    config, generation = read_model_json(released / CONFIG), read_model_json(released / GENERATION)
    if len(tokenizer) > config["vocab_size"]:
        raise model_error(released, f"has {config['vocab_size']} embeddings but {len(tokenizer)} tokens")
    own = {name: getattr(tokenizer, name) for name in ID_FIELDS}
    for problem in find_id_problems(config, generation, own, config["vocab_size"]):
        raise model_error(released, problem)
    return {name: (as_list(generation.get(name)) or as_list(config.get(name)) or [own[name]])[0] for name in ID_FIELDS}


def altered_by_base(vocab: Artifact) -> dict[str, str]:
    """The texts that the base's tokenizer does not give back, and what it makes of them."""
    path = vocab.find("vocab.json")
    altered: dict[str, str] = read_model_json(path).get("altered", {}) if path is not None else {}
    return altered


def check_round_trip(tokenizer: Any, altered: Mapping[str, str] = {}) -> dict[str, int]:
    """Texts in many scripts come back as they were, or as under the base's tokenizer."""
    tokens = 0
    for text in TEXTS:
        ids = tokenizer(text, add_special_tokens=False).input_ids
        back = tokenizer.decode(ids, clean_up_tokenization_spaces=False)
        if back not in (text, altered.get(text)):  # a piece of its own may save what the base alters
            raise model_error(tokenizer.name_or_path, f"turns {text!r} into {back!r} when it encodes and decodes it")
        tokens += len(ids)
    return {"texts": len(TEXTS), "altered as by the base": len(altered), "tokens": tokens}


def check_logits(released: Path, trained: Path, tokenizer: Any, dtype: str | None = None) -> dict[str, int]:
    """Loaded as a user would load it, the model gives the logits to the last bit of the trained one in that `dtype`."""
    torch = need("torch", "train")
    # Short, since every text goes through two models; each weight but rare rows takes part all the same.
    limit = min(tokenizer.model_max_length, 64)
    batches = [tokenizer(text, return_tensors="pt", truncation=True, max_length=limit).input_ids for text in TEXTS]
    expected, own = compute_logits(trained, batches, dtype), compute_logits(released, batches)
    for text, one, other in zip(TEXTS, expected, own, strict=True):
        if not torch.equal(one, other):
            worst = (one - other).abs().max().item()
            raise model_error(released, f"gives other logits than the trained model for {text!r}, by up to {worst:.3g}")
    return {"texts": len(TEXTS), "positions": sum(batch.shape[1] for batch in batches)}


def compute_logits(folder: Path, batches: list[Any], dtype: str | None = None) -> list[Any]:
    """Logits of each batch from the model in a folder; ArtifactError when a weight is missing from it."""
    kind = "auto" if dtype is None else DTYPES[dtype]
    torch, transformers = need("torch", "train"), need("transformers", "train")
    model, loading = transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=kind, output_loading_info=True, local_files_only=True, trust_remote_code=False
    )
    if unloaded := sorted(loading["missing_keys"]) + sorted(loading["unexpected_keys"]):
        raise model_error(folder, f"does not match its architecture in the weights {', '.join(unloaded[:5])}")
    model.eval()  # no dropout: the logits of two loads are compared bit by bit
    with torch.inference_mode():
        return [model(batch).logits for batch in batches]


def model_error(place: Path | str, what: str) -> ArtifactError:
    """The error that stops a release."""
    return ArtifactError(
        f"The model at {place} {what}. Nothing was released. The base was checked before, so this is most "
        "likely a bug in EMMA: please report it with the recipe and what 'emma check' says of the base."
    )
