"""The folder of a tokenizer: reading a base's, and writing an expanded one with the facts about it."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import orjson

from emma.errors import RecipeError
from emma.models import sentencepiece as spm
from emma.models.check_tokenizer import count_without_rows, not_expandable
from emma.models.folder import Json, read_model_json
from emma.models.round_trip import altered_texts
from emma.models.special_ids import special_ids
from emma.models.tokenizer_class import ADDED_TOKENS
from emma.models.tokenizer_class import SPECIAL_TOKENS_MAP as MAP
from emma.models.tokenizer_class import TOKENIZER_CONFIG as CONFIG
from emma.models.tokenizer_class import TOKENIZER_JSON as JSON
from emma.models.tokenizer_file import (
    BYTE_FALLBACK,
    BYTE_LEVEL,
    open_table,
    open_tokenizer,
    read_proto,
    read_tokenizer_table,
    switch_off,
    tokenizer_kind,
)
from emma.store.files import join_inside, write_json
from emma.vocab.bpe import BpeTokenizer, ByteLevelTokenizer, with_added_tokens
from emma.vocab.config import VocabConfig
from emma.vocab.configuration import (
    PLAIN_CLASS,
    find_implied_fields,
    has_usable_class,
    list_changes,
    read_config,
    state_prefix_space,
    unify_special_tokens,
)
from emma.vocab.llama import SPECIAL_TOKENS, LlamaTokenizer, from_sentencepiece, is_plain, serialise_model

FACTS_FILE = "vocab.json"
KEPT_FILES = (MAP, ADDED_TOKENS, "chat_template.jinja", "chat_template.json", "additional_chat_templates")
"""What lies beside the base's tokenizer and stays: the flags of its tokens, and how a chat is written."""
OTHER_FORMS = (
    spm.MODEL_FILE, "vocab.json", "merges.txt", "vocab.txt", "tekken.json", "spiece.model", "sentencepiece.bpe.model",
)  # fmt: skip
"""Other forms of the base's vocabulary, which say nothing of new pieces."""


@dataclass(frozen=True)
class OtherTokenizer(BpeTokenizer):
    """A tokenizer that can be used as it is, but not expanded."""

    name: str = ""
    """Name of its kind."""

    @cached_property
    def pieces(self) -> list[str]:
        vocab = self.open().get_vocab()
        pieces = [""] * (1 + max(vocab.values()))
        for piece, number in vocab.items():
            pieces[number] = piece
        return pieces


def load_tokenizer(folder: Path) -> BpeTokenizer:
    """The tokenizer of a model folder. Raises RecipeError when there is none that can be read."""
    table, _ = switch_off(read_tokenizer_table(folder))
    kind = tokenizer_kind(table)
    if kind not in (BYTE_LEVEL, BYTE_FALLBACK):
        return OtherTokenizer(table, kind)
    table = with_added_tokens(table)
    if kind == BYTE_LEVEL:
        return ByteLevelTokenizer(table)
    proto = read_proto(folder)
    if is_plain(table) and spm.has_same_pieces(table, proto):
        return from_sentencepiece(table, proto)
    return LlamaTokenizer(table)


def load_expandable(folder: Path) -> BpeTokenizer:
    """The tokenizer of a model folder, as `load_tokenizer`. Raises RecipeError also when it cannot be expanded."""
    tokenizer = load_tokenizer(folder)
    if not isinstance(tokenizer, OtherTokenizer):
        return tokenizer
    raise RecipeError(not_expandable(folder, tokenizer.name))


def write_tokenizer(tokenizer: BpeTokenizer, base: Path | None, folder: Path, *, is_expanded: bool) -> None:
    """Write a folder that `AutoTokenizer.from_pretrained` loads, and all that the base says of its tokenizer with it.

    Unless it was expanded, the base's files are taken as they are, but for what `configuration.CHANGES` names. Where
    SentencePiece can do the same, `tokenizer.model` lies beside an expanded `tokenizer.json`; a base's that cannot is
    left out then, since it would be another vocabulary.
    """
    folder.mkdir()
    if base is not None:
        for name in (*KEPT_FILES, *(() if is_expanded else OTHER_FORMS)):
            copy_file(base, name, folder)
    if is_expanded or base is None or not _is_stated_in_full(base):
        table = tokenizer.table if is_expanded or base is None else switch_off(read_tokenizer_table(base))[0]
        open_table(table).save(str(folder / JSON))
    else:
        copy_file(base, JSON, folder)
    _write_config(_build_config(tokenizer, base), base, folder)
    if is_expanded and isinstance(tokenizer, LlamaTokenizer) and tokenizer.scores is not None:
        model = serialise_model(tokenizer.proto, tokenizer.pieces, tokenizer.scores, tokenizer.added_tokens)
        (folder / spm.MODEL_FILE).write_bytes(model)


