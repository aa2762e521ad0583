"""A model of a Hugging Face folder with its tokenizer, as it is scored and as it generates.

A text stands behind a beginning-of-text token, which is given and not predicted. Logits are made for the positions that
count, and for a chunk of them at a time, so that a vocabulary of 260,000 pieces fits.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoConfig, AutoModelForCausalLM
from transformers.utils import logging

from emma.errors import RecipeError
from emma.evaluate.config import EvaluateConfig
from emma.models.configuration import context_length
from emma.models.device import choose_device, choose_precision
from emma.models.folder import check_folder, list_tensors, weight_files
from emma.models.head import Head, check_head, head_of
from emma.models.special_ids import special_ids
from emma.models.tokenizer_file import open_tokenizer
from emma.store.address import Fingerprints, address, file_digest

CHUNK_LOGITS = {"cpu": 1 << 22, "cuda": 1 << 28}
"""Logits that exist at a time: 16 MB of float32 on a processor, 1 GB on a GPU, which is idle between two chunks."""
CPU_TOKENS = 2048
"""Tokens of a batch on a processor at most: with more, its caches hold less, and a token costs a quarter more
(`benchmarks/evaluate/scoring.py`)."""
BOUNDLESS_TOKENS = 2048
"""Context of a model that has no longest one (Bloom, Mamba), where the recipe names none."""
KEY_VERSION = 1
"""Raised by hand when the engine answers otherwise than before, by more than rounding."""
SETTINGS = ("*.json", "*.model", "*.jinja")
"""Files of a model's folder that decide, beside its weights, what it answers."""


def read_config(folder: Path) -> Any:
    """The model's configuration."""
    return AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)


def open_model_tokenizer(folder: Path) -> tuple[Any, int]:
    """The tokenizer of a model's folder and the id that stands before a text. RecipeError when it has none."""
    tokenizer = open_tokenizer(folder)
    if (start_id := special_ids(folder, tokenizer).prefix) is None:
        raise RecipeError(
            f"The tokenizer in {folder} has neither a beginning-of-text nor an end-of-text token. Name "
            "its eos_token in tokenizer_config.json, or eos_token_id in config.json."
        )
    return tokenizer, start_id


class LanguageModel:
    """A model with its tokenizer. Weights are read when they are first needed.

    Raises RecipeError for a folder that holds no model EMMA can score, when they are read for weights that are damaged.
    """

    def __init__(self, folder: Path, section: EvaluateConfig) -> None:
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        self.folder, self.section = folder, section
        self.device = choose_device(section.device, "evaluate")
        self.precision = choose_precision(section.precision, self.device).value
        self.tokenizer, self.start_id = open_model_tokenizer(folder)
        longest = int(context_length(read_config(folder)) or section.context or BOUNDLESS_TOKENS)
        self.context = min(longest, section.context or longest)
        """Tokens that may stand before a predicted one, the beginning-of-text token among them."""

    @property
    def batch_tokens(self) -> int:
        """Tokens that go through the model at once, padding included."""
        asked = self.section.batch_tokens
        return min(asked, CPU_TOKENS) if self.device.type == "cpu" else asked

    def key(self, fingerprints: Fingerprints | None = None) -> str:
        """The name of the model by content, with what else its answers depend on."""
        digest = file_digest if fingerprints is None else fingerprints.of
        files = {*weight_files(self.folder), *(path for kind in SETTINGS for path in self.folder.glob(kind))}
        content = sorted([path.name, digest(path)] for path in files)
        return address("model", KEY_VERSION, content, self.precision, self.context, self.section.stride)

    @cached_property
    def network(self) -> Any:
        """The network, in evaluation; its weights in float32 whatever they are stored in."""
        check_folder(self.folder)
        list_tensors(self.folder)  # which names a file that is cut or missing
        auto: Any = AutoModelForCausalLM
        # Nothing is fetched, and no code that lies in a model's folder is run.
        settings = {"local_files_only": True, "trust_remote_code": False}
        network: Any = auto.from_pretrained(self.folder, dtype=torch.float32, **settings).to(self.device)
        network.eval()
        check_head(network, f"The model in {self.folder}")
        return network

    @cached_property
    def head(self) -> Head:
        """What makes logits of hidden states, in the type that they are computed in."""
        head = head_of(self.network)
        return replace(head, weight=head.weight.to(torch.bfloat16)) if self.precision == "bf16" else head

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids without those around a text. `</s>` in a text is four characters, not the end of the text."""
        encodings = self.tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [encoding.ids for encoding in encodings]

    @torch.no_grad()
    def hidden_states(self, inputs: Tensor, **settings: Any) -> Tensor:
        """Hidden states (rows, tokens, width) of ids (rows, tokens); `settings` are the backbone's: a mask, say."""
        # Autocast and not weights in bfloat16: all models are read in float32, whatever they are stored in.
        bf16 = self.precision == "bf16"
        settings = {"use_cache": False, **settings}
        with torch.autocast(self.device.type, torch.bfloat16, enabled=bf16):
            hidden: Tensor = self.network.base_model(input_ids=inputs.to(self.device), **settings).last_hidden_state
        return hidden.to(torch.bfloat16) if bf16 else hidden


def rows_per_chunk(head: Head, device: torch.device) -> int:
    """Positions whose logits are made at a time."""
    return max(1, CHUNK_LOGITS.get(device.type, CHUNK_LOGITS["cpu"]) // len(head))


@torch.no_grad()
def token_costs(hidden: Tensor, head: Head, targets: Tensor, owners: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Nats (targets,) of each target, float32, and whether it is the likeliest token at its place.

    `hidden` (positions, width). `owners` (targets,) says which position predicts each, and does not fall; None: each
    position predicts one.
    """
    owners = torch.arange(len(targets), device=targets.device) if owners is None else owners
    rows = rows_per_chunk(head, hidden.device)
    starts = torch.arange(0, len(hidden) + rows, rows, device=owners.device)
    bounds: list[int] = torch.searchsorted(owners, starts).tolist()
    nats, greedy = torch.empty(len(targets)), torch.empty(len(targets), dtype=torch.bool)
    for number in range(len(bounds) - 1):
        part = slice(bounds[number], bounds[number + 1])
        logits = head.logits(hidden[number * rows : (number + 1) * rows]).float()
        places, wanted = owners[part] - number * rows, targets[part]
        nats[part] = (logits.logsumexp(1)[places] - logits[places, wanted]).cpu()
        greedy[part] = (logits.argmax(1)[places] == wanted).cpu()
    return nats, greedy
