"""The model to adapt, read from a Hugging Face folder or made from random weights, with the recipe's configuration.

Tying, context and rotary scaling are the recipe's. Settings that a base cannot have are refused before any weight is
read.
"""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, TypeVar

import torch
from transformers import AutoConfig, AutoModelForCausalLM, PretrainedConfig, PreTrainedModel

from emma.adapt.config import AdaptConfig, ArchitectureConfig
from emma.adapt.rope import set_rotary_scaling
from emma.errors import RecipeError
from emma.models.configuration import context_length
from emma.models.folder import check_folder, list_tensors
from emma.models.weights import is_finite

T = TypeVar("T")


def plan_config(folder: Path, section: AdaptConfig) -> PretrainedConfig:
    """The configuration that the adapted model will have. RecipeError for settings that the base cannot have."""
    config = read_config(folder)
    apply_settings(config, section, str(folder))
    if section.head_init is not None and config.tie_word_embeddings and not has_head(folder):
        raise RecipeError(
            "adapt.head_init needs a head apart from the input embeddings, but the base ties them. Set adapt.untie = "
            "true, which adds a head, or leave adapt.head_init out."
        )
    return config


def has_head(folder: Path) -> bool:
    """Whether the weights hold a head, whatever the configuration says."""
    return any(tensor.name == "lm_head.weight" for tensor in list_tensors(folder))


def read_config(folder: Path) -> PretrainedConfig:
    """The configuration of a model folder; none of the folder's code runs."""
    config: PretrainedConfig = build_or_explain(
        str(folder), lambda: AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    )
    return config


def apply_settings(config: PretrainedConfig, section: AdaptConfig, name: str) -> None:
    """Put the recipe's tying, context and rotary scaling into a configuration."""
    if section.untie is False and not config.tie_word_embeddings:
        raise RecipeError(
            f"{name} has a head of its own, so it cannot be tied. Remove `adapt.untie` or set it to true."
        )
    if section.untie:
        config.tie_word_embeddings = False
    check_positions(config, section, name)
    if section.rope is not None:
        set_rotary_scaling(config, section.rope, section.context)
    rope = getattr(config, "rope_parameters", None) or {}
    if section.context is None:
        return
    if rope.get("rope_type") != "dynamic":
        config.max_position_embeddings = section.context
    elif section.rope is None:
        # Dynamic scaling starts where the base ended, so the base's number stays (emma.models.configuration).
        config.rope_parameters = {**rope, "factor": section.context / config.max_position_embeddings}


def check_positions(config: PretrainedConfig, section: AdaptConfig, name: str) -> None:
    """RecipeError for rotary settings, or more context, where positions are learned vectors or a fixed table."""
    if hasattr(config, "rope_parameters"):
        return
    positions, kind = context_length(config), f"{name} ({config.model_type})"
    if section.rope is not None:
        has = f"its {positions} positions are learned or fixed" if positions else "it takes no positions"
        raise RecipeError(
            f"[adapt.rope] sets rotary positions, and {kind} has no such settings: {has}. "
            "Remove the table, or choose a base with rotary positions."
        )
    if section.context is not None and section.context != (positions or section.context):
        raise RecipeError(
            f"adapt.context = {section.context} cannot be had with {kind}: its {positions} positions are learned or "
            "fixed. Leave it out, or choose a base with rotary positions; mix.sequence_length may be shorter."
        )


def build_or_explain(name: str, make: Callable[[], T]) -> T:
    """Call `make` and return its result. Whatever transformers or its readers raise becomes a RecipeError."""
    try:
        return make()
    except Exception as error:  # configurations and models raise errors of no common class
        reason = f"unknown or missing {error}" if isinstance(error, KeyError) else str(error)
        raise RecipeError(
            f"transformers cannot build {name}: {reason}. Check [adapt], its `rope` and `architecture`, and the base."
        ) from error


