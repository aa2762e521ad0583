"""Tiny tokenizers in the shapes of known bases: their steps, special tokens and flags, chat templates, sides.

Shapes as in the tokenizer files of meta-llama/Llama-2-7b, meta-llama/Llama-3.1-8B, mistralai/Mistral-7B-v0.1,
Qwen/Qwen2.5-7B, google/gemma-2-2b, openai-community/gpt2, allenai/OLMo-2-1124-7B, HuggingFaceTB/SmolLM2-1.7B,
microsoft/Phi-3-mini-4k-instruct and CohereForAI/c4ai-command-r-v01 (its several chat templates).
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from emma.vocab.folder import load_tokenizer
from tests.conftest import TEXTS
from tests.vocab.corpora import byte_level_base, sentencepiece_base

ENGLISH = [TEXTS["eng_Latn"], "They are endowed with reason and conscience.", "a  b   c 12 345"] * 3
REPLACE = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
PREPEND = {"type": "Prepend", "prepend": "▁"}
RESTORE = [
    {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}
]  # fmt: skip
STRIP = {"type": "Strip", "content": " ", "start": 1, "stop": 0}
TEMPLATE = "{% for message in messages %}{{ message['content'] }}{% endfor %}"


def metaspace(scheme: str, split: bool = False) -> dict[str, Any]:
    """The step that writes spaces as ▁ and puts one before a text."""
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": split}


def sequence(kind: str, steps: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Steps one after the other."""
    return {"type": "Sequence", kind: list(steps)}


def token(content: str, **flags: bool) -> dict[str, Any]:
    """An added token as files state it."""
    usual = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {"content": content, **usual, "special": True, **flags}


def write(folder: Path, **files: Any) -> Path:
    """Write JSON files; names as in tokenizer_config."""
    for name, table in files.items():
        (folder / f"{name}.json").write_text(json.dumps(table, ensure_ascii=False), encoding="utf-8")
    return folder


