"""What the command line prints: the headline of a finished run, the state of runs and recipes."""

import json
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from emma.pipeline.home import Home, Run
from emma.pipeline.recipe import Recipe
from emma.store import manifest
from emma.store.artifact import Artifact
from emma.store.losses import percent

if TYPE_CHECKING:
    from emma.collect.losses import Loss

DASH = "–"
RESULTS = ("measured", "improved", "worse")
"""Words of `emma.lang.counting` that stand in the headline."""


def show_run(run: Run, until: str) -> None:
    """The headline of a finished run and where its results are; for a part of a run, where the stage's files are."""
    console = Console(highlight=False)
    if until in ("report", "release"):
        headline = json.loads(run.artifact("report").file("report.json").read_text(encoding="utf-8"))
        console.print(gains(headline))
        for warning in warnings(headline):
            console.print(warning, soft_wrap=True, markup=False)
        if headline["english"] or headline["code"]:
            console.print("", probes(headline), sep="\n")
        console.print()
        console.print(f"report   {run.path / 'report' / 'index.html'}", soft_wrap=True, markup=False)
    if until == "release":
        counted = json.loads(run.artifact("release").file("checks.json").read_text(encoding="utf-8"))["languages"]
        for line in counted["differences"]:
            console.print(line, soft_wrap=True, markup=False)
        console.print(f"model    {run.path / 'release' / 'model'}", soft_wrap=True, markup=False)
        console.print(f"corpus   {run.path / 'release' / 'corpus'}", soft_wrap=True, markup=False)
    elif until != "report":
        console.print(f"{until}: {run.artifact(until).path}", soft_wrap=True, markup=False)


def gains(headline: dict[str, Any]) -> Table:
    """Bits per byte and tokens per byte, before and after, by tier."""
    title = ", ".join(f"{headline[f'languages_{word}']:,} {word}" for word in ("trained", *RESULTS))
    table = _table(f"languages: {title}", "text", "languages", *RESULTS, "bits/byte", "tokens/byte")
    for row in headline["by_tier"]:
        changes = (("bpb_base", "bpb_adapted"), ("tokens_per_byte_base", "tokens_per_byte"))
        table.add_row(
            row["tier"],
            str(row["languages"]),
            *(str(row[f"languages_{word}"]) for word in RESULTS),
            *(" → ".join(_number(row[name]) for name in change) for change in changes),
        )
    return table


def warnings(headline: dict[str, Any]) -> list[str]:
    """What a reader should know before believing the gains."""
    above = headline.get("languages_base_above_8", 0)
    unread = f"The base had not learnt to read {above} of them (over 8 bits per byte, worse than guessing)."
    return [*headline.get("differences", ()), *([unread] if above else [])]


def probes(headline: dict[str, Any]) -> Table:
    """What English and code lost or gained."""
    table = _table("what the base model knew", "", "bits/byte before", "after", "change")
    for name in ("english", "code"):
        probe = headline.get(name)
        if probe:
            before, after = probe["bpb_base"], probe["bpb_adapted"]
            change = f"{100 * (after / before - 1):+.1f} %" if before and after else DASH
            table.add_row(name, _number(before), _number(after), change)
    return table


def show_states(recipe: Recipe, home: Home) -> None:
    """Each stage of a recipe: done, or to do."""
    from emma.collect.losses import find_losses
    from emma.pipeline.run import describe_counts, stage_states

    table = _table(str(recipe.path), "stage", "state", "counts")
    others: list[str] = []
    for stage, artifact in stage_states(recipe, home):
        counts = describe_counts(artifact.counts) if artifact else ""
        table.add_row(stage, "done" if artifact else "to do", counts)
        others += [f"{stage} was made with other versions: {each}" for each in _changed(artifact)]
        if stage == "collect" and artifact:
            others += [_loss(each) for each in find_losses(recipe.collect, artifact)]
    console = Console(highlight=False)
    console.print(table)
    for line in others:
        console.print(line, soft_wrap=True, markup=False)


def _loss(loss: "Loss") -> str:
    """What a source lost, and whether the run stops for it."""
    return f"{loss}" + (f": more than max_reject, {percent(loss.allowed)}" if loss.is_too_much else "")


def _changed(artifact: Artifact | None) -> list[str]:
    """How the software that made an artifact differs from today's, in one line or none."""
    found = manifest.changes(manifest.read(artifact.path, artifact.url) or {}) if artifact else []
    return [", ".join(found)] if found else []


def show_runs(home: Home) -> None:
    """Every run of a home, and how far it is."""
    table = _table(str(home.path), "run", "stages done", "last")
    for run in home.runs():
        done = list(run.addresses)
        table.add_row(run.name, str(len(done)), done[-1])
    console = Console(highlight=False)
    console.print(table)
    for path, size in home.unfinished():
        console.print(
            f"{path} ({size / 1e6:,.0f} MB) is what a stage had done when it was stopped. The same recipe goes on "
            "from there; if you will not run it again, delete the folder.",
            soft_wrap=True,
        )


def _table(title: str, first: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column(first)
    for column in columns:
        table.add_column(column, justify="left" if column in ("state", "counts", "last") else "right")
    return table


def _number(value: float | None) -> str:
    return DASH if value is None else f"{value:.3f}"
