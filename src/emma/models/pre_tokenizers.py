"""How byte-level tokenizers cut text before they join bytes, by the names that llama.cpp has for it.

llama.cpp's converter knows a tokenizer by a hash of the ids it gives for one text (`get_vocab_base_pre` in
https://github.com/ggml-org/llama.cpp/blob/master/conversion/base.py), which new pieces change. What the name stands for
is the cut alone, and new pieces leave that as it is.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from emma.models.folder import Json
from emma.models.tokenizer_class import Table

LLAMA_3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|"
    r"\s+(?!\S)|\s+"
)
QWEN_2 = LLAMA_3.replace(r"\p{N}{1,3}", r"\p{N}")
QWEN_3_5 = QWEN_2.replace(r"\p{L}+", r"[\p{L}\p{M}]+").replace(r"[^\s\p{L}\p{N}]", r"[^\s\p{L}\p{M}\p{N}]")
_UPPER, _LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_SHORT = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
_TAIL = r" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
GPT_4O = (
    rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+{_SHORT}|[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*{_SHORT}|"
    rf"\p{{N}}{{1,3}}|{_TAIL}"
)
TEKKEN = rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+|[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*|\p{{N}}|{_TAIL}"
_GPT_2 = "ByteLevel's own"
"""The expression of ByteLevel itself, where a tokenizer does not switch it off."""

NAMES: Mapping[tuple[str, ...], tuple[str, str]] = {
    (_GPT_2,): ("gpt-2", ""),
    ("Digits", _GPT_2): ("smollm", ""),
    (LLAMA_3,): ("dbrx", "llama-bpe"),
    (QWEN_2,): ("qwen2", ""),
    (QWEN_3_5,): ("qwen35", ""),
    (GPT_4O,): ("gpt-4o", ""),
    (TEKKEN,): ("", "tekken"),
}
"""The cuts of a tokenizer, one after the other, and llama.cpp's name for them: where a word that is a piece is joined
as others are, and where it is taken whole (`ignore_merges`). From `llm_tokenizer_bpe` in
https://github.com/ggml-org/llama.cpp/blob/master/src/llama-vocab.cpp, which states the expressions in the words of
tokenizer.json."""


def llama_cpp_name(table: Table) -> str | None:
    """llama.cpp's name for the way a byte-level `tokenizer.json` cuts text; None where it is not one of NAMES."""
    plain, whole = NAMES.get(tuple(_list_cuts(table.get("pre_tokenizer") or {})), ("", ""))
    if table["model"].get("ignore_merges"):
        return whole or None
    return plain or None


def _list_cuts(step: Json) -> Iterator[str]:
    """What each step cuts at, in order; steps that cut nothing are left out."""
    kind = step.get("type")
    if kind == "Sequence":
        for part in step["pretokenizers"]:
            yield from _list_cuts(part)
    elif kind == "ByteLevel" and step.get("use_regex", True):
        yield _GPT_2
    elif kind == "Split":
        yield _describe_split(step)
    elif kind == "Digits":
        yield "Digits" if step.get("individual_digits") else "Digits together"
    elif kind != "ByteLevel":
        yield str(kind)


def _describe_split(step: Mapping[str, Any]) -> str:
    """The expression of a step that cuts out what it matches; others do something else, which has no name here."""
    expression = step.get("pattern", {}).get("Regex")
    usual = step.get("behavior") == "Isolated" and not step.get("invert")
    return str(expression) if usual and expression else "Split"
