"""The model to adapt: read from a Hugging Face folder, or made from random weights."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, PretrainedConfig, PreTrainedModel

from emma.adapt.config import AdaptConfig, ArchitectureConfig
from emma.adapt.configuration import build, read_config, settle
from emma.errors import RecipeError
from emma.models.folder import check_folder
from emma.models.weights import is_finite


def load_base(folder: Path, section: AdaptConfig) -> PreTrainedModel:
    """The base model in float32, with the recipe's context, rotary scaling and tying.

    The head is what the weights say: where they hold one that differs from the embeddings, it is the model's own
    whatever the configuration says, as in transformers.
    """
    check_folder(folder)
    config = read_config(folder)
    settle(config, section, str(folder))
    model, report = build(str(folder), lambda: _read(folder, config))
    made_here = set()
    if section.untie and is_head(report["missing_keys"], model):
        inputs, head = matrices(model)
        head.data.copy_(inputs.data)
        made_here = set(report["missing_keys"])
    model.config.tie_word_embeddings = len(matrices(model)) == 1
    check_complete(folder, set(report["missing_keys"]) - made_here)
    check_finite(model, folder)
    return model


def is_head(names: Collection[str], model: PreTrainedModel) -> bool:
    """Whether the weights that the files lack are the head's alone: those of a tied model that is being untied."""
    head: Any = model.get_output_embeddings()  # type: ignore[no-untyped-call]
    return set(names) == {name for name, each in model.named_parameters() if each is head.weight}


def check_finite(model: PreTrainedModel, folder: Path) -> None:
    """RecipeError naming the tensors that hold what is no number: it would spread to every new row."""
    if broken := [name for name, each in model.named_parameters() if not is_finite(each)]:
        raise RecipeError(
            f"The weights in {folder} hold values that are no finite numbers in {', '.join(broken[:3])}"
            f"{', …' if len(broken) > 3 else ''}. Fetch the base model again, or choose another."
        )


def _read(folder: Path, config: PretrainedConfig) -> tuple[PreTrainedModel, dict[str, Any]]:
    """The model, and what transformers found missing in its files."""
    auto: Any = AutoModelForCausalLM
    found: tuple[PreTrainedModel, dict[str, Any]] = auto.from_pretrained(
        folder,
        config=config,
        dtype=torch.float32,
        local_files_only=True,
        trust_remote_code=False,
        weights_only=True,
        output_loading_info=True,
    )
    return found


def check_complete(folder: Path, lacking: set[str]) -> None:
    """RecipeError when weights of the model are not in its files: transformers would make them up at random."""
    if missing := sorted(lacking):
        raise RecipeError(
            f"The weights in {folder} lack {len(missing)} of the model's tensors: {', '.join(missing[:3])}"
            f"{', …' if len(missing) > 3 else ''}. Fetch the base model again."
        )


def make_random(section: AdaptConfig, pieces: int) -> PreTrainedModel:
    """A model of the recipe's architecture with random weights and `pieces` vocabulary rows."""
    name = f"adapt.architecture ({section.architecture.model_type})"
    config: PretrainedConfig = build(
        name,
        lambda: AutoConfig.for_model(
            section.architecture.model_type, **_words(section.architecture), vocab_size=pieces
        ),
    )
    settle(config, section, name)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(section.seed)
        auto: Any = AutoModelForCausalLM
        model: PreTrainedModel = build(
            name, lambda: auto.from_config(config, dtype=torch.float32, trust_remote_code=False)
        )
        return model


def _words(architecture: ArchitectureConfig) -> dict[str, Any]:
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


def matrices(model: PreTrainedModel) -> list[torch.nn.Parameter]:
    """The input embeddings and the head, once if they are one."""
    both: list[Any] = [model.get_input_embeddings(), model.get_output_embeddings()]  # type: ignore[no-untyped-call]
    inputs, head = both[0].weight, both[1].weight
    return [inputs] if inputs is head else [inputs, head]
