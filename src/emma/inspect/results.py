"""The end of `emma run`: the headline of a run, what to know before believing it, and where its results are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emma.pipeline.home import Run
from emma.store.files import read_json
from emma.ui.numerals import MISSING, format_signed
from emma.ui.terminal import format_table
from emma.wording import plural

if TYPE_CHECKING:
    from emma.report.headline import Change, Headline
    from emma.report.task_summary import TaskSummary

LEGEND = (
    "bits/byte: how surprised the model is by a text; lower is better, 8 is a blind guess",
    "tokens/byte: what reading and writing the text costs",
)
WITHIN_CHANCE = "within chance"
NO_CORPUS = "none: the text of every source is withheld (its licence is unknown or not open, or the recipe excludes it)"


@dataclass(frozen=True)
class RunResults:
    """The results of a run, and where they are."""

    headline: "Headline | None"
    """`report.json`, where the run has a report."""
    places: Mapping[str, str]
    """Files and folders to open, by name."""
    differences: Sequence[str] = ()
    """Why the release has not the languages that the run has."""


def read_results(run: Run, until: str = "release") -> RunResults:
    """The headline of a finished run and where its results are; of a part of a run, where the stage's files are."""
    if until not in ("report", "release"):
        return RunResults(None, {until: str(run.artifact(until).path)})
    headline = read_json(run.artifact("report").file("report.json"))
    places = {"report": str(run.path / "report" / "index.html")}
    if until == "report":
        return RunResults(headline, places)
    checks = read_json(run.artifact("release").file("checks.json"))
    places |= {name: str(run.path / "release" / name) for name in ("model", "corpus")}
    if not checks["languages"]["languages_released"]:
        places["corpus"] = NO_CORPUS
    return RunResults(headline, places, checks["languages"]["differences"])


def render_results(results: RunResults) -> Iterator[str]:
    """The headline, what to know before believing it, and where the results are."""
    if results.headline is None:
        yield from (f"{name}: {place}" for name, place in results.places.items())
        return
    yield from render_gains(results.headline)
    yield from list_warnings(results.headline)
    if benchmarks := results.headline.get("benchmarks"):
        yield from ("", *render_benchmarks(benchmarks))
    if results.headline["english"] or results.headline["code"]:
        yield ""
        yield from render_forgetting(results.headline)
    yield ""
    places = [f"{name:<8} {place}" for name, place in results.places.items()]
    yield places[0]
    yield from results.differences
    yield from places[1:]


def render_gains(headline: "Headline") -> Iterator[str]:
    """Bits per byte and tokens per byte, before and after, by size band."""
    yield (
        f"languages: {headline['languages_trained']:,} trained, {headline['languages_measured']:,} measured, "
        f"{headline['languages_improved']:,} improved, {headline['languages_worse']:,} worse"
        + (f", {headline['languages_unsure']:,} undecided" if headline["languages_unsure"] else "")
    )
    rows = [
        (
            row["size_band"],
            str(row["languages"]),
            str(row["languages_measured"]),
            str(row["languages_improved"]),
            str(row["languages_worse"]),
            _format_change(row["bpb_base"], row["bpb_adapted"]),
            _format_change(row["tokens_per_byte_base"], row["tokens_per_byte"]),
        )
        for row in headline["by_size_band"]
    ]
    heads = ("text", "languages", "measured", "improved", "worse", "bits/byte", "tokens/byte")
    yield from _numbers_table(heads, rows)
    yield from LEGEND


def list_warnings(headline: "Headline") -> list[str]:
    """List what a reader should know before believing the gains."""
    above = headline["languages_base_above_8"]
    single = headline["languages_without_interval"]
    within = headline["languages_unsure"] - single
    reasons = [f"{within:,} {WITHIN_CHANCE}"] * (within > 0) + [f"{single:,} with a single test document"] * (
        single > 0
    )
    undecided = [f"undecided: {', '.join(reasons)}"] if reasons else []
    # There any training gains much, whatever it is worth.
    unread = f"The base had not learnt to read {above} of them (over 8 bits per byte, worse than guessing)."
    return [*undecided, *headline["differences"], *([unread] if above else [])]


def render_benchmarks(summary: "TaskSummary") -> Iterator[str]:
    """How many comparisons are better or worse, and the mean gain over all languages in points."""
    yield f"benchmarks: {summary['comparisons']:,} compared, {summary['better']:,} better, {summary['worse']:,} worse"
    for mean in summary["means"]:
        if mean["group_by"] == "all" and not mean["clean"] and mean["gain"] is not None:
            kind = "native" if mean["native"] else "translated"
            gain, low, high = (format_signed(value, 1) for value in (mean["gain"], mean["low"], mean["high"]))
            yield f"{kind}: {gain} points [{low}, {high}], {plural(mean['languages'], 'language')}"


def render_forgetting(headline: "Headline") -> Iterator[str]:
    """Render what English and code lost or gained."""
    rows = []
    for name, probe in (("english", headline["english"]), ("code", headline["code"])):
        if probe is not None:
            before, after = probe["bpb_base"], probe["bpb_adapted"]
            gain = f"{100 * (1 - after / before):+.1f} %" if before and after else MISSING
            rows.append((name, _format_score(before), _format_score(after), gain, _judge(probe)))
    yield "what the base model knew"
    yield from format_table([("", "bits/byte before", "after", "gain", ""), *rows], right=range(1, 4))


def _judge(probe: "Change") -> str:
    """Whether a change may be chance: its 95 % interval has zero in it."""
    low, high = probe["low"], probe["high"]
    return WITHIN_CHANCE if low is not None and high is not None and low <= 0 <= high else ""


def _numbers_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table whose columns but the first stand to the right; an empty last column lets the last of them do so."""
    return format_table([(*row, "") for row in (heads, *rows)], right=range(1, len(heads)))


def _format_change(before: float | None, after: float | None) -> str:
    return f"{_format_score(before)} → {_format_score(after)}"


def _format_score(value: float | None) -> str:
    return MISSING if value is None else f"{value:.3f}"
