"""Special ids of a model folder: whether configuration, generation settings and tokenizer say the same.

The checkpoint that EMMA-500 published names `<unk>` as its bos and eos in its generation settings; generation then
never ends.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from emma.models.folder import CONFIG, GENERATION

NAMES = ("bos_token_id", "eos_token_id", "pad_token_id")
END = "eos_token_id"


def problems_of_ids(
    config: Mapping[str, Any], generation: Mapping[str, Any], tokenizer: Mapping[str, int | None], size: int
) -> list[str]:
    """What is wrong with the ids of beginnings and ends in a vocabulary of `size`; all three are mappings from NAMES.

    The end that documents have in training, the tokenizer's, must be among those that generation stops at: the ones of
    the generation settings or, where these name none, of the configuration.
    """
    stops = as_list(generation.get(END)) or as_list(config.get(END))
    end = tokenizer.get(END)
    found = []
    if end is None and not stops:
        found.append(f"states no {END}, so generation never ends")
    elif end is not None and stops and end not in stops:
        place = GENERATION if as_list(generation.get(END)) else CONFIG
        found.append(f"contradicts itself about {END}: {place} {_said(stops)}, the tokenizer {end}")
    for place, said in ((CONFIG, config), (GENERATION, generation)):
        for name in NAMES:
            if any(each >= size for each in as_list(said.get(name))):
                found.append(f"has a {name} outside its vocabulary of {size}: {place} {_said(as_list(said[name]))}")
    return found


def as_list(value: int | Sequence[int] | None) -> list[int]:
    """The ids of a setting. Llama 3 states several ends, of which the tokenizer knows one; below 0 is none."""
    listed = [] if value is None else [value] if isinstance(value, int) else value
    return [each for each in listed if each >= 0]


def _said(ids: list[int]) -> str:
    return str(ids if len(ids) > 1 else ids[0])
