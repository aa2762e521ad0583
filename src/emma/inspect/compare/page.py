"""Runs side by side as a page: one HTML file in the look of the report."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from emma.inspect.compare.languages import LanguageDifference, gain_percent
from emma.inspect.compare.runs import Comparison, RunSummary
from emma.inspect.compare.text import describe_guessing
from emma.lang.coverage import is_language
from emma.lang.language import Lang
from emma.report.columns import format_interval
from emma.report.map import ENDS
from emma.report.pareto import Choice, Outcome, draw_pareto
from emma.ui import html, numerals
from emma.ui.map import MapPoint, draw_map, map_script, map_style

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Fact:
    """One row of the headline table: what it is, and its text for each run."""

    name: str
    texts: Sequence[str]


@dataclass(frozen=True)
class Drawn:
    """A map of one run against the first."""

    name: str
    figure: str


def render_page(comparison: Comparison) -> str:
    """The whole page. Needs the extra `report`; raises ExtraError without it."""
    languages = sorted(comparison["languages"], key=lambda row: (-max(row["train_bytes"]), row["lang"]))
    return html.render_page(
        HERE / "page.html.jinja",
        found=comparison,
        names=[run["name"] for run in comparison["runs"]],
        languages=languages,
        scripts=sorted({Lang.parse(row["lang"]).script for row in languages}),
        script_of=lambda label: Lang.parse(label).script,
        facts=list(list_facts(comparison["runs"])),
        costs=list(list_costs(comparison["runs"])),
        maps=[drawn for at in range(len(comparison["runs"]) - 1) if (drawn := draw_against(comparison, at)).figure],
        pareto=draw_pareto(list_outcomes(comparison["runs"])),
        describe_guessing=describe_guessing,
        interval=lambda found: format_interval(found["low"], found["high"]),
        style=html.page_style() + map_style() + (HERE / "page.css").read_text(encoding="utf-8"),
        script=html.page_script() + map_script(),
    )


def list_facts(runs: Sequence[RunSummary]) -> Iterator[Fact]:
    """The rows of the headline table."""
    heads = [run["headline"] for run in runs]
    for word in ("trained", "measured", "improved", "worse"):
        yield Fact(f"languages {word}", [numerals.format_count(head[f"languages_{word}"]) for head in heads])
    if any(head["languages_base_above_8"] for head in heads):
        guessing = [numerals.format_count(head["languages_base_above_8"]) for head in heads]
        yield Fact("of measured ones, base worse than guessing bytes", guessing)
    yield Fact("bits per byte, mean", [format_change(head["bpb_base"], head["bpb_adapted"]) for head in heads])
    tokens = [format_change(head["tokens_per_byte_base"], head["tokens_per_byte"]) for head in heads]
    yield Fact("tokens per byte, mean", tokens)
    for name, key in (("English, bits per byte", "english"), ("program code, bits per byte", "code")):
        if any(head[key] for head in heads):
            yield Fact(name, [_format_probe(head[key]) for head in heads])
    yield Fact("documents kept", [numerals.format_count(head["data"]["documents_kept"]) for head in heads])
    yield Fact("text kept", [numerals.format_bytes(head["data"]["bytes_kept"]) for head in heads])


def list_costs(runs: Sequence[RunSummary]) -> Iterator[Fact]:
    """The rows of the table of costs."""
    costs, measured = [run["cost"] for run in runs], [run["measured"] for run in runs]
    yield Fact("weights", [numerals.format_short(cost["weights"]) for cost in costs])
    yield Fact("steps", [numerals.format_count(cost["steps"]) for cost in costs])
    yield Fact("tokens", [numerals.format_short(cost["tokens"]) for cost in costs])
    yield Fact("operations", [numerals.format_power(cost["flops"]) for cost in costs])
    gpu = costs[0]["gpu"]
    yield Fact(f"on one {gpu}, estimated", [numerals.format_duration(cost["gpu_hours"]) for cost in costs])
    energy = [None if cost["kwh"] is None else 1000 * cost["kwh"] for cost in costs]
    yield Fact("energy there, estimated", [numerals.format_short(value, "Wh") for value in energy])
    if any(measured):
        times = [numerals.MISSING if each is None else numerals.format_duration(each["hours"]) for each in measured]
        places = [numerals.MISSING if each is None else f"{each['ranks']} × {each['device']}" for each in measured]
        yield Fact("measured, by the log", times)
        yield Fact("on", places)


def draw_against(comparison: Comparison, at: int) -> Drawn:
    """The map of what one run saves against the first; none where nothing was compared. `at`: among the others."""
    first, name = comparison["runs"][0]["name"], comparison["runs"][at + 1]["name"]
    if not comparison["against_first"][at]["compared"]:
        return Drawn(name, "")
    points = [make_point(row, at) for row in comparison["languages"] if is_language(row["lang"])]
    title = f"World map of {len(points)} languages, coloured by the gain in bits per byte of {name} on {first}"
    return Drawn(name, draw_map(points, title, "%", f"after-map-{at}", ENDS))


def make_point(row: LanguageDifference, at: int) -> MapPoint:
    """A language on that map."""
    found = row["against_first"][at]
    share = None if found is None else gain_percent(found)
    return MapPoint(row["lang"], share, max(row["train_bytes"]), found is not None and found["verdict"] == "unsure")


def list_outcomes(runs: Sequence[RunSummary]) -> list[Choice]:
    """What each run gained and forgot against its own base; nothing where not two of them know both."""
    outcomes = [outcome for run in runs if (outcome := find_outcome(run)) is not None]
    return [Choice("run", outcomes, is_path=False)] if len(outcomes) > 1 else []


def find_outcome(run: RunSummary) -> Outcome | None:
    """A run as a point: the change of its mean bits per byte, and of English or code, whichever got more worse."""
    head = run["headline"]
    probes = [head[key] for key in ("english", "code") if head[key] and head[key]["bpb_base"]]
    if not probes or not head["bpb_base"]:
        return None
    forgotten = max(100 * (probe["bpb_adapted"] / probe["bpb_base"] - 1) for probe in probes)
    return Outcome(run["name"], forgotten, 100 * (1 - head["bpb_adapted"] / head["bpb_base"]))


def format_change(before: float | None, after: float | None) -> str:
    """A number before and after, or after alone."""
    shown = numerals.format_decimal(after, 3)
    return shown if before is None else f"{numerals.format_decimal(before, 3)} → {shown}"


def _format_probe(change: dict[str, float] | None) -> str:
    return numerals.MISSING if change is None else format_change(change["bpb_base"], change["bpb_adapted"])
