"""Kinds of base as tiny random models, with configurations in the words of their makers, or of transformers 5."""

import json
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, normalizers
from transformers import AutoConfig, AutoModelForCausalLM

PIECES = 259
"""Three specials and 256 bytes."""
SIZES: dict[str, Any] = {
    "vocab_size": PIECES,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
    "initializer_range": 0.2,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "use_cache": True,
    "transformers_version": "4.46.3",
    "torch_dtype": "bfloat16",
}
LLAMA_3 = {
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
    "rope_type": "llama3",
}
SAMPLING = {"do_sample": True, "temperature": 0.6, "top_p": 0.9, "transformers_version": "4.46.3"}

CONFIGS: dict[str, dict[str, Any]] = {
    "llama2": {"model_type": "llama", "rope_theta": 10000.0, "pretraining_tp": 1, "tie_word_embeddings": False},
    "llama3": {
        "model_type": "llama", "rope_theta": 500000.0, "rope_scaling": LLAMA_3, "eos_token_id": [2, 5, 6],
        "tie_word_embeddings": True, "head_dim": 8,
    },
    "mistral": {"model_type": "mistral", "rope_theta": 1000000.0, "sliding_window": 24, "torch_dtype": "float16"},
    "qwen2": {
        "model_type": "qwen2", "rope_theta": 1000000.0, "use_sliding_window": False, "sliding_window": 32,
        "max_window_layers": 2, "tie_word_embeddings": True, "bos_token_id": 2,
    },
    "qwen3": {
        "model_type": "qwen3", "rope_theta": 5000000, "head_dim": 8, "attention_bias": False, "bos_token_id": 2,
        "eos_token_id": 2, "tie_word_embeddings": True,
    },
    "gemma2": {
        "model_type": "gemma2", "head_dim": 8, "query_pre_attn_scalar": 8, "attn_logit_softcapping": 50.0,
        "final_logit_softcapping": 30.0, "sliding_window": 24, "pad_token_id": 0, "cache_implementation": "hybrid",
        "rope_theta": 10000.0,
    },
    "gemma3": {
        "model_type": "gemma3_text", "head_dim": 8, "query_pre_attn_scalar": 8, "rope_theta": 1000000,
        "rope_local_base_freq": 10000.0, "sliding_window": 24, "sliding_window_pattern": 2, "pad_token_id": 0,
        "eos_token_id": [2, 6],
    },
    "gpt2": {
        "model_type": "gpt2", "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64, "n_ctx": 64,
        "activation_function": "gelu_new", "bos_token_id": 2, "eos_token_id": 2, "torch_dtype": None,
        "task_specific_params": {"text-generation": {"do_sample": True, "max_length": 50}},
    },
    "olmo2": {
        "model_type": "olmo2", "rope_theta": 500000, "pad_token_id": 0, "torch_dtype": "float32",
        "tie_word_embeddings": False,
    },
    "smollm2": {
        "model_type": "llama", "rope_theta": 100000, "rope_interleaved": False, "is_llama_config": True,
        "tie_word_embeddings": True, "bos_token_id": 2, "pad_token_id": 2,
    },
    "phi3": {
        "model_type": "phi3", "rope_theta": 10000.0, "original_max_position_embeddings": 64, "sliding_window": 32,
        "pad_token_id": 0, "eos_token_id": 2, "auto_map": {"AutoModelForCausalLM": "modeling_phi3.Phi3ForCausalLM"},
    },
    "neox": {
        "model_type": "gpt_neox", "rotary_pct": 0.5, "rotary_emb_base": 20000, "use_parallel_residual": True,
        "tie_word_embeddings": False, "num_key_value_heads": None, "torch_dtype": "float16",
    },
    "stablelm": {"model_type": "stablelm", "partial_rotary_factor": 0.5, "rope_theta": 20000, "use_qkv_bias": True},
    "phi": {"model_type": "phi", "partial_rotary_factor": 0.5, "rope_theta": 20000.0, "torch_dtype": "float16"},
    "qwen3_of_5": {
        "model_type": "qwen3", "head_dim": 8, "torch_dtype": None, "dtype": "bfloat16", "eos_token_id": 2,
        "rope_parameters": {"rope_theta": 5000000, "rope_type": "default"}, "transformers_version": "5.23.0",
    },
    "llama3_of_5": {
        "model_type": "llama", "torch_dtype": None, "dtype": "bfloat16", "eos_token_id": [2, 5], "head_dim": 8,
        "rope_parameters": {**LLAMA_3, "rope_theta": 500000.0}, "transformers_version": "5.23.0",
    },
    "neox_of_5": {
        "model_type": "gpt_neox", "torch_dtype": None, "dtype": "float32", "num_key_value_heads": None,
        "rope_parameters": {"rope_theta": 20000, "rope_type": "default", "partial_rotary_factor": 0.5},
        "transformers_version": "5.23.0", "tie_word_embeddings": False,
    },
}  # fmt: skip
"""Fields that differ from SIZES, or that SIZES lacks; Llama is there twice more, as what Llama 3 and SmolLM2 are."""
GENERATION: dict[str, dict[str, Any]] = {
    "llama3": {**SAMPLING, "bos_token_id": 1, "eos_token_id": [2, 5, 6]},
    "llama2": {**SAMPLING, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0, "max_length": 64},
    "gemma3": {**SAMPLING, "cache_implementation": "hybrid", "eos_token_id": [2, 6], "top_k": 64},
    "phi3": {"_from_model_config": True, "eos_token_id": [2, 5, 6], "pad_token_id": 0},
    "qwen2": {"bos_token_id": 2, "eos_token_id": [2, 5], "repetition_penalty": 1.1, **SAMPLING},
}
"""Of some; the others have no such file."""


