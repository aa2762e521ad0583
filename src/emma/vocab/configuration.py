"""The configuration of a written tokenizer: the base's own, but for fields that must change, each with its reason."""

from pathlib import Path
from typing import Any

import orjson

from emma.models.folder import Json, read_model_json
from emma.models.round_trip import ROUND_TRIP_TEXTS
from emma.models.special_ids import special_ids
from emma.models.tokenizer_class import NAMED_TOKENS, Table, ends_agree, prefix_space, text_of
from emma.models.tokenizer_class import SPECIAL_TOKENS_MAP as MAP
from emma.models.tokenizer_class import TOKENIZER_CONFIG as CONFIG
from emma.models.tokenizer_class import TOKENIZER_JSON as JSON
from emma.models.tokenizer_file import open_table, open_tokenizer, pretrained, switch_off

PLAIN_CLASS = "PreTrainedTokenizerFast"
_SHARED_CLASSES = (
    "BloomTokenizer", "CodeGenTokenizer", "CohereTokenizer", "GPT2Tokenizer", "GPTNeoXTokenizer", "GemmaTokenizer",
    "LlamaTokenizer", "Qwen2Tokenizer",
)  # fmt: skip
"""Classes of decoders that transformers 4.57 and 5 both have, with or without Fast."""
_STEPS = ("normalizer", "pre_tokenizer", "decoder")
_PROBES = (*ROUND_TRIP_TEXTS, " a", "  a  b ", "a\n\n b\t", "12 345", "")
"""Texts in which tokenizers differ that treat spaces, line breaks, digits or no text in another way."""


def unify_special_tokens(config: Json) -> Json:
    """A configuration that transformers 4 and 5 both read: the former has a list of extra tokens under another name,
    and under this one gives them names. Version 5 reads the names there too, but then no list."""
    config = dict(config)
    extra = config.get("extra_special_tokens")
    if isinstance(extra, list):
        del config["extra_special_tokens"]
        config["additional_special_tokens"] = [*config.get("additional_special_tokens", []), *extra]
    if config.get("model_specific_special_tokens") and not config.get("additional_special_tokens"):
        named = config.pop("model_specific_special_tokens")
        config["extra_special_tokens"] = named | config.get("extra_special_tokens", {})
    return config


def state_prefix_space(config: Json, table: Table) -> Json:
    """A configuration by which transformers 4 leaves the step that puts a space before a text as `tokenizer.json` has
    it: it sets the step right by `add_prefix_space`, which it takes for false where there is none."""
    stated = prefix_space(table)
    if stated is None or stated == bool(config.get("add_prefix_space")):
        return config
    return config | {"add_prefix_space": stated}


def has_usable_class(folder: Path) -> bool:
    """Whether the class that a written folder names does what its `tokenizer.json` says, in transformers 4 and 5."""
    config = read_model_json(folder / CONFIG)
    name = config.get("tokenizer_class") or ""
    if name.removesuffix("Fast") == "LlamaTokenizer" and config.get("add_prefix_space") is not None:
        return False  # transformers 4 then builds it from tokenizer.model
    if name == PLAIN_CLASS:
        return True
    return (
        name.removesuffix("Fast") in _SHARED_CLASSES
        and ends_agree(folder, read_model_json(folder / JSON))
        and _is_read_as_stated(folder)
    )


def _is_read_as_stated(folder: Path) -> bool:
    """Whether transformers 5 reads a written folder as it is stated."""
    if (opened := load_in_transformers(folder)) is None:
        return False
    read = opened.backend_tokenizer
    stated = open_table(switch_off(read_model_json(folder / JSON))[0])
    stated.encode_special_tokens = read.encode_special_tokens = False
    steps = [[orjson.loads(one.to_str())[name] for name in _STEPS] for one in (stated, read)]
    marks = [f"a {token.content} b" for token in stated.get_added_tokens_decoder().values()]
    ids = [[encoding.ids for encoding in one.encode_batch([*_PROBES, *marks])] for one in (stated, read)]
    same_pieces = read.get_vocab() == stated.get_vocab()  # some classes add tokens of their own
    return same_pieces and steps[0] == steps[1] and ids[0] == ids[1]


def load_in_transformers(folder: Path) -> Any:
    """The tokenizer as transformers loads it; None where this version cannot, for which it raises whatever it meets."""
    try:
        return pretrained(folder)
    except Exception:  # classes raise what they like on files of another shape
        return None


_PATHS = ("tokenizer_file", "vocab_file", "merges_file", "special_tokens_map_file")
_LOADED = ("is_local", "local_files_only", "backend")
_GAINED = "what transformers takes for granted for the base's class is written down, since the class may change"
_SPACES = (
    "with new pieces, where tokenizer.model decides: spaces as SentencePiece treats them; else the prefix space that "
    "tokenizer_config.json asks for"
)

