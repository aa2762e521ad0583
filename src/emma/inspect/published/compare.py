"""`emma published`: the authors' tables added up anew, what does not hold in them, and the headline in each reading."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emma.errors import SourceError
from emma.inspect.published.averages import (
    Average,
    Wins,
    compare_own,
    count_wins,
    list_averages,
    read_own,
    read_tiers,
)
from emma.inspect.published.findings import Finding, list_findings
from emma.inspect.published.headline import Reading, read_headline
from emma.inspect.published.names import BASELINE, MODEL, model_name
from emma.inspect.published.tables import PublishedTable, read_tables
from emma.wording import suggest


@dataclass(frozen=True)
class Published:
    """What the tables say of a model and its baseline."""

    baseline: str
    model: str
    tables: int
    models: int
    """Models in any of the tables."""
    averages: list[Average]
    wins: list[Wins]
    headline: list[Reading]
    findings: list[Finding]
    own: list[Average]
    """Published and own models over the languages that all have; empty where no own scores were given."""


def read_published(
    folder: Path, *, baseline: str = BASELINE, model: str = MODEL, own: Path | None = None, seed: int = 0
) -> Published:
    """Read and check the tables below a folder. Raises SourceError where they cannot be read or lack the models."""
    tables = read_tables(folder)
    baseline, model = (_find_model(tables, name) for name in (baseline, model))
    rows = [] if own is None else read_own(own)
    return Published(
        baseline,
        model,
        len(tables),
        len({name for table in tables for name in table.models}),
        list(list_averages(tables, (baseline, model), read_tiers(folder))),
        [wins for table in tables for wins in count_wins(table, model)],
        read_headline(tables, baseline, model, seed),
        list_findings(tables),
        list(compare_own(tables, rows, (baseline, model))),
    )


def _find_model(tables: Sequence[PublishedTable], spelling: str) -> str:
    """The name of a model of the tables. Raises SourceError naming all there are."""
    names = sorted({name for table in tables for name in table.models})
    if (name := model_name(spelling)) in names:
        return name
    raise SourceError(f"No table has the model '{spelling}'. {suggest(name, names)}")