def load_base(folder: Path, section: AdaptConfig) -> PreTrainedModel:
    """The base model in float32, with the recipe's context, rotary scaling and tying.

    The head is what the weights say: where they hold one that differs from the embeddings, it is the model's own
    whatever the configuration says, as in transformers.
    """
    check_folder(folder)
    config = read_config(folder)
    apply_settings(config, section, str(folder))
    model, report = build_or_explain(str(folder), lambda: _load_pretrained(folder, config))
    copied_names = set()
    # A tied base has no head to read: the new one begins equal to the embeddings, so the model computes what it did.
    if section.untie and is_head_alone(report["missing_keys"], model):
        inputs, head = embedding_matrices(model)
        head.data.copy_(inputs.data)
        copied_names = set(report["missing_keys"])
    model.config.tie_word_embeddings = len(embedding_matrices(model)) == 1
    check_complete(folder, set(report["missing_keys"]) - copied_names)
    check_finite(model, folder)
    return model


def is_head_alone(names: Collection[str], model: PreTrainedModel) -> bool:
    """Whether the weights that the files lack are the head's alone: those of a tied model that is being untied."""
    head: Any = model.get_output_embeddings()  # type: ignore[no-untyped-call]
    return set(names) == {name for name, weight in model.named_parameters() if weight is head.weight}


def check_finite(model: PreTrainedModel, folder: Path) -> None:
    """RecipeError naming the tensors that hold what is no number: it would spread to every new row."""
    if broken := [name for name, weight in model.named_parameters() if not is_finite(weight)]:
        raise RecipeError(
            f"The weights in {folder} hold values that are no finite numbers in {', '.join(broken[:3])}"
            f"{', …' if len(broken) > 3 else ''}. Fetch the base model again, or choose another."
        )


def _load_pretrained(folder: Path, config: PretrainedConfig) -> tuple[PreTrainedModel, dict[str, Any]]:
    """The model, and what transformers found missing in its files."""
    auto: Any = AutoModelForCausalLM
    loaded: tuple[PreTrainedModel, dict[str, Any]] = auto.from_pretrained(
        folder,
        config=config,
        dtype=torch.float32,
        local_files_only=True,
        trust_remote_code=False,
        weights_only=True,
        output_loading_info=True,
    )
    return loaded


def check_complete(folder: Path, names: set[str]) -> None:
    """RecipeError for the `names` of weights that are not in the files: transformers would make them up at random."""
    if missing := sorted(names):
        raise RecipeError(
            f"The weights in {folder} lack {len(missing)} of the model's tensors: {', '.join(missing[:3])}"
            f"{', …' if len(missing) > 3 else ''}. Fetch the base model again."
        )


def make_random_model(section: AdaptConfig, pieces: int) -> PreTrainedModel:
    """A model of the recipe's architecture with random weights and `pieces` vocabulary rows."""
    name = f"adapt.architecture ({section.architecture.model_type})"
    config: PretrainedConfig = build_or_explain(
        name,
        lambda: AutoConfig.for_model(
            section.architecture.model_type, **_hf_fields(section.architecture), vocab_size=pieces
        ),
    )
    apply_settings(config, section, name)
    # The caller's generator stays where it was.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(section.seed)
        auto: Any = AutoModelForCausalLM
        model: PreTrainedModel = build_or_explain(
            name, lambda: auto.from_config(config, dtype=torch.float32, trust_remote_code=False)
        )
        return model


def _hf_fields(architecture: ArchitectureConfig) -> dict[str, Any]:
    """The recipe's architecture under Hugging Face's names."""
    return {
        "hidden_size": architecture.hidden_size,
        "intermediate_size": architecture.intermediate_size,
        "num_hidden_layers": architecture.layers,
        "num_attention_heads": architecture.heads,
        "num_key_value_heads": architecture.kv_heads,
        "max_position_embeddings": architecture.context,
        "tie_word_embeddings": architecture.tie,
        "initializer_range": architecture.init_std,
    }


def embedding_matrices(model: PreTrainedModel) -> list[torch.nn.Parameter]:
    """The input embeddings and the head, once if they are one."""
    both: list[Any] = [model.get_input_embeddings(), model.get_output_embeddings()]  # type: ignore[no-untyped-call]
    inputs, head = both[0].weight, both[1].weight
    return [inputs] if inputs is head else [inputs, head]