def published(kind: str) -> dict[str, Any]:
    """`config.json` of a kind of base."""
    own = CONFIGS[kind]
    given = {name: each for name, each in SIZES.items() if own["model_type"] != "gpt2" or name not in GPT_2_CALLS}
    found = {**given, "architectures": ["Base"], **own}
    return {name: each for name, each in found.items() if each is not None}


GPT_2_CALLS = (
    "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
    "max_position_embeddings",
)  # fmt: skip
"""What GPT-2 has other names for, or not."""


def write_base(kind: str, folder: Path, **changes: Any) -> dict[str, Any]:
    """Write the base of a kind, without a tokenizer, and return its configuration. None takes a field out."""
    config = {name: each for name, each in {**published(kind), **changes}.items() if each is not None}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "config.json"
    path.write_text(json.dumps(config, indent=2))
    torch.manual_seed(0)
    auto: Any = AutoModelForCausalLM
    model = auto.from_config(AutoConfig.from_pretrained(folder), dtype=torch.float32)
    stored = config.get("torch_dtype") or config.get("dtype", "float32")
    model.to(getattr(torch, stored)).save_pretrained(folder)
    path.write_text(json.dumps(config, indent=2))
    (folder / "generation_config.json").unlink(missing_ok=True)
    if kind in GENERATION:
        (folder / "generation_config.json").write_text(json.dumps(GENERATION[kind]))
    return config


def write_tokenizer(folder: Path, **config: Any) -> None:
    """Write a tokenizer of PIECES into the folder of a base; `config` goes into its configuration, None takes out."""
    ids = {"<unk>": 0, "<s>": 1, "</s>": 2, **{f"<0x{byte:02X}>": 3 + byte for byte in range(256)}}
    tokenizer = Tokenizer(models.BPE(ids, [], byte_fallback=True, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    steps = [decoders.ByteFallback(), decoders.Fuse(), decoders.Replace("▁", " ")]
    tokenizer.decoder = decoders.Sequence(steps)
    tokenizer.add_special_tokens(["<unk>", "<s>", "</s>"])
    tokenizer.save(str(folder / "tokenizer.json"))
    specials = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>"}
    given = {"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": False, **specials, **config}
    found = {name: each for name, each in given.items() if each is not None}
    (folder / "tokenizer_config.json").write_text(json.dumps(found))
