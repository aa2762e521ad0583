"""Documents to look at: drawn by chance, or from the middle of what a rule removed."""

from collections.abc import Iterable, Sequence
from typing import Any

from emma.inspect.audit.scan import Found
from emma.pipeline.corpus import Corpus

EXAMPLES = 3
TEXT = 400
"""Characters of a text that are kept."""
COLUMNS = ("id", "source", "lang", "text", "lang2", "text2")


def middle(corpus: Corpus, samples: Sequence[Found], feature: str) -> list[dict[str, Any]]:
    """Examples whose value of a feature is neither the worst nor the mildest, with that value."""
    ranked = sorted(samples, key=lambda each: (each.values[feature], each.order))
    start = max(0, (len(ranked) - EXAMPLES) // 2)
    chosen = ranked[start : start + EXAMPLES]
    shown = look_up(corpus, chosen)
    return [{**row, "value": each.values[feature]} for row, each in zip(shown, chosen, strict=True)]


def examples(corpus: Corpus, samples: Iterable[Found], most: int = EXAMPLES) -> list[dict[str, Any]]:
    """Examples drawn by chance: those whose hashed ids are smallest."""
    return look_up(corpus, sorted(samples, key=lambda each: each.order)[:most])


def look_up(corpus: Corpus, chosen: Sequence[Found]) -> list[dict[str, Any]]:
    """Id and text of documents; long texts are cut."""
    rows = corpus.rows([each.place for each in chosen], COLUMNS)
    return [{**row, "text": row["text"][:TEXT], "text2": row["text2"] and row["text2"][:TEXT]} for row in rows]
