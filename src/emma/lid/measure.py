"""Measure a model: how good it is by language and in all, and which languages it takes for one another."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

import pyarrow as pa

from emma.lid.labels import labels_agree
from emma.lid.model import Model

Counts = Mapping[tuple[str, str | None], int]
"""Lines by declared label and by predicted one, None where the model predicted nothing."""

LANGUAGES = pa.schema(
    [
        ("lang", pa.string()),
        ("known", pa.bool_()),  # whether the model has a label for it
        ("lines", pa.int64()),  # measured
        ("precision", pa.float64()),  # null when the model never said it
        ("recall", pa.float64()),  # null when the model does not know it
        ("f1", pa.float64()),  # null when the model does not know it
    ]
)

CONFUSIONS = pa.schema(
    [
        ("lang", pa.string()),
        ("said", pa.string()),  # what the model took it for; null when it said nothing
        ("lines", pa.int64()),
        ("share", pa.float64()),  # of the language's lines
    ]
)


class Means(TypedDict):
    """Means over the languages that a model knows."""

    languages: int
    languages_known: int
    lines: int
    """Lines in the languages that the model knows."""
    macro_f1: float | None
    accuracy: float | None


@dataclass(frozen=True)
class Accuracy:
    """The accuracy of a model by language, and its confusions."""

    languages: pa.Table
    """LANGUAGES, by label."""
    confusions: pa.Table
    """CONFUSIONS, the most lines first."""

    @property
    def means(self) -> Means:
        """Means over the languages that the model knows; accuracy over the lines in them."""
        rows = [row for row in self.languages.to_pylist() if row["known"]]
        lines = sum(row["lines"] for row in rows)
        right = sum(row["lines"] * row["recall"] for row in rows)
        return {
            "languages": self.languages.num_rows,
            "languages_known": len(rows),
            "lines": lines,
            "macro_f1": round(sum(row["f1"] for row in rows) / len(rows), 4) if rows else None,
            "accuracy": round(right / lines, 4) if rows else None,
        }


def measure_model(model: Model, lines: pa.Table) -> Accuracy:
    """Identify lines (LINES) and compare with their labels.

    A macrolanguage for its member, or the other way round, is right (see `labels_agree`). Lines of languages that the
    model does not know are listed among the confusions, and count against no language.
    """
    labels, _ = model.identify_column(lines["text"], k=1)
    pairs = zip(lines["lang"].to_pylist(), labels.to_pylist(), strict=True)
    counts = Counter((lang, labels[0] if labels else None) for lang, labels in pairs)
    langs = sorted({lang for lang, _ in counts})
    known = {lang for lang in langs if any(labels_agree(lang, label) for label in model.known)}
    return Accuracy(_language_rows(counts, langs, known), _confusion_rows(counts))


def _language_rows(counts: Counts, langs: list[str], known: set[str]) -> pa.Table:
    lines, right, claimed = Counter[str](), Counter[str](), Counter[str]()
    for (lang, predicted), count in counts.items():
        lines[lang] += count
        if predicted and labels_agree(lang, predicted):
            right[lang] += count
            claimed[lang] += count
        elif predicted and lang in known:
            # A macrolanguage claims the lines of each of its members, all of which it would be right for.
            claimed.update({other: count for other in known if labels_agree(other, predicted)})
    rows = [
        {
            "lang": lang,
            "known": lang in known,
            "lines": lines[lang],
            "precision": right[lang] / claimed[lang] if claimed[lang] else None,
            "recall": right[lang] / lines[lang] if lang in known else None,
            "f1": 2 * right[lang] / (lines[lang] + claimed[lang]) if lang in known else None,
        }
        for lang in langs
    ]
    return pa.Table.from_pylist(rows, LANGUAGES)


def _confusion_rows(counts: Counts) -> pa.Table:
    lines = Counter[str]()
    for (lang, _), count in counts.items():
        lines[lang] += count
    wrong = [
        (-count, lang, predicted or "")
        for (lang, predicted), count in counts.items()
        if not (predicted and labels_agree(lang, predicted))
    ]
    rows = [
        {"lang": lang, "said": predicted or None, "lines": -count, "share": -count / lines[lang]}
        for count, lang, predicted in sorted(wrong)
    ]
    return pa.Table.from_pylist(rows, CONFUSIONS)
