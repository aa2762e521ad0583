"""The plan as a page: one HTML file in the look of the report."""

from dataclasses import dataclass
from pathlib import Path

from emma.inspect.plan.estimate import TrainingPlan
from emma.inspect.plan.text import TERM_NAMES, TIME_NAMES, list_rows, render_verdict
from emma.ui import html

HERE = Path(__file__).parent


@dataclass(frozen=True)
class MemoryTerm:
    """What takes memory, and its share of what the allocator can give."""

    name: str
    bytes: float
    share: float


def render_page(plan: TrainingPlan) -> str:
    """The whole page. Needs the extra `report`; raises ExtraError without it."""
    return html.render_page(
        HERE / "page.html.jinja",
        plan=plan,
        verdict=render_verdict(plan),
        rows=list(list_rows(plan)),
        terms=list_terms(plan),
        when=TIME_NAMES[plan["memory"]["when"]],
        style=html.page_style() + (HERE / "page.css").read_text(encoding="utf-8"),
    )


def list_terms(plan: TrainingPlan) -> list[MemoryTerm]:
    """What takes the memory of each process, when it has most."""
    most = max(plan["capacity"], plan["memory"]["total"])
    return [MemoryTerm(name, plan["memory"][term], plan["memory"][term] / most) for term, name in TERM_NAMES.items()]
