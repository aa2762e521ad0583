"""The guard against rules that eat a language: limits that drop most of it are more likely wrong than the documents.

It stops the stage with what a person needs to judge: what every rule drops, and texts from the middle of what it drops.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from emma.curate.config import CurateConfig
from emma.curate.quality.faults import NO_FAULT, middle_examples
from emma.curate.quality.features import ScoredShard
from emma.curate.quality.rules import RULES
from emma.errors import RecipeError
from emma.store import shards
from emma.store.artifact import Artifact
from emma.ui.terminal import format_snippet
from emma.wording import plural

MAX_DESCRIBED = 5
"""Languages of which rules and examples are shown; further ones are only named."""
SNIPPET_CELLS = 80
"""Columns of a terminal that an example takes."""


@dataclass(frozen=True)
class QualityLoss:
    """A language that loses too much to the quality rules."""

    lang: str
    documents: int
    by_fault: tuple[tuple[int, int], ...]
    """Fault and documents dropped by it, the most first."""

    @property
    def share(self) -> float:
        """Share of its documents that all rules together drop."""
        return sum(count for _, count in self.by_fault) / self.documents


def guard_over_filtering(
    faults: Sequence[Artifact], measures: Sequence[ScoredShard], limits: Artifact, section: CurateConfig
) -> None:
    """Stop when quality rules drop more than `max_drop` of a language with `min_documents` or more.

    Contaminated documents and duplicates are no quality. Raises RecipeError with a table of rules for each language,
    and documents to look at.
    """
    losses = find_losses(faults, section.min_documents, section.max_drop)
    if not losses:
        return
    # The greatest loss shows in the message how a limit is widened.
    first = losses[0]
    rule = RULES[first.by_fault[0][0] - 1]
    parts = list(zip(faults, measures, strict=True))
    lines = [describe_loss(loss, parts, limits, section.lid.short_chars) for loss in losses[:MAX_DESCRIBED]]
    others = ", ".join(f"{loss.lang} {loss.share:.0%}" for loss in losses[MAX_DESCRIBED:])
    raise RecipeError(
        f"The quality rules would drop more than {section.max_drop:.0%} (curate.max_drop) of some languages:\n"
        + "\n".join(lines)
        + (f"\nand of others: {others}" if others else "")
        + "\nRead the examples with `emma why ID`. If they are good text, widen the limit, as in\n"
        f"  [curate.limits.{first.lang}]\n  {rule.feature} = {{ {rule.side} = … }}\n"
        "If they are not, correct the source or its language label, or raise curate.max_drop to drop them."
    )


def find_losses(faults: Sequence[Artifact], min_documents: int, max_drop: float) -> list[QualityLoss]:
    """The languages that lose too much, the greatest loss first."""
    broken: dict[str, Counter[int]] = {}
    for part in faults:
        for row in shards.read(part.file("faults.parquet")).to_pylist():
            broken.setdefault(row["lang"], Counter())[row["fault"]] += row["documents"]
    losses = []
    for lang, counts in sorted(broken.items()):
        total, kept = counts.total(), counts.pop(NO_FAULT, 0)
        # With few documents a share means little: three of five may well be bad.
        if total >= min_documents and total - kept > max_drop * total:
            losses.append(QualityLoss(lang, total, tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))))
    return sorted(losses, key=lambda loss: (-loss.share, loss.lang))


def describe_loss(
    loss: QualityLoss, parts: Sequence[tuple[Artifact, ScoredShard]], limits: Artifact, lid_short_chars: int
) -> str:
    """A language's loss, and a line and examples for each rule that caused it."""
    lines = [f"  {loss.lang}: loses {loss.share:.0%} of {plural(loss.documents, 'document')}"]
    for fault, count in loss.by_fault:
        rule = RULES[fault - 1]
        examples = middle_examples(loss.lang, fault, parts, limits, lid_short_chars=lid_short_chars)
        sign = "<" if rule.side == "low" else ">"
        lines.append(
            f"    {rule.feature} {sign} {examples[0].limit:.3g}: {plural(count, 'document')}, in the middle of them"
        )
        for example in examples:
            lines.append(f"      {example.value:.3f}  {example.id}")
            lines += [f"             {format_snippet(text, SNIPPET_CELLS)}" for text in example.texts]
    return "\n".join(lines)
