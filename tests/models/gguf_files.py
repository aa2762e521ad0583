"""Small GGUF files, written by the package gguf from a random Llama as llama.cpp's converter writes one."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM

NAMES = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
}  # fmt: skip
SPECIALS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
TEXT = [
    "The ferry left at 1990 and 42.",
    "the thing that the captain wrote in the book",
    "def f(x):\n    return x\n",
] * 4


def tiny_llama() -> LlamaForCausalLM:
    """A random model of 2 blocks, 64 wide, with 4 heads, 2 key-value heads and tied embeddings of 400 rows."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=400, hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=64, rms_norm_eps=1e-5, initializer_range=0.2, bos_token_id=1,
        eos_token_id=2, tie_word_embeddings=True, rope_parameters={"rope_type": "default", "rope_theta": 50000.0},
    )  # fmt: skip
    return LlamaForCausalLM(config).eval()


def byte_level_pieces(size: int = 400, missing: str = "") -> tuple[list[str], list[str]]:
    """The pieces and merges of a byte-level BPE learnt on TEXT, digits apart, without the letters `missing`."""
    tokenizer = Tokenizer(models.BPE())
    steps = [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(steps)
    alphabet = sorted(set(pre_tokenizers.ByteLevel.alphabet()) - set(missing))
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=list(SPECIALS), initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(TEXT, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    pieces = sorted(model["vocab"], key=model["vocab"].__getitem__)
    # The text has fewer merges than rows: the rest is filled up, as bases have unused rows.
    return [*pieces, *(f"<unused{n}>" for n in range(size - len(pieces)))], [" ".join(pair) for pair in model["merges"]]


def write_gguf(
    path: Path,
    model: Any = None,
    kind: str = "F32",
    missing: str = "",
    more: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Any:
    """Write a model (a random one if none is given) with matrices of a kind of numbers, and return the model.

    `more` are tensors beside those of the model; `fields` are keys of the metadata with `__` for the dot; None leaves
    one out.
    """
    model = model or tiny_llama()
    config, pieces = model.config, byte_level_pieces(model.config.vocab_size, missing)
    rope = config.rope_parameters["rope_theta"]
    known = {
        "general.architecture": "llama", "general.type": "model", "general.name": "Tiny",
        "general.license": "apache-2.0",
        "llama.block_count": config.num_hidden_layers, "llama.context_length": config.max_position_embeddings,
        "llama.embedding_length": config.hidden_size, "llama.feed_forward_length": config.intermediate_size,
        "llama.attention.head_count": config.num_attention_heads, "llama.rope.freq_base": rope,
        "llama.attention.head_count_kv": config.num_key_value_heads, "llama.vocab_size": config.vocab_size,
        "llama.attention.layer_norm_rms_epsilon": config.rms_norm_eps,
        "llama.rope.dimension_count": config.hidden_size // config.num_attention_heads,
        "tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "smollm", "tokenizer.ggml.tokens": pieces[0],
        "tokenizer.ggml.token_type": [3] * len(SPECIALS) + [1] * (len(pieces[0]) - len(SPECIALS)),
        "tokenizer.ggml.merges": pieces[1], "tokenizer.ggml.bos_token_id": 1, "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.ggml.unknown_token_id": 0, "tokenizer.ggml.add_bos_token": False,
        "tokenizer.chat_template": "{{ messages[0]['content'] }}",
    }  # fmt: skip
    known |= {name.replace("__", "."): value for name, value in fields.items()}
    writer = gguf.GGUFWriter(path, known.pop("general.architecture"))
    for name, value in known.items():
        _add(writer, name, value)
    for name, tensor in model.state_dict().items():
        if name != "lm_head.weight":
            _add_tensor(writer, *_convert(name, tensor.float().numpy(), config), kind)
    for name, values in (more or {}).items():
        _add_tensor(writer, name, values, "F32")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return model


def _add(writer: Any, name: str, value: Any) -> None:
    adders = {bool: writer.add_bool, int: writer.add_uint32, float: writer.add_float32, str: writer.add_string}
    if isinstance(value, list):
        writer.add_array(name, value)
    elif value is not None:
        adders[type(value)](name, value)


def _convert(name: str, values: Any, config: Any) -> tuple[str, Any]:
    """A weight's name and values as llama.cpp has them: rotary halves of queries and keys interleaved."""
    if name == "model.embed_tokens.weight":
        return "token_embd.weight", values
    if name == "model.norm.weight":
        return "output_norm.weight", values
    _, _, block, *middle, kind = name.split(".")  # model.layers.0.self_attn.q_proj.weight
    inner = ".".join(middle)
    if inner.endswith(("q_proj", "k_proj")):
        heads = config.num_attention_heads if "q_proj" in inner else config.num_key_value_heads
        halves = values.reshape(heads, 2, values.shape[0] // heads // 2, values.shape[1])
        values = halves.swapaxes(1, 2).reshape(values.shape)
    return f"blk.{block}.{NAMES[inner]}.{kind}", values


def _add_tensor(writer: Any, name: str, values: Any, kind: str) -> None:
    kinds = gguf.GGMLQuantizationType
    if kind == "F32" or values.ndim == 1:
        writer.add_tensor(name, np.ascontiguousarray(values, dtype=np.float32))
    else:
        packed = gguf.quants.quantize(np.ascontiguousarray(values), kinds[kind])
        writer.add_tensor(name, packed, raw_dtype=kinds[kind])
