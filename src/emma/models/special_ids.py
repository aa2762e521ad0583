"""The tokens before and after a text, and whether configuration, generation settings and tokenizer agree on them.

The checkpoint that EMMA-500 published names `<unk>` as its bos and eos in its generation settings; generation then
never ends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emma.errors import RecipeError
from emma.models.folder import CONFIG, GENERATION, Json, read_model_json
from emma.models.tokenizer_class import ENDS, TOKENIZER_CONFIG, TOKENIZER_JSON, default_ends, stated_tokens, text_of
from emma.models.tokenizer_file import open_table, read_proto, read_tokenizer_table

MODEL_CONFIGS = (CONFIG, GENERATION)
"""Files in which a model names ids that its tokenizer does not."""


@dataclass(frozen=True)
class SpecialIds:
    """The ids of the tokens around a text, where there are any."""

    bos: int | None
    eos: int | None

    @property
    def prefix(self) -> int | None:
        """The token that stands before a text: the beginning of one, else the end of the one before.

        So it is in lm-eval (`prefix_token_id` in lm_eval/models/huggingface.py,
        https://github.com/EleutherAI/lm-evaluation-harness), and in Qwen's own pre-training, which has <|endoftext|>
        before and after each document (https://github.com/QwenLM/Qwen3/issues/486).
        """
        return self.eos if self.bos is None else self.bos


def special_ids(folder: Path, tokenizer: Any = None) -> SpecialIds:
    """The tokens before and after a text under the tokenizer of a model folder (`tokenizer`, if it is open already).

    The tokenizer's own configuration comes first, then config.json, of whose list of ends the first counts, then
    generation_config.json. Raises RecipeError for what is no id there.
    """
    tokenizer = tokenizer or open_table(read_tokenizer_table(folder))
    tokens = _defaults(folder) | stated_tokens(folder)
    ids = dict[str, int | None]()
    for name in ENDS:
        text = text_of(tokens.get(f"{name}_token"))
        number = tokenizer.token_to_id(text) if text else None
        ids[name] = number if number is not None else _stated_id(folder, f"{name}_token_id", tokenizer)
    return SpecialIds(**ids)


def _defaults(folder: Path) -> Json:
    """The ends that the tokenizer's class, or a lone SentencePiece model, brings."""
    if not (folder / TOKENIZER_CONFIG).exists() and not (folder / TOKENIZER_JSON).exists():
        rules = getattr(read_proto(folder), "trainer_spec", None)
        ends = {name: getattr(rules, f"{name}_piece", None) for name in ENDS if getattr(rules, f"{name}_id", -1) >= 0}
        return {f"{name}_token": text for name, text in ends.items()}
    named = str(read_model_json(folder / TOKENIZER_CONFIG).get("tokenizer_class") or "")
    return {**default_ends(named.removesuffix("Fast"))}


def _stated_id(folder: Path, name: str, tokenizer: Any) -> int | None:
    """The first id under a name in the model's configurations that is a token's."""
    for place in MODEL_CONFIGS:
        for number in stated_ids(folder / place, name):
            if number >= 0 and tokenizer.id_to_token(number) is not None:
                return number
    return None


def stated_ids(path: Path, name: str) -> list[int]:
    """The numbers that a model's configuration has under a name: none, one, or several.

    Raises RecipeError for anything else.
    """
    config = read_model_json(path)
    value = config.get(name)
    if value is None and isinstance(inner := config.get("text_config"), dict):
        value = inner.get(name)  # a model that also sees or hears
    numbers = [] if value is None else value if isinstance(value, list) else [value]
    if not all(type(number) is int for number in numbers):  # true and false are ints too
        raise RecipeError(
            f"{path} has {name} = {value!r}, which must be a whole number, a list of such, or null. Correct it, or "
            "fetch the base again."
        )
    return numbers


ID_FIELDS = ("bos_token_id", "eos_token_id", "pad_token_id")
"""Fields with the ids of tokens around a text, in a model's configurations."""
EOS_FIELD = "eos_token_id"


def find_id_problems(
    config: Mapping[str, Any], generation: Mapping[str, Any], tokenizer: Mapping[str, int | None], size: int
) -> list[str]:
    """Find what is wrong with the ids of beginnings and ends in a vocabulary of `size`; all three are mappings from
    ID_FIELDS.

    The end that documents have in training, the tokenizer's, must be among those that generation stops at: the ones of
    the generation settings or, where these name none, of the configuration.
    """
    # transformers stops at those of the generation settings, and looks into the configuration without them only.
    stops = as_list(generation.get(EOS_FIELD)) or as_list(config.get(EOS_FIELD))
    end = tokenizer.get(EOS_FIELD)
    problems = []
    if end is None and not stops:
        problems.append(f"states no {EOS_FIELD}, so generation never ends")
    elif end is not None and stops and end not in stops:
        place = GENERATION if as_list(generation.get(EOS_FIELD)) else CONFIG
        problems.append(f"contradicts itself about {EOS_FIELD}: {place} {_show_ids(stops)}, the tokenizer {end}")
    for place, settings in ((CONFIG, config), (GENERATION, generation)):
        for name in ID_FIELDS:
            if any(number >= size for number in as_list(settings.get(name))):
                problems.append(
                    f"has a {name} outside its vocabulary of {size}: {place} {_show_ids(as_list(settings[name]))}"
                )
    return problems


def as_list(value: int | Sequence[int] | None) -> list[int]:
    """The ids of a setting. Llama 3 states several ends, of which the tokenizer knows one; below 0 is none."""
    listed = [] if value is None else [value] if isinstance(value, int) else value
    return [number for number in listed if number >= 0]


def _show_ids(ids: list[int]) -> str:
    return str(ids if len(ids) > 1 else ids[0])
