"""What every language had, cost, gained and lost: one page for people, CSV and JSON for programs."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from emma.config.extras import need
from emma.report.config import ReportConfig
from emma.report.languages import Language, languages
from emma.report.page import page
from emma.report.summary import summary
from emma.report.tables import read
from emma.store.artifact import Artifact
from emma.store.files import write_json
from emma.work.work import StageOutput, Work


def report(
    section: ReportConfig,
    *,
    collect: Artifact,
    curate: Artifact,
    vocab: Artifact,
    mix: Artifact,
    train: Artifact,
    evaluate: Artifact,
    work: Work,
) -> StageOutput:
    """Write `index.html`, `languages.csv`, `languages.json` and `report.json`.

    Raises ExtraError without jinja2, ArtifactError when a table of an earlier stage is missing or damaged.
    """
    need("jinja2", "report")
    tables = read(collect=collect, curate=curate, vocab=vocab, mix=mix, train=train, evaluate=evaluate)
    rows = languages(tables)
    headline = summary(rows, tables, section.named)
    (work.out / "index.html").write_text(page(rows, tables, headline, section.title), encoding="utf-8")
    write_csv(work.out / "languages.csv", rows)
    write_json(work.out / "languages.json", [asdict(row) for row in rows])
    write_json(work.out / "report.json", headline)
    return StageOutput({name: value for name, value in headline.items() if name.startswith("languages_")})


def write_csv(path: Path, rows: Sequence[Language]) -> None:
    """One line per language; what was not measured is empty."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [each.name for each in fields(Language)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)
