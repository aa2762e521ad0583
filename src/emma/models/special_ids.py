"""Which tokens stand before and after a text: as the tokenizer says, else as the model does."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emma.models.tokenizer_file import CONFIG, JSON, MAP, open_table, read_json, read_proto, read_table, text_of

_DEFAULTS = {
    "CodeGenTokenizer": ("<|endoftext|>", "<|endoftext|>"),
    "GPT2Tokenizer": ("<|endoftext|>", "<|endoftext|>"),
    "GPTNeoXTokenizer": ("<|endoftext|>", "<|endoftext|>"),
    "GemmaTokenizer": ("<bos>", "<eos>"),
    "LlamaTokenizer": ("<s>", "</s>"),
    "Qwen2Tokenizer": (None, "<|endoftext|>"),
}
"""What classes of transformers take for the beginning and the end of a text where their configuration says nothing."""
_ENDS = ("bos", "eos")
SIDES = ("config.json", "generation_config.json")
"""Where a model says what its tokenizer does not."""


@dataclass(frozen=True)
class SpecialIds:
    """The ids of the tokens around a text, where there are any."""

    bos: int | None
    eos: int | None

    @property
    def first(self) -> int | None:
        """The token that stands before a text: the beginning of one, else the end of the one before.

        So it is in lm-eval (`prefix_token_id` in lm_eval/models/huggingface.py,
        https://github.com/EleutherAI/lm-evaluation-harness), and in Qwen's own pre-training, which has <|endoftext|>
        before and after each document (https://github.com/QwenLM/Qwen3/issues/486).
        """
        return self.eos if self.bos is None else self.bos


def special_ids(folder: Path, tokenizer: Any = None) -> SpecialIds:
    """What stands before and after a text under the tokenizer of a model folder (`tokenizer`, if it is open already).

    The tokenizer's own configuration comes first, then config.json, of whose list of ends the first counts, then
    generation_config.json.
    """
    tokenizer = tokenizer or open_table(read_table(folder))
    config, flags = read_json(folder / CONFIG), read_json(folder / MAP)
    # As transformers has it: the map is read over a configuration that does not list the added tokens.
    tokens = _defaults(folder) | (flags | config if "added_tokens_decoder" in config else config | flags)
    found = dict[str, int | None]()
    for name in _ENDS:
        text = text_of(tokens.get(f"{name}_token"))
        number = tokenizer.token_to_id(text) if text else None
        found[name] = number if number is not None else _stated_id(folder, f"{name}_token_id", tokenizer)
    return SpecialIds(**found)


def _defaults(folder: Path) -> dict[str, Any]:
    """The ends that the tokenizer's class, or a lone SentencePiece model, brings."""
    if not (folder / CONFIG).exists() and not (folder / JSON).exists():
        rules = getattr(read_proto(folder), "trainer_spec", None)
        ends = {name: getattr(rules, f"{name}_piece", None) for name in _ENDS if getattr(rules, f"{name}_id", -1) >= 0}
        return {f"{name}_token": text for name, text in ends.items()}
    name = str(read_json(folder / CONFIG).get("tokenizer_class") or "").removesuffix("Fast")
    return {f"{end}_token": text for end, text in zip(_ENDS, _DEFAULTS.get(name, (None, None)), strict=True)}


def _stated_id(folder: Path, name: str, tokenizer: Any) -> int | None:
    """The first id under a name in the model's configurations that is a token's."""
    for place in SIDES:
        for number in stated_ids(read_json(folder / place), name):
            if number >= 0 and tokenizer.id_to_token(number) is not None:
                return number
    return None


def stated_ids(config: Mapping[str, Any], name: str) -> list[int]:
    """The ids that a configuration has under a name: none, one, or several."""
    value = config.get(name)
    if value is None:
        value = (config.get("text_config") or {}).get(name)  # a model that also sees or hears
    return [] if value is None else list(value) if isinstance(value, list) else [value]
