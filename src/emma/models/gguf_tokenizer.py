"""The tokenizer in a GGUF file as `tokenizer.json`, with the words that its merges were learnt in.

A GGUF file names how text is cut into words (`tokenizer.ggml.pre`) instead of saying it. transformers knows some of
these names and takes all others for GPT-2's, without a word: SmolLM2 then reads the spaces before digits otherwise than
it was trained. What the names mean is from llama.cpp's src/llama-vocab.cpp.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emma.config.extras import need
from emma.errors import RecipeError
from emma.models.folder import Json
from emma.models.gguf_file import GgufFile, ask, linked_alone
from emma.models.sentencepiece import exact_space
from emma.models.tokenizer_class import NAMED_TOKENS, TOKENIZER_CONFIG, TOKENIZER_JSON, Table, make_template
from emma.store.files import write_json

BYTE_LEVEL, SENTENCEPIECE = "gpt2", "llama"
"""Names of the two kinds of tokenizer that bases in GGUF files have."""
GPT2_WORDS = frozenset({"gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "mpt", "olmo", "jais", "trillion"})
"""Names of GPT-2's own way of cutting text into words."""
SINGLE_DIGITS = frozenset({"smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b"})
"""Names of GPT-2's way with every digit a word of its own."""
WHOLE_WORDS = frozenset(
    {"llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "tekken"}
)
"""Names of ways in which a word that is a piece is taken whole, whatever merges say, and a text begins with bos."""
TEMPLATE_FILE = "chat_template.jinja"


def write_gguf_tokenizer(file: GgufFile, out: Path) -> None:
    """Write `tokenizer.json`, what stands beside it, and the chat template. RecipeError for a kind not known here."""
    check_known(file)
    table = adjust_table(file, _read_table(file))
    config = _named_tokens(file) | {"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": False}
    need("tokenizers", "train").Tokenizer.from_str(json.dumps(table)).save(str(out / TOKENIZER_JSON))
    write_json(out / TOKENIZER_CONFIG, config, sort_keys=True)
    if template := file.get("tokenizer.chat_template"):
        (out / TEMPLATE_FILE).write_text(template, encoding="utf-8")


def check_known(file: GgufFile) -> None:
    """RecipeError for a tokenizer of which it is not known how it cuts text."""
    kind, words = file.get("tokenizer.ggml.model"), file.get("tokenizer.ggml.pre")
    known = kind == SENTENCEPIECE or (kind == BYTE_LEVEL and words in {*GPT2_WORDS, *SINGLE_DIGITS, *_splits()})
    if not known:
        raise RecipeError(
            f"The tokenizer in {file.path} is of a kind that is not known here: tokenizer.ggml.model = {kind!r}, "
            f"tokenizer.ggml.pre = {words!r}. Take this base as a Hugging Face folder, with its own tokenizer.json."
        )


def _splits() -> Mapping[str, str]:
    """The patterns that transformers has for such names."""
    try:
        from transformers.integrations.gguf.gguf_tokenizer_mapping import GGUF_PRE_TOKENIZER_SPLITS
    except ImportError:  # a version before they were there
        return {}
    splits: Mapping[str, str] = GGUF_PRE_TOKENIZER_SPLITS
    return splits


def _read_table(file: GgufFile) -> Table:
    """The tokenizer as transformers makes it of the file."""
    with linked_alone(file.path) as folder:
        tokenizer = ask(file, lambda auto: auto.AutoTokenizer.from_pretrained(folder, gguf_file=file.path.name))
    table: Table = json.loads(tokenizer.backend_tokenizer.to_str())
    return table


def adjust_table(file: GgufFile, table: Table) -> Table:
    """The table with what transformers does not take from the file: how text is cut, and what stands around it."""
    words = file.get("tokenizer.ggml.pre")
    if file.get("tokenizer.ggml.model") == SENTENCEPIECE:
        # The step that transformers has for most of these swallows a text's own leading space.
        table = {**table, **exact_space(bool(file.get("tokenizer.ggml.add_space_prefix", True)))}
    else:
        if words in SINGLE_DIGITS:
            table = {**table, "pre_tokenizer": _digits_apart()}
        table = {**table, "model": {**table["model"], "ignore_merges": words in WHOLE_WORDS}}
    return {**table, "post_processor": make_template(*_around(file)), "truncation": None, "padding": None}


def _digits_apart() -> Json:
    """GPT-2's words, with digits apart."""
    bytes_ = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, bytes_]}


def _around(file: GgufFile) -> tuple[list[str | None], dict[str, int]]:
    """The tokens before and after a text, None for none, and their ids."""
    tokens: list[str] = file.get("tokenizer.ggml.tokens", [])
    begins = file.get("tokenizer.ggml.model") == SENTENCEPIECE or file.get("tokenizer.ggml.pre") in WHOLE_WORDS
    flags = {"bos": begins, "eos": False}
    ends = [file.get(f"tokenizer.ggml.add_{end}_token", usual) for end, usual in flags.items()]
    ids = [file.get(f"tokenizer.ggml.{end}_token_id") if on else None for end, on in zip(flags, ends, strict=True)]
    texts = [None if each is None else tokens[each] for each in ids]
    return texts, {tokens[each]: each for each in ids if each is not None}


def _named_tokens(file: GgufFile) -> dict[str, Any]:
    """The special tokens that the file names by their ids."""
    tokens: list[str] = file.get("tokenizer.ggml.tokens", [])
    keys = {"unk": "unknown", "pad": "padding", "sep": "seperator"}  # spelled so in the format
    named = {}
    for name in NAMED_TOKENS:
        short = name.removesuffix("_token")
        number = file.get(f"tokenizer.ggml.{keys.get(short, short)}_token_id")
        if number is not None and number < len(tokens):
            named[name] = tokens[number]
    return named
