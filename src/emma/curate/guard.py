"""The guard against rules that eat a language: limits that drop most of it are more likely wrong than the documents."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from emma.curate.faults import NO_FAULT, Shard, limit_table
from emma.curate.rules import RULES, Rule
from emma.errors import RecipeError
from emma.store import shards
from emma.store.artifact import Artifact

EXAMPLES = 3


@dataclass(frozen=True)
class Loss:
    """A language that loses too much, and the fault that takes most of it."""

    lang: str
    share: float
    """Of its documents, to all quality rules."""
    fault: int
    by_fault: float
    """Share of its documents, to this rule alone."""

    @property
    def rule(self) -> Rule:
        """The rule that takes most."""
        return RULES[self.fault - 1]


def guard_over_filtering(
    faults: Sequence[Artifact], pairs: Sequence[Shard], limits: Artifact, *, min_documents: int, max_drop: float
) -> None:
    """Stop when quality rules drop more than `max_drop` of a language with `min_documents` or more.

    Raises RecipeError with the language, the rule, its limit and documents to look at.
    """
    losses = find_losses(faults, min_documents, max_drop)
    if losses:
        first = losses[0]
        lines = [describe(loss, faults, pairs, limits) for loss in losses]
        raise RecipeError(
            f"The quality rules would drop more than {max_drop:.0%} (curate.max_drop) of some languages:\n"
            + "\n".join(lines)
            + "\nRead the examples with `emma why ID`. If they are good text, widen the limit, as in\n"
            f"  [curate.limits.{first.lang}]\n  {first.rule.feature} = {{ {first.rule.side} = … }}\n"
            "If they are not, correct the source or its language label, or raise curate.max_drop to drop them."
        )


def find_losses(faults: Sequence[Artifact], min_documents: int, max_drop: float) -> list[Loss]:
    """The languages that lose too much, by label."""
    broken: dict[str, Counter[int]] = {}
    for part in faults:
        for row in shards.read(part.file("faults.parquet")).to_pylist():
            broken.setdefault(row["lang"], Counter())[row["fault"]] += row["documents"]
    losses = []
    for lang, counts in sorted(broken.items()):
        total, kept = counts.total(), counts.pop(NO_FAULT, 0)
        if total >= min_documents and total - kept > max_drop * total:
            fault, most = min(counts.items(), key=lambda each: (-each[1], each[0]))
            losses.append(Loss(lang, 1 - kept / total, fault, most / total))
    return losses


def describe(loss: Loss, faults: Sequence[Artifact], pairs: Sequence[Shard], limits: Artifact) -> str:
    """One line: the language, what it loses, to which rule and limit, and documents."""
    limit = limit_table(limits, [loss.lang])[0, loss.fault - 1]
    sign = "<" if loss.rule.side == "low" else ">"
    return (
        f"  {loss.lang}: loses {loss.share:.0%}, {loss.by_fault:.0%} by {loss.rule.feature} {sign} {limit:.3g}, "
        f"for example {', '.join(middle_examples(loss, faults, pairs))}"
    )


def middle_examples(loss: Loss, faults: Sequence[Artifact], pairs: Sequence[Shard]) -> list[str]:
    """Ids from the middle of what the rule drops: not the worst, where any rule is right, nor the borderline."""
    found: list[tuple[float, str]] = []
    for part, (documents, annotations) in zip(faults, pairs, strict=True):
        table = shards.read(documents.file("documents.parquet"), ["id", "lang"])
        values = shards.read(annotations.file("annotations.parquet"), [loss.rule.feature])[0].to_numpy()
        broken = np.load(part.file("faults.npy")) == loss.fault
        rows = np.flatnonzero(broken & (table["lang"].to_numpy() == loss.lang))
        found += zip(values[rows].tolist(), table["id"].take(pa.array(rows)).to_pylist(), strict=True)
    start = max(0, (len(found) - EXAMPLES) // 2)
    return [document for _, document in sorted(found)[start : start + EXAMPLES]]
