"""What speakers have found in the documents that `emma audit` drew for them, as a report says it."""

import math
from collections import defaultdict
from collections.abc import Iterable

from emma.report.config import Audit
from emma.ui.numerals import format_share

Z = 1.959964
"""Half of a 95 % interval, in standard errors."""
MARKS = {"wrong_language": "in another language", "not_text": "no text", "not_public": "not for the public"}
"""What was found, by its setting, in words."""


def describe_audits(audits: Iterable[Audit], corpus: str) -> dict[str, list[str]]:
    """A sentence for each audit, by language; `corpus` is the address of the corpus that the report is about."""
    said: dict[str, list[str]] = defaultdict(list)
    for audit in audits:
        said[audit.lang].append(describe_audit(audit, corpus))
    return dict(said)


def describe_audit(audit: Audit, corpus: str) -> str:
    """Who read, when, what was found, and whether it was of this corpus."""
    low, high = wilson_interval(audit.good, audit.rows)
    on = f" on {audit.date}" if audit.date else ""
    found = ", ".join(f"{number} {words}" for name, words in MARKS.items() if (number := getattr(audit, name)))
    others = f"; {found}" if found else ""
    changed = "" if audit.corpus == corpus else " The corpus has changed since."
    return (
        f"{audit.by} read {audit.rows} documents drawn by chance{on}: {audit.good} are good (95 % interval "
        f"{format_share(low)} to {format_share(high)}){others}.{changed}"
    )


def wilson_interval(good: int, rows: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, JASA 22, 1927)."""
    share, spread = good / rows, Z * Z / rows
    middle = share + spread / 2
    width = Z * math.sqrt(share * (1 - share) / rows + spread / (4 * rows))
    return max(0.0, (middle - width) / (1 + spread)), min(1.0, (middle + width) / (1 + spread))