def with_tokens(folder: Path, tokens: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Add tokens to the folder's `tokenizer.json`; those of its vocabulary keep their ids, others come behind."""
    table = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    vocab = table["model"]["vocab"]
    free = max([*vocab.values(), *(each["id"] for each in table["added_tokens"])]) + 1
    names = {each["content"] for each in tokens}
    added = [each for each in table["added_tokens"] if each["content"] not in names]
    for each in tokens:
        number = vocab.get(each["content"], free)
        free += number == free
        added.append({"id": number, **each})
    table["added_tokens"] = sorted(added, key=lambda each: each["id"])
    write(folder, tokenizer=table)
    return {str(each["id"]): {key: each[key] for key in each if key != "id"} for each in table["added_tokens"]}


def around(folder: Path, first: str | None = None, last: str | None = None) -> Path:
    """Let the post-processor put these tokens around a text, and no others."""
    table = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    ids = table["model"]["vocab"] | {each["content"]: each["id"] for each in table["added_tokens"]}
    named = {each: {"id": each, "ids": [ids[each]], "tokens": [each]} for each in (first, last) if each}
    before, after = ([{"SpecialToken": {"id": each, "type_id": 0}}] if each else [] for each in (first, last))
    one, two = ({"Sequence": {"id": side, "type_id": kind}} for kind, side in enumerate("AB"))
    single = [*before, one, *after]
    step = {"type": "TemplateProcessing", "single": single, "pair": [*single, two], "special_tokens": named}
    return write(folder, tokenizer={**table, "post_processor": step})


def characters(folder: Path, normalizer: Any, pre_tokenizer: Any, strip: bool = True) -> Path:
    """BPE on characters with byte fallback and these steps, in Hugging Face's form alone."""
    table = load_tokenizer(sentencepiece_base(folder, ENGLISH)).table
    (folder / "tokenizer.model").unlink()
    decoder = sequence("decoders", [*RESTORE, *([STRIP] if strip else [])])
    steps = {"normalizer": normalizer, "pre_tokenizer": pre_tokenizer, "decoder": decoder}
    return write(folder, tokenizer={**table, **steps})


def llama2(folder: Path) -> Path:
    characters(folder, sequence("normalizers", [PREPEND, REPLACE]), None)
    config = {
        "add_bos_token": True, "add_eos_token": False, "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>",
        "added_tokens_decoder": with_tokens(folder, [token("<unk>"), token("<s>"), token("</s>")]),
        "clean_up_tokenization_spaces": False, "legacy": False, "model_max_length": 1000000000000000019884624838656,
        "pad_token": None, "padding_side": "right", "sp_model_kwargs": {}, "tokenizer_class": "LlamaTokenizer",
    }  # fmt: skip
    specials = {"bos_token": token("<s>"), "eos_token": token("</s>"), "unk_token": token("<unk>")}
    return write(folder, tokenizer_config=config, special_tokens_map=specials)


def mistral(folder: Path) -> Path:
    characters(folder, None, metaspace("first"))
    config = {
        "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": None, "legacy": False,
        "clean_up_tokenization_spaces": False, "model_max_length": 4096, "tokenizer_class": "LlamaTokenizer",
        "additional_special_tokens": [], "use_default_system_prompt": False, "spaces_between_special_tokens": False,
    }  # fmt: skip
    return write(folder, tokenizer_config=config)


def gemma(folder: Path) -> Path:
    split = {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False}
    characters(folder, REPLACE, split, strip=False)
    marks = [
        token("<pad>"),
        token("<bos>"),
        token("<eos>"),
        token("<mask>"),
        token("<start_of_turn>"),
        token("\n\n", special=False),
    ]
    config = {
        "added_tokens_decoder": with_tokens(folder, marks), "additional_special_tokens": ["<start_of_turn>"],
        "bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>", "unk_token": "<unk>", "add_bos_token": True,
        "clean_up_tokenization_spaces": False, "tokenizer_class": "GemmaTokenizer", "chat_template": TEMPLATE,
        "spaces_between_special_tokens": False, "model_max_length": 8192,
    }  # fmt: skip
    return write(around(folder, "<bos>"), tokenizer_config=config)


def phi3(folder: Path) -> Path:
    characters(folder, sequence("normalizers", [PREPEND, REPLACE]), None)
    marks = [token("</s>", rstrip=True, special=False), token("<|endoftext|>"), token("<|user|>", rstrip=True)]
    config = {
        "added_tokens_decoder": with_tokens(folder, marks), "bos_token": "<s>", "eos_token": "<|endoftext|>",
        "pad_token": "<|endoftext|>", "unk_token": "<unk>", "padding_side": "left", "model_max_length": 4096,
        "chat_template": TEMPLATE, "clean_up_tokenization_spaces": False, "tokenizer_class": "LlamaTokenizer",
        "add_bos_token": False, "legacy": False, "sp_model_kwargs": {}, "use_default_system_prompt": False,
    }  # fmt: skip
    return write(around(folder), tokenizer_config=config)


def elmod(folder: Path) -> Path:
    """Of fraunhofer-iis/elmod-2.7b's shape: NFKC, and a pattern before Metaspace."""
    pattern = {"type": "Split", "pattern": {"Regex": r"\d|[^\w\s]+"}, "behavior": "Isolated", "invert": False}
    characters(folder, {"type": "NFKC"}, sequence("pretokenizers", [pattern, metaspace("first")]))
    config = {"bos_token": "<s>", "eos_token": "</s>", "tokenizer_class": "PreTrainedTokenizerFast"}
    return write(folder, tokenizer_config=config)


def lowercase(folder: Path) -> Path:
    characters(folder, sequence("normalizers", [{"type": "Lowercase"}, PREPEND, REPLACE]), None)
    config = {"bos_token": "<s>", "eos_token": "</s>", "tokenizer_class": "TokenizersBackend", "backend": "tokenizers"}
    return write(folder, tokenizer_config=config | {"extra_special_tokens": ["<s>", "</s>"], "is_local": True})


def words(folder: Path) -> Path:
    """Metaspace that cuts at spaces, with a space before every stretch, and a punctuation of its own."""
    steps = sequence("pretokenizers", [{"type": "Punctuation", "behavior": "Isolated"}, metaspace("always", True)])
    characters(folder, {"type": "NFC"}, steps)
    config = {"eos_token": "</s>", "tokenizer_class": "PreTrainedTokenizerFast", "split_special_tokens": True}
    return write(folder, tokenizer_config=config | {"truncation_side": "left", "padding_side": "left"})


def gpt2(folder: Path) -> Path:
    """The first release says next to nothing: its class and ids are known from config.json."""
    byte_level_base(folder, "gpt2", ENGLISH)
    table = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    with_tokens(write(folder, tokenizer={**table, "normalizer": None}), [token("<|endoftext|>", normalized=True)])
    number = len(table["model"]["vocab"])
    sides = {"model_type": "gpt2", "bos_token_id": number, "eos_token_id": number, "vocab_size": number + 1}
    return write(folder, tokenizer_config={"model_max_length": 1024}, config=sides)


def llama3(folder: Path) -> Path:
    byte_level_base(folder, "llama3", ENGLISH)
    names = ["<|begin_of_text|>", "<|end_of_text|>", "<|reserved_special_token_0|>"]
    config = {
        "added_tokens_decoder": with_tokens(folder, [token(each) for each in names]), "bos_token": names[0],
        "eos_token": names[1], "clean_up_tokenization_spaces": True, "model_max_length": 131072,
        "model_input_names": ["input_ids", "attention_mask"], "tokenizer_class": "PreTrainedTokenizerFast",
    }  # fmt: skip
    specials = {"bos_token": token(names[0]), "eos_token": token(names[1])}
    return write(folder, tokenizer_config=config, special_tokens_map=specials)


def qwen2(folder: Path) -> Path:
    byte_level_base(folder, "qwen2", ENGLISH)
    marks = [token("<|endoftext|>"), token("<|im_start|>"), token("<|im_end|>"), token("<tool_call>", special=False)]
    decoder = with_tokens(folder, marks)
    config = {
        "add_bos_token": False, "add_prefix_space": False, "added_tokens_decoder": decoder, "bos_token": None,
        "additional_special_tokens": ["<|im_start|>", "<|im_end|>"], "chat_template": TEMPLATE, "unk_token": None,
        "clean_up_tokenization_spaces": False, "eos_token": "<|endoftext|>", "errors": "replace",
        "model_max_length": 131072, "pad_token": "<|endoftext|>", "split_special_tokens": False,
        "tokenizer_class": "Qwen2Tokenizer",
    }  # fmt: skip
    number = next(int(each) for each, said in decoder.items() if said["content"] == "<|endoftext|>")
    return write(folder, tokenizer_config=config, config={"model_type": "qwen2", "eos_token_id": number})


def olmo2(folder: Path) -> Path:
    byte_level_base(folder, "llama3", ENGLISH)
    marks = [token("<|endoftext|>"), token("<|pad|>"), token("|||PHONE|||", normalized=True, special=False)]
    config = {
        "add_prefix_space": False, "added_tokens_decoder": with_tokens(folder, marks), "bos_token": "<|endoftext|>",
        "eos_token": "<|endoftext|>", "pad_token": "<|pad|>", "unk_token": "<|endoftext|>", "model_max_length": 8192,
        "clean_up_tokenization_spaces": False, "tokenizer_class": "GPT2Tokenizer", "extra_special_tokens": {},
    }  # fmt: skip
    return write(folder, tokenizer_config=config, config={"model_type": "olmo2"})


def smollm2(folder: Path) -> Path:
    byte_level_base(folder, "gpt2", ENGLISH)
    table = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    digits = {"type": "Digits", "individual_digits": True}
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    steps = {"normalizer": None, "pre_tokenizer": sequence("pretokenizers", [digits, level])}
    write(folder, tokenizer={**table, **steps})
    names = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    config = {
        "added_tokens_decoder": with_tokens(folder, [token(each) for each in names]), "bos_token": names[0],
        "additional_special_tokens": names, "eos_token": names[0], "unk_token": names[0], "add_prefix_space": False,
        "clean_up_tokenization_spaces": False, "model_max_length": 8192, "tokenizer_class": "GPT2Tokenizer",
        "vocab_size": 49152,
    }  # fmt: skip
    return write(folder, tokenizer_config=config)


def command_r(folder: Path) -> Path:
    """Several chat templates, in both of the ways in which they are saved, and code that is named."""
    llama3(folder)
    config = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    config |= {"chat_template": [{"name": "default", "template": TEMPLATE}, {"name": "rag", "template": "r"}]}
    config |= {"auto_map": {"AutoTokenizer": ["own.Slow", "own.Fast"]}, "name_or_path": "somewhere"}
    (folder / "chat_template.jinja").write_text(TEMPLATE)
    (folder / "additional_chat_templates").mkdir()
    (folder / "additional_chat_templates" / "tool_use.jinja").write_text("tools")
    return write(folder, tokenizer_config=config | {"tokenizer_file": "/home/someone/tokenizer.json"})


def prefixed(folder: Path) -> Path:
    """A space before every text by the step alone; transformers 4 takes it away where the configuration is silent."""
    byte_level_base(folder, "gpt2", ENGLISH)
    table = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    level = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}
    write(folder, tokenizer={**table, "pre_tokenizer": level})
    decoder = with_tokens(folder, [token("<|endoftext|>")])
    config = {"added_tokens_decoder": decoder, "eos_token": "<|endoftext|>", "model_max_length": 2048}
    return write(folder, tokenizer_config=config | {"tokenizer_class": "PreTrainedTokenizerFast"})


BASES: dict[str, Callable[[Path], Path]] = {
    each.__name__: each
    for each in (
        llama2, llama3, mistral, qwen2, gemma, gpt2, olmo2, smollm2, phi3, command_r, elmod, lowercase, words,
        prefixed
    )
}  # fmt: skip
"""The kinds of bases by name; each writes its files into a new folder."""
