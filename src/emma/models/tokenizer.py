"""What a base's tokenizer must bring, told before anything is done rather than at a run's end: an end of text, ids that
the model has, and text that comes back."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from emma.errors import EmmaError
from emma.models.special_ids import SIDES, special_ids, stated_ids
from emma.models.tokenizer_file import (
    BYTES,
    CONFIG,
    JSON,
    Table,
    open_table,
    open_tokenizer,
    read_json,
    read_table,
    switch_off,
)
from emma.models.tokenizer_kinds import EXPANDABLE, kind_of, steps_of, words_of

ROUND_TRIP_TEXTS = (
    "The river was high that spring, and nobody crossed it.",
    "كان النهر عاليًا في ذلك الربيع.",
    "नदी में पानी बहुत था। क्\u200dष",
    "แม่น้ำสูงมากในฤดูใบไม้ผลินั้น",
    "ទឹកទន្លេឡើងខ្ពស់",
    "那年春天河水很高，没有人过河。",
    "ߒߞߏ ߦߋ߫ ߞߊ߲ ߘߌ߫",
    "ⵜⴰⵎⴰⵣⵉⵖⵜ ⵜⴳⴰ ⵜⵓⵜⵍⴰⵢⵜ",
    "ወንዙ ሞልቶ ነበር፡፡",
    "Odò náà kún; ẹnikẹ́ni kò lè rékọjá.",
    "def area(width, height):\n    return width * height\n",
    "მდინარე იმ გაზაფხულზე ადიდებული იყო.",
)
"""Fixed texts, in scripts that break tokenizers made for English."""


def round_trips(folder: Path) -> dict[str, str]:
    """ROUND_TRIP_TEXTS, and what each becomes when the tokenizer of a folder encodes and decodes it."""
    tokenizer = open_tokenizer(folder)
    return {text: _back(tokenizer, text) for text in ROUND_TRIP_TEXTS}


def altered(folder: Path) -> dict[str, str]:
    """Those of ROUND_TRIP_TEXTS that the tokenizer of a folder does not give back, and what they become."""
    return {text: back for text, back in round_trips(folder).items() if back != text}


def _back(tokenizer: Any, text: str) -> str:
    back: str = tokenizer.decode(tokenizer.encode(text, add_special_tokens=False).ids, skip_special_tokens=False)
    return back


@dataclass(frozen=True)
class Findings:
    """What was found about a tokenizer, one sentence each with what to do about it."""

    problems: list[str] = field(default_factory=list)
    """What stops a run."""
    notes: list[str] = field(default_factory=list)
    """What a run does not stop at."""


def problems_of_tokenizer(folder: Path, new_pieces: int = 0) -> Findings:
    """What is wrong with the tokenizer of a base that is to get so many pieces. Needs no torch."""
    found = Findings()
    try:
        if not _is_code(folder, found):
            _check(folder, found, new_pieces)
    except EmmaError as error:
        found.problems.append(str(error))
    return found


def _check(folder: Path, found: Findings, new_pieces: int) -> None:
    base = _Base(folder, switch_off(read_table(folder))[0])
    for check in (_check_ends, _check_ids, _check_rows, _check_texts):
        check(base, found)
    if new_pieces and (kind := kind_of(base.table)) not in EXPANDABLE:
        found.problems.append(not_expandable(folder, kind))


def not_expandable(folder: Path, kind: str) -> str:
    """What is said of a tokenizer that cannot take pieces."""
    return (
        f"The tokenizer in {folder} is of a kind that cannot be expanded: {kind}. Pieces are added "
        "to BPE with byte fallback (Llama 1 and 2, Mistral, Gemma) and to byte-level BPE (GPT-2, Llama 3, Qwen). "
        "Choose such a base, or set vocab.new_pieces = 0 to keep this one's vocabulary, or leave `base` out to start "
        "from scratch."
    )


@dataclass(frozen=True)
class _Base:
    folder: Path
    table: Table

    @cached_property
    def tokenizer(self) -> Any:
        return open_table(self.table)

    @cached_property
    def ids(self) -> list[int]:
        return sorted(self.tokenizer.get_vocab().values())

    @cached_property
    def rows(self) -> int | None:
        """The rows that the model says it has."""
        return next(iter(stated_ids(read_json(self.folder / "config.json"), "vocab_size")), None)


def without_rows(folder: Path, ids: list[int]) -> int:
    """How many of a tokenizer's ids the base has no row for, by its config.json."""
    rows = _Base(folder, {}).rows
    return 0 if rows is None else sum(number >= rows for number in ids)


