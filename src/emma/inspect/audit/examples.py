"""The texts that a sheet shows: drawn by chance, or from the middle of what a rule decided."""

from collections.abc import Iterable, Sequence

from emma.inspect.audit.records import Example
from emma.inspect.audit.scan import AuditSample
from emma.pipeline.corpus import Corpus

EXAMPLES = 3
MAX_CHARS = 400
"""Characters of a text that are shown."""
EXAMPLE_COLUMNS = ("id", "source", "lang", "text", "lang2", "text2")


def choose_middle(corpus: Corpus, samples: Sequence[AuditSample], feature: str) -> list[Example]:
    """Examples whose value of a feature is neither the worst nor the mildest, with that value.

    Among the worst any rule is right, and among the mildest any rule is wrong.
    """
    ranked = sorted(samples, key=lambda sample: (sample.values[feature], sample.order))
    start = max(0, (len(ranked) - EXAMPLES) // 2)
    chosen = ranked[start : start + EXAMPLES]
    examples = read_examples(corpus, chosen)
    for example, sample in zip(examples, chosen, strict=True):
        example["value"] = sample.values[feature]
    return examples


def draw_examples(corpus: Corpus, samples: Iterable[AuditSample], most: int = EXAMPLES) -> list[Example]:
    """Examples drawn by chance: those whose hashed ids are smallest."""
    return read_examples(corpus, sorted(samples, key=lambda sample: sample.order)[:most])


def read_examples(corpus: Corpus, chosen: Sequence[AuditSample]) -> list[Example]:
    """Id and text of documents; long texts end after MAX_CHARS characters."""
    rows = corpus.rows([sample.place for sample in chosen], EXAMPLE_COLUMNS)
    return [
        {
            "id": row["id"],
            "source": row["source"],
            "lang": row["lang"],
            "text": row["text"][:MAX_CHARS],
            "lang2": row["lang2"],
            "text2": row["text2"] and row["text2"][:MAX_CHARS],
        }
        for row in rows
    ]
