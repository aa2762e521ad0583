"""Tokenizers in the words of their makers, and llama.cpp's names for how they cut."""

from typing import Any

import pytest

from emma.models.pre_tokenizers import GPT_4O, LLAMA_3, QWEN_2, QWEN_3_5, TEKKEN, llama_cpp_name

BYTES = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
DIGITS = {"type": "Digits", "individual_digits": True}


def split(expression: str, **changes: Any) -> dict[str, Any]:
    step = {"type": "Split", "pattern": {"Regex": expression}, "behavior": "Isolated", "invert": False, **changes}
    return {"type": "Sequence", "pretokenizers": [step, {**BYTES, "use_regex": False}]}


@pytest.mark.parametrize(
    ("step", "whole", "name"),
    [
        (BYTES, False, "gpt-2"),
        ({"type": "Sequence", "pretokenizers": [DIGITS, BYTES]}, False, "smollm"),
        ({"type": "Sequence", "pretokenizers": [{**DIGITS, "individual_digits": False}, BYTES]}, False, None),
        (split(LLAMA_3), True, "llama-bpe"),
        (split(LLAMA_3), False, "dbrx"),
        (split(QWEN_2), False, "qwen2"),
        (split(QWEN_3_5), False, "qwen35"),
        (split(GPT_4O), False, "gpt-4o"),
        (split(TEKKEN), True, "tekken"),
        (split(QWEN_2, invert=True), False, None),
        (split(QWEN_2, behavior="Removed"), False, None),
        (split("."), False, None),
        ({"type": "Metaspace"}, False, None),
        (None, False, None),
    ],
)
def test_names(step: Any, whole: bool, name: str | None) -> None:
    assert llama_cpp_name({"pre_tokenizer": step, "model": {"type": "BPE", "ignore_merges": whole}}) == name


def test_expressions_are_those_of_their_makers() -> None:
    """As `llm_tokenizer_bpe` of llama.cpp quotes them from tokenizer.json."""
    tail = r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    assert r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+" + tail == QWEN_2
    assert QWEN_3_5.startswith(r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}")
    assert TEKKEN == (
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|"
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}|"
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    )