def _is_code(folder: Path, found: Findings) -> bool:
    """Whether the tokenizer is nothing but code of its own, which EMMA does not run."""
    if not read_json(folder / CONFIG).get("auto_map"):
        return False
    if (folder / JSON).exists():
        found.notes.append(
            f"{folder / CONFIG} names code of its own (auto_map), which is not run and not released: {JSON} is used."
        )
        return False
    found.problems.append(
        f"The tokenizer in {folder} is code of its own (auto_map in {CONFIG}), which EMMA does not run: save a {JSON} "
        "with that code first, or choose another base."
    )
    return True


def _check_ends(base: _Base, found: Findings) -> None:
    if special_ids(base.folder, base.tokenizer).eos is None:
        found.problems.append(
            f"Nothing in {base.folder} says which token ends a text, so what is generated would never end: name an "
            f"eos_token of the tokenizer in {CONFIG}, or its eos_token_id in config.json."
        )


def _check_ids(base: _Base, found: Findings) -> None:
    """Special ids in the model's configurations are those of tokens or at least of rows, and say what the tokenizer
    says."""
    size, own = max(base.rows or 0, 1 + max(base.ids, default=-1)), vars(special_ids(base.folder, base.tokenizer))
    for place in SIDES:
        config = read_json(base.folder / place)
        for name in ("bos", "eos", "pad"):
            ids = stated_ids(config, f"{name}_token_id")
            if outside := [each for each in ids if each >= size]:
                found.problems.append(
                    f"{base.folder / place} has the {name}_token_id {outside[0]}, outside the vocabulary of {size}: "
                    "correct it, or take it out where there is no such token."
                )
            elif any(each < 0 for each in ids):
                found.notes.append(f"{base.folder / place} has the {name}_token_id {min(ids)}: it is taken for none.")
            elif ids and own.get(name) is not None and own[name] not in ids:
                found.notes.append(
                    f"{base.folder / place} has the {name}_token_id {ids[0]}, but the tokenizer says {own[name]} "
                    f"({base.tokenizer.id_to_token(own[name])}), which is used."
                )


def _check_rows(base: _Base, found: Findings) -> None:
    if count := without_rows(base.folder, base.ids):
        found.notes.append(
            f"{count} tokens of {base.folder} have no row in the model, which has {base.rows}: adapt gives them rows."
        )


def _check_texts(base: _Base, found: Findings) -> None:
    """A base whose tokenizer alters text has always done so; but what it never sees cannot be counted in bytes."""
    for text in ROUND_TRIP_TEXTS:
        if lost := _unknown(base, text):
            found.problems.append(
                f"The tokenizer in {base.folder} has nothing for {lost!r} in {text!r}, which the model would never see "
                "while its bytes are counted: choose a base with byte fallback or byte-level BPE, or leave `base` out "
                "to start from scratch."
            )
            return
    changed = {text: back for text in ROUND_TRIP_TEXTS if (back := _back(base.tokenizer, text)) != text}
    for text, back in list(changed.items())[:1]:
        found.notes.append(
            f"The tokenizer in {base.folder} turns {text!r} into {back!r}, and alters {len(changed)} of "
            f"{len(ROUND_TRIP_TEXTS)} such texts; documents that it alters are listed by evaluate (altered.parquet)."
        )


def _unknown(base: _Base, text: str) -> str:
    """The part of a text that becomes an unknown token, or nothing at all."""
    model = base.table["model"]
    unknown = base.tokenizer.token_to_id(model["unk_token"]) if model.get("unk_token") else model.get("unk_id")
    encoding = base.tokenizer.encode(text, add_special_tokens=False)
    for number, (begin, end) in zip(encoding.ids, encoding.offsets, strict=True):
        if number == unknown:
            return text[begin:end] or text
    falls_back = model.get("byte_fallback") and set(BYTES) <= set(model["vocab"])
    if model["type"] != "BPE" or unknown is not None or falls_back:
        return ""
    # Without an unknown token, BPE leaves out the characters that it has no piece for.
    around = [model.get(name) or "" for name in ("continuing_subword_prefix", "end_of_word_suffix")]
    have = set("".join(piece for piece in model["vocab"] if len(piece) <= 1 + sum(map(len, around))))
    words = words_of(steps_of(base.table), text)
    return "".join(char for word in words for char in word if char not in have)