CHANGES = {
    f"{JSON}: model.vocab": "new pieces, and the ids of added tokens, so that none is given out again",
    f"{JSON}: model.merges": "new pieces; in the order of their scores where tokenizer.model decides",
    f"{JSON}: model.dropout": "training would differ from run to run; merges are always carried out",
    f"{JSON}: truncation": "documents would be cut off where they are packed",
    f"{JSON}: padding": "documents would be filled up where they are packed",
    f"{JSON}: added_tokens": "tokens that only tokenizer_config.json names, at the ids that transformers gives them",
    f"{JSON}: normalizer": _SPACES,
    f"{JSON}: pre_tokenizer": _SPACES,
    f"{JSON}: decoder": _SPACES,
    f"{JSON}: post_processor": "what add_bos_token and add_eos_token say, which transformers 4 does for the base's "
    "class whatever tokenizer.json says, and 5 does not",
    f"{CONFIG}: tokenizer_class": "one that transformers 4 and 5 both have, and that gives the ids of tokenizer.json",
    f"{CONFIG}: clean_up_tokenization_spaces": "false: cleaning up is for English, and takes away the spaces that "
    "French puts before ! and ?",
    f"{CONFIG}: add_prefix_space": "as tokenizer.json has it, which transformers 4 overrules by this, false without it",
    f"{CONFIG}: auto_map": "names code that is not released",
    f"{CONFIG}: extra_special_tokens": "a list is called additional_special_tokens, which transformers 4 can read too",
    f"{CONFIG}: additional_special_tokens": "takes the list that transformers 5 calls extra_special_tokens",
    f"{CONFIG}: model_specific_special_tokens": "called extra_special_tokens, which transformers 4 can read too",
    f"{CONFIG}: eos_token": "where only other files name it: packing, evaluation and generation agree on the end",
    **{f"{CONFIG}: {name}": _GAINED for name in NAMED_TOKENS if name != "eos_token"},
    f"{CONFIG}: padding_side": _GAINED,
    f"{CONFIG}: truncation_side": _GAINED,
    **{f"{CONFIG}: {name}": "how the base was loaded when it was saved last" for name in _LOADED},
    **{f"{CONFIG}: {name}": "a path on the machine that saved the base" for name in _PATHS},
    f"{MAP}: extra_special_tokens": "a list is called additional_special_tokens, which transformers 4 can read too",
    f"{MAP}: additional_special_tokens": "takes the list that transformers 5 calls extra_special_tokens",
}
"""Every field of a tokenizer's files that the vocab stage may change, and why. All others are as the base has them."""


def read_config(base: Path) -> Json:
    """The base's `tokenizer_config.json`, with the end of a text where it leaves that to the model's configuration."""
    dropped = ("auto_map", *_LOADED, *_PATHS)
    config = {name: value for name, value in read_model_json(base / CONFIG).items() if name not in dropped}
    if not text_of(config.get("eos_token")):
        tokenizer = open_tokenizer(base)
        if (end := special_ids(base, tokenizer).eos) is not None:
            config["eos_token"] = tokenizer.id_to_token(end)
    return config | {"clean_up_tokenization_spaces": False}


def find_implied_fields(base: Path) -> Json:
    """Tokens and sides that transformers knows from the base's class, or from padding and truncation that are on."""
    stated = set(read_model_json(base / CONFIG)) | set(read_model_json(base / MAP))
    return {name: value for name, value in _list_known_fields(base).items() if name not in stated}


def _list_known_fields(base: Path) -> Json:
    """Tokens that the tokenizer has, and sides other than the usual one, as transformers loads the base."""
    if (loaded := load_in_transformers(base)) is None:
        return {}
    known = open_tokenizer(base)
    tokens = {name: loaded._special_tokens_map.get(name) for name in NAMED_TOKENS}
    tokens = {name: str(token) for name, token in tokens.items() if token and known.token_to_id(str(token)) is not None}
    sides = {name: getattr(loaded, name) for name in ("padding_side", "truncation_side")}
    return tokens | {name: side for name, side in sides.items() if side != "right"}


def list_changes(base: Path, folder: Path) -> dict[str, str]:
    """The fields in which the written files differ from the base's, and why."""
    fields = [*_list_changed_fields(base, folder)]
    for name in (CONFIG, MAP):
        before, after = read_model_json(base / name), read_model_json(folder / name)
        if before or name == MAP:
            fields += [f"{name}: {key}" for key in sorted(before | after) if before.get(key) != after.get(key)]
    return {name: CHANGES.get(name, "not foreseen: please report it") for name in fields}


def _list_changed_fields(base: Path, folder: Path) -> list[str]:
    """The fields in which the two `tokenizer.json` differ."""
    if not (base / JSON).exists():
        return []
    before, after = (_read_fields(place / JSON) for place in (base, folder))
    return [f"{JSON}: {key}" for key in sorted(before | after) if before.get(key) != after.get(key)]


def _read_fields(path: Path) -> Json:
    """The fields of a `tokenizer.json` as the library has them now, those of the model one by one."""
    from tokenizers import Tokenizer

    table: Json = orjson.loads(Tokenizer.from_file(str(path)).to_str())
    model = table.pop("model")
    return table | {f"model.{name}": value for name, value in model.items()}