def copy_file(base: Path, name: str, folder: Path) -> None:
    """Copy a file or folder of the base, if it has one. What is copied is published, so links must not lead out."""
    path, target = join_inside(base, name, f"The base {base}", error=RecipeError), folder / name
    # Folders such as chat templates are copied whole, so every file in them is looked at.
    for nested in path.rglob("*"):
        join_inside(base, nested.relative_to(base).as_posix(), f"The base {base}", error=RecipeError)
    if path.is_dir():
        shutil.copytree(path, target)
    elif path.exists():
        shutil.copyfile(path, target)


def _is_stated_in_full(base: Path) -> bool:
    """Whether the base's own `tokenizer.json` says what its tokenizer does, and nothing that is to be switched off."""
    if not (base / JSON).exists():
        return False
    stated = orjson.loads(open_table(read_model_json(base / JSON)).to_str())
    return bool(switch_off(read_tokenizer_table(base)) == (stated, {}))


def _write_config(config: Json, base: Path | None, folder: Path) -> None:
    """Write what is said of the tokenizer, by a class that reads `tokenizer.json` as it is."""
    if flags := read_model_json(folder / MAP):
        write_json(folder / MAP, unify_special_tokens(flags), sort_keys=True, end="")
    config = state_prefix_space(config, read_model_json(folder / JSON))
    write_json(folder / CONFIG, unify_special_tokens(config), sort_keys=True, end="")
    # Asked of the files as they are now: only transformers itself shows what a class makes of them.
    usable = has_usable_class(folder)
    if base is not None and (not usable or list_switched_off(base)):
        config = find_implied_fields(base) | config
    config = config if usable else config | {"tokenizer_class": PLAIN_CLASS}
    write_json(folder / CONFIG, unify_special_tokens(config), sort_keys=True, end="")


def _build_config(tokenizer: BpeTokenizer, base: Path | None) -> Json:
    if base is not None and ((base / CONFIG).exists() or (base / JSON).exists()):
        return read_config(base)
    if base is None:
        return dict(zip(("unk_token", "bos_token", "eos_token"), SPECIAL_TOKENS, strict=True))
    rules = tokenizer.proto.trainer_spec if isinstance(tokenizer, LlamaTokenizer) else None
    ids = {name: getattr(rules, f"{name}_id", -1) for name in ("unk", "bos", "eos")}
    return {f"{name}_token": getattr(rules, f"{name}_piece") for name, number in ids.items() if number >= 0}


def write_vocabulary_facts(
    tokenizer: BpeTokenizer, before: BpeTokenizer, section: VocabConfig, out: Path, base: Path | None
) -> None:
    """Write `vocab.json`.

    `pieces_base` and `size` count ids before and after; `rows` is how many rows the model's embeddings and head are
    to have, `size` brought up to a multiple of `pad_to` where it grew; `without_rows` counts tokens of the base that
    its model has no row for; `canonical` is the file that decides, from which the other follows where there are two.
    `special` are the tokens around a text (`first` stands before it), `switched_off` is what the base's tokenizer
    would have done on its own, and `changed` what else is not as the base has it; `altered` are texts that the base's
    tokenizer does not give back, and what becomes of them.
    """
    size, folder = len(tokenizer.pieces), out / "tokenizer"
    by_model = tokenizer.joins_by_piece and not (base is not None and not section.new_pieces and (base / JSON).exists())
    facts: Json = {
        "pieces_base": len(before.pieces),
        "size": size,
        "rows": size if size == len(before.pieces) else -(-size // section.pad_to) * section.pad_to,
        "without_rows": count_without_rows(base, _used_ids(before.pieces)) if base is not None else 0,
        "kind": tokenizer.name if isinstance(tokenizer, OtherTokenizer) else tokenizer.kind,
        "method": section.method,
        "canonical": spm.MODEL_FILE if by_model else JSON,
        "special": _find_special_tokens(folder if base is None else base),
        "switched_off": list_switched_off(base),
        "changed": list_changes(base, folder) if base is not None else {},
        "altered": altered_texts(base) if base is not None else {},
    }
    write_json(out / FACTS_FILE, facts, end="")


def _used_ids(pieces: Sequence[str]) -> list[int]:
    return [number for number, piece in enumerate(pieces) if piece]


def _find_special_tokens(folder: Path) -> dict[str, Json | None]:
    """The tokens around a text, looked up in the base: a model's configuration is not beside the new tokenizer."""
    tokenizer = open_tokenizer(folder)
    ids = special_ids(folder, tokenizer)
    named = {"bos": ids.bos, "eos": ids.eos, "first": ids.prefix}
    return {
        name: None if number is None else {"id": number, "token": tokenizer.id_to_token(number)}
        for name, number in named.items()
    }


def list_switched_off(base: Path | None) -> Json:
    """Truncation, padding and dropout that the base's tokenizer has, and the new one has not."""
    return switch_off(read_tokenizer_table(base))[1] if base is not None else {}
