"""The goal in words (`Swahili, Hausa and English`), and settings of a run that fit it and the text that was seen."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from emma.errors import LanguageError
from emma.lang.language import ENGLISH, Lang
from emma.lang.macro import macrolanguage_of
from emma.pipeline.draft.languages import resolve_answer
from emma.pipeline.draft.sources import Draft, DraftSource

BYTES_PER_TOKEN = 3.0
"""UTF-8 bytes of a token, in a vocabulary that has grown: less than English has, so that the plan asks for no more than
there is."""
EPOCHS = 2
"""Number of times that the text is seen by the plan that is proposed."""
REPLAY = 0.1
"""Share of English in the mix, where there is some, so that the base does not forget it."""
MIN_TOKENS, MAX_TOKENS = 50_000, 50_000_000_000
STEPS = 2_000
"""Updates of the model that a training is divided into, about."""
MIN_BATCH, MAX_BATCH = 2_048, 1 << 21
"""Tokens of an update."""
BYTES_PER_PIECE = 4_000
"""UTF-8 bytes of text from which one more piece of the vocabulary pays, about."""
MAX_PIECES = 32_000
TRAINED_SHARE = 0.8
"""Share of the text that is left after duplicates, the quality rules and held-out text, at a careful guess."""
JOINTS = re.compile(r"\s*(?:[,;/+&]|\band\b|\bund\b|\bet\b|\by\b|\be\b|\bna\b)\s*", re.IGNORECASE)


@dataclass
class Goal:
    """The languages that a person wants."""

    labels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By the name that was written: the labels of the text that is in it."""
    missing: dict[str, str] = field(default_factory=dict)
    """Names of languages of which no text was seen, each with its label."""


def read_goal(words: str, seen: Counter[str]) -> Goal:
    """Read the goal; `seen` has the bytes of each label that was seen. LanguageError for what is no language."""
    goal = Goal()
    for name, wanted in read_wanted(words).items():
        if found := [label for label in sorted(seen) if is_wanted(Lang.parse(label).iso639_3, wanted)]:
            goal.labels[name] = tuple(found)
        else:
            goal.missing[name] = wanted.label
    return goal


def read_wanted(words: str) -> dict[str, Lang]:
    """The languages that are wanted, by the names that were written. LanguageError for what is no language."""
    names = filter(None, (part.strip(" .") for part in JOINTS.split(words)))
    try:
        return {name: resolve_answer(name).lang for name in names}
    except LanguageError as error:
        raise LanguageError(f"--goal: {error}") from None


def is_wanted(iso: str, wanted: Lang) -> bool:
    """Whether a language (ISO 639-3) is the one that is wanted, its macrolanguage, or a member of it."""
    family = (wanted.iso639_3, macrolanguage_of(wanted.iso639_3))
    return iso in family or macrolanguage_of(iso) == wanted.iso639_3


def count_seen(sources: Sequence[DraftSource]) -> Counter[str]:
    """Estimate the UTF-8 bytes of text of each label in all files, from the samples."""
    counts: Counter[str] = Counter()
    for source in sources:
        total = estimate_bytes(source)
        languages = source.sample.languages
        for label, size in languages.items():
            counts[label] += round(total * size / max(1, languages.total()))
    return counts


def estimate_bytes(source: DraftSource) -> int:
    """Estimate the UTF-8 bytes of text in all files of a source."""
    sample = source.sample
    per_char = sample.text_bytes / max(1, sample.text_chars)
    return round(sample.passed_chars * per_char * source.scale)


def choose_settings(draft: Draft, goal: Goal, base: str, sequence_length: int = 0) -> Mapping[str, Mapping[str, Any]]:
    """Settings of the sections after collect, for a base and the languages of the goal, or of all text."""
    seen = count_seen(draft.ready)
    labels = sorted({label for found in goal.labels.values() for label in found})
    sections: dict[str, dict[str, Any]] = {}
    if labels:
        replayed = [ENGLISH.label] if base and ENGLISH.label in seen and ENGLISH.label not in labels else []
        sections["curate"] = {"languages": [*labels, *replayed]}
    if not base:
        return sections
    size = sum(count for label, count in seen.items() if not labels or label in labels) * TRAINED_SHARE
    tokens = int(min(MAX_TOKENS, max(MIN_TOKENS, EPOCHS * size / BYTES_PER_TOKEN)))
    length = sequence_length or (256 if tokens < 5_000_000 else 1_024)
    sections["vocab"] = {"new_pieces": min(MAX_PIECES, int(size / BYTES_PER_PIECE) // 100 * 100)}
    sections["mix"] = {"tokens": _round(tokens), "sequence_length": length, "allow_short": True}
    if ENGLISH.label in seen:
        sections["mix"]["replay"] = {ENGLISH.label: REPLAY}
    sections["train"] = {"batch_tokens": _choose_batch(tokens, length)}
    return sections


def _round(tokens: int) -> int:
    """Two digits, and zeros."""
    digits = str(tokens)
    return int(digits[:2]) * int("1" + "0" * max(0, len(digits) - 2))


def _choose_batch(tokens: int, length: int) -> int:
    """A power of two near what STEPS updates would need."""
    size = max(MIN_BATCH, 4 * length)
    while size < MAX_BATCH and 2 * size * STEPS <= tokens:
        size *= 2
    return size
