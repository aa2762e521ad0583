"""Trying a base's arithmetic, which no configuration tells for sure, on a small random model of its kind."""

from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedModel

from emma.errors import RecipeError
from emma.models.configuration import context_length
from emma.models.head import PROBE_TOKENS, check_head, is_close
from emma.models.weights import one_line

PROBE_LAYERS, PROBE_ROWS, PROBE_INNER = 2, 64, 64
"""Sizes of the small model. Its width is the base's: heads and rotary dimensions depend on it."""


def probe_architecture(folder: Path) -> None:
    """RecipeError when models of this kind cannot be built, scored or trained on packed documents."""
    config = _read_config(folder)
    if context_length(config) is None:
        raise RecipeError(
            f"Models of type {config.model_type} take no positions, so packed documents cannot be told apart. "
            "Choose another base."
        )
    model = _build_small_model(config, folder)
    try:
        check_head(model, f"The base ({config.model_type})")
        check_documents_apart(model)
    except RecipeError:
        raise
    except Exception as error:  # what models raise that cannot do with tokens and positions alone
        raise RecipeError(
            f"Models of type {config.model_type} cannot be trained here: a small one of random weights fails on tokens "
            f"and positions ({one_line(error)}). Choose another base."
        ) from error


@torch.no_grad()
def check_documents_apart(model: PreTrainedModel) -> None:
    """RecipeError unless documents whose positions begin anew do not see each other. Each has half of PROBE_TOKENS."""
    was_training = model.training
    model.train(False)
    backbone: Any = model.base_model
    embeddings: Any = model.get_input_embeddings()
    rows = len(embeddings.weight)
    ids, places = (
        torch.arange(PROBE_TOKENS, device=model.device)[None],
        torch.arange(PROBE_TOKENS, device=model.device)[None],
    )
    half = PROBE_TOKENS // 2

    def states(tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        hidden: torch.Tensor = backbone(
            input_ids=tokens % rows, position_ids=positions, use_cache=False
        ).last_hidden_state
        return hidden

    together, alone = states(ids, places % half)[:, half:], states(ids[:, half:], places[:, :half])
    model.train(was_training)
    if not is_close(together, alone):
        raise RecipeError(
            f"Models of type {model.config.model_type} let packed documents see each other. Choose another base."
        )


def _read_config(folder: Path) -> Any:
    try:
        return AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:  # what configurations raise about their fields has no class of its own
        raise RecipeError(f"transformers cannot read {folder / 'config.json'}: {one_line(error)}") from error


def _build_small_model(config: Any, folder: Path) -> PreTrainedModel:
    auto: Any = AutoModelForCausalLM
    try:
        shrink_config(config)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            model: PreTrainedModel = auto.from_config(config, dtype=torch.float32, trust_remote_code=False)
    except Exception as error:  # nor has what models raise when they are built
        raise RecipeError(
            f"transformers cannot build a model from {folder / 'config.json'}: {one_line(error)}. Correct it, or "
            "choose another base."
        ) from error
    return model


def shrink_config(config: Any) -> None:
    """Make a configuration, in place, that of a small model of its kind."""
    config.num_hidden_layers, config.vocab_size = PROBE_LAYERS, PROBE_ROWS
    for name in ("layer_types", "mlp_layer_types"):
        if isinstance(kinds := getattr(config, name, None), list):
            setattr(config, name, kinds[-PROBE_LAYERS:])
    for name in ("intermediate_size", "n_inner", "ffn_dim"):
        if isinstance(getattr(config, name, None), int):
            setattr(config, name, PROBE_INNER)
    # The base's ids lie beyond the few rows of the small model.
    for name in ("bos_token_id", "eos_token_id", "pad_token_id"):
        setattr(config, name, None)
