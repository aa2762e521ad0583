"""Checks of a base's tokenizer before anything is done with it: it needs an end of text, ids that the model has, and
text that comes back."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from emma.errors import EmmaError
from emma.models.byte_letters import ALPHABET, find_missing_letters
from emma.models.folder import read_model_json
from emma.models.round_trip import ROUND_TRIP_TEXTS, find_unseen, round_trip
from emma.models.special_ids import MODEL_CONFIGS, special_ids, stated_ids
from emma.models.tokenizer_class import TOKENIZER_CONFIG, TOKENIZER_JSON, Table
from emma.models.tokenizer_file import (
    BYTE_LEVEL,
    EXPANDABLE,
    open_table,
    read_tokenizer_table,
    switch_off,
    tokenizer_kind,
)


@dataclass(frozen=True)
class Findings:
    """Findings about a tokenizer, one sentence each with what to do about it."""

    problems: list[str] = field(default_factory=list)
    """Findings that stop a run."""
    notes: list[str] = field(default_factory=list)
    """Findings that do not stop a run."""


def find_tokenizer_problems(folder: Path, new_pieces: int = 0) -> Findings:
    """Find what is wrong with the tokenizer of a base that is to get `new_pieces` pieces. Needs no torch."""
    findings = Findings()
    try:
        if not _is_code(folder, findings):
            _check(folder, findings, new_pieces)
    except EmmaError as error:
        findings.problems.append(str(error))
    return findings


def _check(folder: Path, findings: Findings, new_pieces: int) -> None:
    table, off = switch_off(read_tokenizer_table(folder))
    base = _Base(folder, table)
    for check in (_check_ends, _check_ids, _check_rows, _check_texts):
        check(base, findings)
    if tokenizer_kind(table) == BYTE_LEVEL:
        findings.notes.extend(note_missing_bytes(table, new_pieces))
    if off:
        findings.notes.append(f"its tokenizer has {', '.join(sorted(off))} switched on, which will be off")
    if new_pieces and (kind := tokenizer_kind(table)) not in EXPANDABLE:
        findings.problems.append(not_expandable(folder, kind))


def note_missing_bytes(table: Table, new_pieces: int) -> Iterator[str]:
    """The note on bytes that a byte-level tokenizer has no piece for, if there are any."""
    if letters := find_missing_letters(table["model"]["vocab"]):
        listed = ", ".join(f"0x{ALPHABET[letter]:02X}" for letter in letters[:10])
        then = "the first new pieces are these" if new_pieces else "with vocab.new_pieces the first are these"
        yield (
            f"its tokenizer has no piece for {len(letters)} of the bytes that text can hold ({listed}"
            f"{', …' if letters[10:] else ''}) and leaves them out; {then}"
        )


def not_expandable(folder: Path, kind: str) -> str:
    """The message about a tokenizer that cannot take pieces."""
    return (
        f"The tokenizer in {folder} is of a kind that cannot be expanded: {kind}. Pieces are added "
        "to BPE with byte fallback (Llama 1 and 2, Mistral, Gemma) and to byte-level BPE (GPT-2, Llama 3, Qwen). "
        "Choose such a base, or set vocab.new_pieces = 0 to keep this one's vocabulary, or leave `base` out to start "
        "from scratch."
    )


@dataclass(frozen=True)
class _Base:
    """A base's tokenizer, opened once for all checks."""

    folder: Path
    table: Table

    @cached_property
    def tokenizer(self) -> Any:
        return open_table(self.table)

    @cached_property
    def ids(self) -> list[int]:
        return sorted(self.tokenizer.get_vocab().values())


def count_rows(folder: Path) -> int | None:
    """The rows that a model's config.json says it has."""
    return next(iter(stated_ids(folder / "config.json", "vocab_size")), None)


def count_without_rows(folder: Path, ids: list[int]) -> int:
    """Count the ids of a tokenizer that the base has no row for, by its config.json."""
    rows = count_rows(folder)
    return 0 if rows is None else sum(number >= rows for number in ids)


def _is_code(folder: Path, findings: Findings) -> bool:
    """Whether the tokenizer is nothing but code of its own, which EMMA does not run."""
    if not read_model_json(folder / TOKENIZER_CONFIG).get("auto_map"):
        return False
    if (folder / TOKENIZER_JSON).exists():
        findings.notes.append(
            f"{folder / TOKENIZER_CONFIG} names code of its own (auto_map), which is not run and not released: "
            f"{TOKENIZER_JSON} is used."
        )
        return False
    findings.problems.append(
        f"The tokenizer in {folder} is code of its own (auto_map in {TOKENIZER_CONFIG}), which EMMA does not run: "
        f"save a {TOKENIZER_JSON} with that code first, or choose another base."
    )
    return True


def _check_ends(base: _Base, findings: Findings) -> None:
    """Check that a text has an end."""
    if special_ids(base.folder, base.tokenizer).eos is None:
        findings.problems.append(
            f"Nothing in {base.folder} says which token ends a text, so what is generated would never end: name an "
            f"eos_token of the tokenizer in {TOKENIZER_CONFIG}, or its eos_token_id in config.json."
        )


def _check_ids(base: _Base, findings: Findings) -> None:
    """Check that special ids in the model's configurations have rows, or at least tokens, and agree with the
    tokenizer."""
    size = max(count_rows(base.folder) or 0, 1 + max(base.ids, default=-1))
    own = vars(special_ids(base.folder, base.tokenizer))
    for place in MODEL_CONFIGS:
        for name in ("bos", "eos", "pad"):
            ids, own_id = stated_ids(base.folder / place, f"{name}_token_id"), own.get(name)
            where = f"{base.folder / place} has the {name}_token_id"
            if outside := [number for number in ids if number >= size]:
                findings.problems.append(
                    f"{where} {outside[0]}, outside the vocabulary of {size}: correct it, or take it out where there "
                    "is no such token."
                )
            elif any(number < 0 for number in ids):
                findings.notes.append(f"{where} {min(ids)}: it is taken for none.")
            elif ids and own_id is not None and own_id not in ids:
                token = base.tokenizer.id_to_token(own_id)
                findings.notes.append(f"{where} {ids[0]}, but the tokenizer says {own_id} ({token}), which is used.")


def _check_rows(base: _Base, findings: Findings) -> None:
    """Note the tokens that have no row in the model: adapt gives them some."""
    if count := count_without_rows(base.folder, base.ids):
        findings.notes.append(
            f"{count} tokens of {base.folder} have no row in the model, which has {count_rows(base.folder)}: adapt "
            "gives them rows."
        )


def _check_texts(base: _Base, findings: Findings) -> None:
    """Check that nothing in the fixed texts is lost.

    A base whose tokenizer alters text has always done so, but text that the model never gets cannot be counted in
    bytes.
    """
    for text in ROUND_TRIP_TEXTS:
        if lost := find_unseen(base.table, base.tokenizer, text):
            findings.problems.append(
                f"The tokenizer in {base.folder} has nothing for {lost!r} in {text!r}, which the model would never see "
                "while its bytes are counted: choose a base with byte fallback or byte-level BPE, or leave `base` out "
                "to start from scratch."
            )
            return
    changed = {text: back for text in ROUND_TRIP_TEXTS if (back := round_trip(base.tokenizer, text)) != text}
    for text, back in list(changed.items())[:1]:
        findings.notes.append(
            f"The tokenizer in {base.folder} turns {text!r} into {back!r}, and alters {len(changed)} of "
            f"{len(ROUND_TRIP_TEXTS)} such texts; documents that it alters are listed by evaluate (altered.parquet)."
        )
