"""`python gguf_file.py WEIGHTS.npz OUT.gguf`: a tiny Llama with a tokenizer of bytes, as llama.cpp reads it.

Runs where llama.cpp is installed, which has neither EMMA nor torch.
"""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

LAYER = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
}  # fmt: skip
OUTSIDE = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
UNKNOWN, CONTROL, BYTE = 2, 3, 6  # types of tokens in a GGUF file


def interleave(weight: Any, heads: int) -> Any:
    """Rows of queries or keys in llama.cpp's order: what RoPE turns together are neighbours."""
    return weight.reshape(heads, 2, -1, weight.shape[1]).swapaxes(1, 2).reshape(weight.shape)


def spell(name: str) -> str:
    """A weight's name in a GGUF file."""
    name, end = name.removesuffix(".weight"), ".weight"
    if name in OUTSIDE:
        return OUTSIDE[name] + end
    _, _, number, part = name.split(".", 3)
    return f"blk.{number}.{LAYER[part]}{end}"


def write(weights: dict[str, Any], sizes: dict[str, int], out: str, open_writer: Callable[..., Any]) -> None:
    writer = open_writer(out, "llama")
    writer.add_context_length(sizes["context"])
    writer.add_embedding_length(sizes["width"])
    writer.add_block_count(sizes["layers"])
    writer.add_feed_forward_length(sizes["inner"])
    writer.add_head_count(sizes["heads"])
    writer.add_head_count_kv(sizes["kv_heads"])
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_dimension_count(sizes["width"] // sizes["heads"])
    writer.add_vocab_size(259)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))])
    writer.add_token_scores([0.0] * 259)
    writer.add_token_types([UNKNOWN, CONTROL, CONTROL, *[BYTE] * 256])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)
    heads = {"q_proj": sizes["heads"], "k_proj": sizes["kv_heads"]}
    for name, weight in weights.items():
        count = heads.get(name.split(".")[-2])
        writer.add_tensor(spell(name), np.ascontiguousarray(weight if count is None else interleave(weight, count)))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    from gguf import GGUFWriter

    stored = dict(np.load(sys.argv[1]))
    counts = {name.removeprefix("size:"): int(stored.pop(name)) for name in list(stored) if name.startswith("size:")}
    write(stored, counts, sys.argv[2], GGUFWriter)
