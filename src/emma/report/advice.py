"""What would help a language most: rules from what was counted and measured of it to a sentence, with the reason.

Each rule says one thing that a person can do. They stand in the order in which they pay: wrong labels spoil whatever
else is done, then comes text, then what text costs, then knowing it better. Borders are rough, and named here alone.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from emma.report.languages import LanguageRow
from emma.ui.numerals import format_bytes, format_count, format_decimal, format_share

ADVISED = 3
"""Pieces of advice that are shown of a language at most."""
FEW_TEST_DOCUMENTS = 30
"""Below so many, an interval over documents is wide."""
LITTLE_TEXT = 1_000_000
"""Bytes of training text, some 150,000 words, below which more text helps more than anything else."""
MANY_EPOCHS = 4.0
"""Repetitions that are worth nearly as much as new text (Muennighoff et al. 2023, arXiv 2305.16264, section 5)."""
DEAR = 1.5
"""Times the tokens of English, for the same content, from which more pieces pay."""
MANY_COPIES = 0.4
"""Share of documents dropped as copies."""
MANY_DROPPED = 0.3
"""Share of documents dropped by rules of quality."""
MANY_DOUBTED = 0.1
"""Share of documents in another script, or not taken for the language."""
LABEL_REASONS = ("label_script_share", "lid_score")
"""Beginnings of the reasons that doubt the label."""


@dataclass(frozen=True)
class Advice:
    """What to do, and why."""

    what: str
    why: str


@dataclass(frozen=True)
class LanguageCase:
    """Everything that the rules look at."""

    row: LanguageRow
    drops: dict[str, int]
    """Documents dropped, by reason."""
    premium: float | None
    """Bytes that the language needs for what English says in one; None where that is a guess."""
    english: float | None
    """Tokens per byte of English."""

    def share_of(self, reasons: Sequence[str]) -> float:
        """Share of the collected documents that were dropped for reasons with these beginnings."""
        dropped = sum(count for reason, count in self.drops.items() if reason.startswith(tuple(reasons)))
        return dropped / self.row.documents if self.row.documents else 0.0

    @property
    def tokens_over_english(self) -> float | None:
        """Tokens for the same content as in English, over English's; None where that is not known."""
        tokens = self.row.tokens_per_byte
        if tokens is None or not self.english or self.premium is None:
            return None
        return tokens * self.premium / self.english


Rule = Callable[[LanguageCase], Advice | None]


def advise(case: LanguageCase) -> list[Advice]:
    """At most ADVISED pieces of advice, the most useful first; none for program code."""
    return [] if case.row.is_code else list(_find_advice(case))[:ADVISED]


def _find_advice(case: LanguageCase) -> Iterator[Advice]:
    yield from (advice for rule in RULES if (advice := rule(case)) is not None)


def _get_text(case: LanguageCase) -> Advice | None:
    row = case.row
    if row.train_bytes:
        return None
    why = "nothing of it was trained on" if row.documents else "it is tested only"
    return Advice("Text to train on", f"{why}; see what was dropped, or add a source.")


def _check_labels(case: LanguageCase) -> Advice | None:
    share = case.share_of(LABEL_REASONS)
    if share < MANY_DOUBTED:
        return None
    why = f"{format_share(share)} of its documents are in another script, or are not taken for it. Let a speaker look."
    return Advice("Cleaner labels", why)


def _explain_loss(case: LanguageCase) -> Advice | None:
    if not case.row.worse:
        return None
    what = "A larger share of the mix" if (case.row.epochs or 0) < MANY_EPOCHS else "Fewer epochs, or a lower rate"
    return Advice(what, "it got worse, and the interval is sure of that: others were learnt at its cost.")


def _test_more(case: LanguageCase) -> Advice | None:
    row = case.row
    if not row.measured:
        return Advice("Test documents", "there were too few documents to hold any out, so nobody knows what it gained.")
    if row.verdict == "unsure" or row.test_documents < FEW_TEST_DOCUMENTS:
        count = f"{format_count(row.test_documents)} test document{'s' if row.test_documents != 1 else ''}"
        sure = "leave open whether it gained" if row.verdict == "unsure" else "make a wide interval"
        return Advice("More test documents", f"{count} {sure}." if row.test_documents != 1 else f"{count} says little.")
    return None


def _train_more(case: LanguageCase) -> Advice | None:
    epochs = case.row.epochs
    if epochs is None or epochs >= 1:
        return None
    drawn = f"{format_share(epochs)} of its text was drawn" if epochs else "none of its text was drawn"
    return Advice("Longer training, or a larger share of it", f"{drawn}.")


def _add_text(case: LanguageCase) -> Advice | None:
    row = case.row
    if not row.train_bytes or (row.train_bytes >= LITTLE_TEXT and (row.epochs or 0) <= MANY_EPOCHS):
        return None
    why = f"{format_bytes(row.train_bytes)} is all there is"
    if (row.epochs or 0) > MANY_EPOCHS:
        why += f", seen {format_decimal(row.epochs, 1)} times; beyond {MANY_EPOCHS:g} times, repeating adds little"
    return Advice("More text", f"{why}.")


def _add_sources(case: LanguageCase) -> Advice | None:
    share = case.row.duplicate_share or 0.0
    if share < MANY_COPIES:
        return None
    return Advice(
        "Other sources", f"{format_share(share)} of its documents are copies of others: more of the same adds none."
    )


def _check_rules(case: LanguageCase) -> Advice | None:
    doubted = case.share_of(LABEL_REASONS)
    share = (case.row.dropped_share or 0.0) - (case.row.duplicate_share or 0.0) - doubted
    if share < MANY_DROPPED:
        return None
    return Advice(
        "A look at the rules", f"{format_share(share)} of its documents were dropped for their quality; see which."
    )


def _add_pieces(case: LanguageCase) -> Advice | None:
    times = case.tokens_over_english
    if times is None or times < DEAR:
        return None
    why = f"the same content takes {format_decimal(times, 1)} times the tokens of English."
    return Advice("More pieces in the vocabulary", why)


RULES: Sequence[Rule] = (
    _get_text,
    _check_labels,
    _explain_loss,
    lambda case: _train_more(case) or _add_text(case),  # more text helps nothing while some is not drawn
    _add_sources,
    _check_rules,
    _add_pieces,
    _test_more,
)
"""In the order of what pays most."""
