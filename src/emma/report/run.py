"""The report stage: what every language had, cost, gained and lost; one page for people, CSV and JSON for programs."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from emma.config.extras import need
from emma.report.audits import describe_audits
from emma.report.config import ReportConfig
from emma.report.cost import find_cost
from emma.report.dropped import DroppedDocument, read_examples
from emma.report.export import export_results
from emma.report.languages import LanguageRow, list_languages
from emma.report.merging import read_merging
from emma.report.page import render_report
from emma.report.pages import PageTexts
from emma.report.summary import find_training_ends, summarise
from emma.report.tables import Tables, read_tables
from emma.report.task_section import TaskSection, describe_tasks
from emma.report.tasks import LanguageGain, read_task_tables
from emma.report.validation import read_validation
from emma.report.validation_section import describe_validation
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

    Where any benchmark was run, also `benchmarks.csv`, and `results/` with a folder for each model (report.export).

    Raises ExtraError without jinja2, ArtifactError when a table of an earlier stage is missing or damaged.
    """
    need("jinja2", "report")  # before the tables are read: what is missing is said at once
    tables = read_tables(collect=collect, curate=curate, vocab=vocab, mix=mix, train=train, evaluate=evaluate)
    rows = list_languages(tables)
    tasks = read_tasks(evaluate)
    ends = find_training_ends(tables)
    cost = find_cost(train, mix, section, ends["steps"], ends["tokens"])
    headline = summarise(rows, tables, section.named, tasks.summary if tasks else None, cost)
    validation = describe_validation(read_validation(train), read_merging(train))
    texts = PageTexts(
        dropped=find_dropped(collect, curate, tables),
        answers=tasks.answers if tasks else {},
        audits=describe_audits(section.audits, curate.key),
        withheld=frozenset() if section.quote_derived else tables.find_sources("derived"),
    )
    page = render_report(rows, tables, headline, section.title, tasks=tasks, validation=validation, texts=texts)
    (work.out / "index.html").write_text(page, encoding="utf-8")
    write_csv(work.out / "languages.csv", LanguageRow, rows)
    if tasks:
        export_results(evaluate.file("tasks"), work.out / "results", samples=section.samples)
        write_csv(work.out / "benchmarks.csv", LanguageGain, [gain for each in tasks.languages for gain in each.gains])
    write_json(work.out / "languages.json", [asdict(row) for row in rows])
    write_json(work.out / "report.json", headline)
    counts = {name: value for name, value in headline.items() if name.startswith("languages_")}
    return StageOutput({name: value for name, value in counts.items() if isinstance(value, int)})


def read_tasks(evaluate: Artifact) -> TaskSection | None:
    """What was measured on benchmarks; None where none was run."""
    tables = read_task_tables(evaluate)
    return None if tables is None else describe_tasks(tables, evaluate.file("tasks/items.parquet"))


def find_dropped(collect: Artifact, curate: Artifact, tables: Tables) -> dict[str, list[DroppedDocument]]:
    """Examples of what was dropped, but from sources that are not for others to read."""
    return read_examples(collect, curate, tables.chosen, tables.private)


def write_csv(path: Path, kind: type, rows: Sequence[LanguageRow] | Sequence[LanguageGain]) -> None:
    """One line per row; what was not measured is empty."""
    with path.open("w", encoding="utf-8", newline="") as stream:  # newline: csv ends its lines itself
        writer = csv.DictWriter(stream, [field.name for field in fields(kind)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)
