"""What both models wrote and answered when they were evaluated, as a data set of its own beside model and corpus.

Whoever doubts a score can look at the answers behind it. The questions stay where they are: a benchmark whose items and
right answers stand on the web once more is soon part of what models are trained on,
and texts of sources that may not be given on are withheld as they are in the corpus.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from os.path import commonprefix
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from emma.config.extras import need
from emma.kernels.personal import mask_personal
from emma.release.config import ReleaseConfig
from emma.release.licences import describe_licence, hub_licences
from emma.release.metadata import MARK, hub_languages
from emma.schemas import SAMPLES, TASK_ITEMS, TASK_SCORES, Row
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.shards import SMALL, ShardWriter
from emma.ui.html import render_markdown

HERE = Path(__file__).parent
FOLDER = "evaluation"
UNSHOWN = ("prompt", "question", "gold")
"""Columns of an item that say what was asked and what is right."""
ANSWERS = pa.schema([field for field in TASK_ITEMS if field.name not in UNSHOWN])
TABLES: Mapping[str, tuple[str, pa.Schema]] = {
    "continuations": ("samples.parquet", SAMPLES),
    "answers": ("tasks/items.parquet", ANSWERS),
    "scores": ("tasks/scores.parquet", TASK_SCORES),
}
"""Configurations of the data set: the table of evaluate that each is made from, and its columns."""
MEANINGS = {
    "continuations": "how base and adapted model go on with the beginning of test documents of each language",
    "answers": "what each model answered to each item of each benchmark, and what that counts",
    "scores": "the score of each model on each benchmark and language",
}
PROMPT, ENDS = "prompt", ("reference", "base", "adapted")
"""Columns of continuations: the beginnings of texts, and what follows, also by models that may know it by heart."""
ANSWER, DRAWN = "answer", "texts"
"""Columns of answers: what a model chose or wrote, and all that it wrote where several were drawn."""
RESULTS = ("results.json", "every_eval_ever.json")


@dataclass(frozen=True)
class Table:
    """A configuration of the data set."""

    name: str
    meaning: str
    rows: int
    withheld: int
    """Rows of sources whose text is not released."""
    langs: frozenset[str]
    columns: tuple[str, ...]
    sources: frozenset[str]
    """The sources of the documents that its rows begin with."""


def write_generations(
    section: ReleaseConfig, evaluate: Artifact, report: Artifact, out: Path, *, sources: Sequence[Row]
) -> dict[str, int]:
    """Write the data set and its card into a folder; returns its rows by table, nothing where there are no answers.

    Continuations of documents from `section.exclude_sources` are left out; `sources` are collect's.
    """
    tables = [table for table in _write_tables(section, evaluate, out / "data") if table.rows]
    if not tables:
        shutil.rmtree(out, ignore_errors=True)
        return {}
    for name in RESULTS:
        _copy_results(report, name, out / "results")
    (out / "README.md").write_text(render_card(section, tables, evaluate, sources), encoding="utf-8")
    return {table.name: table.rows for table in tables}


def _write_tables(section: ReleaseConfig, evaluate: Artifact, out: Path) -> Iterator[Table]:
    for name, (file, schema) in TABLES.items():
        if (source := evaluate.find(file)) is not None:
            yield write_table(source, out / name, schema, section)


def write_table(source: Path, out: Path, schema: pa.Schema, section: ReleaseConfig) -> Table:
    """Write `test.parquet` with the columns of `schema`, batch by batch, without rows of withheld sources."""
    out.mkdir(parents=True)
    rows, dropped, langs, sources = 0, 0, set[str](), set[str]()
    with ShardWriter(out / "test.parquet", schema, SMALL) as writer:
        for batch in shards.batches(source, schema.names):
            table = pa.Table.from_batches([batch]).select(schema.names).cast(schema)
            kept = mask_texts(drop_withheld(table, section.exclude_sources), section.mask)
            rows, dropped = rows + kept.num_rows, dropped + table.num_rows - kept.num_rows
            langs.update(pc.unique(kept["lang"]).to_pylist())
            if "id" in kept.column_names:
                sources.update(name.partition(":")[0] for name in kept["id"].to_pylist())
            writer.add_table(kept)
    if not rows:
        shutil.rmtree(out)
    meaning, columns = MEANINGS[out.name], tuple(schema.names)
    return Table(out.name, meaning, rows, dropped, frozenset(langs), columns, frozenset(sources))


def drop_withheld(table: pa.Table, sources: Sequence[str]) -> pa.Table:
    """The rows that are of none of these sources, by the document's id, which begins with its source's name."""
    for source in sources if "id" in table.column_names else ():
        table = table.filter(pc.invert(pc.starts_with(table["id"], f"{source}:")))
    return table


def mask_texts(table: pa.Table, kinds: Sequence[str]) -> pa.Table:
    """The table with personal data masked in what stood in documents, and in what models made of it or answered."""
    if kinds and PROMPT in table.column_names:
        return pa.Table.from_pylist([mask_row(row, kinds) for row in table.to_pylist()], table.schema)
    if kinds and ANSWER in table.column_names:
        table = set_column(table, ANSWER, mask_personal(table[ANSWER], kinds)[0])
        return set_column(table, DRAWN, mask_lists(table[DRAWN], kinds))
    return table


def set_column(table: pa.Table, name: str, column: pa.Array) -> pa.Table:
    """The table with another column of this name in its place."""
    return table.set_column(table.column_names.index(name), name, column)


def mask_lists(column: pa.ChunkedArray, kinds: Sequence[str]) -> pa.Array:
    """Lists of texts with personal data masked in each."""
    lists = column.to_pylist()
    masked = iter(mask_personal(pa.array([text for each in lists for text in each or ()], pa.string()), kinds)[0])
    return pa.array([each and [next(masked).as_py() for _ in each] for each in lists], column.type)


def mask_row(row: Row, kinds: Sequence[str]) -> Row:
    """A row with its texts masked, each with the prompt before it: half a number is none by the rules.

    What begins in the prompt stands behind it as a placeholder, and the prompt ends before it.
    """
    names = [name for name in ENDS if row[name] is not None]
    masked, _ = mask_personal(pa.array([row[PROMPT], *(row[PROMPT] + row[name] for name in names)]), kinds)
    prompt, *whole = masked.to_pylist()
    shared = [commonprefix([prompt, text]) for text in whole]  # noqa: RUF071 - of texts, not paths
    ends = {name: text[len(begin) :] for name, text, begin in zip(names, whole, shared, strict=True)}
    return {**row, **ends, PROMPT: min([prompt, *shared], key=len)}


def _copy_results(report: Artifact, name: str, out: Path) -> None:
    """Copy a file of each model's folder of results, where the report has such."""
    for path in sorted(report.path.glob(f"results/*/{name}")):
        to = out / path.parent.name / name
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, to)


def render_card(section: ReleaseConfig, tables: Sequence[Table], evaluate: Artifact, sources: Sequence[Row]) -> str:
    """README.md of the data set."""
    langs = sorted({lang for table in tables for lang in table.langs if lang})
    shown = [row for row in sources if any(row["source"] in table.sources for table in tables)]
    front = need("huggingface_hub", "train").DatasetCardData(
        language=hub_languages([lang for lang in langs if "-" not in lang]),
        # The models' words are under the models' licence, the beginnings of texts each under their source's.
        **{**describe_licence(section), "license": hub_licences([section.licence, *(row["licence"] for row in shown)])},
        pretty_name=f"{section.title}: evaluation",
        task_categories=["text-generation"],
        tags=["multilingual", "evaluation", MARK],
        configs=[
            {
                "config_name": table.name,
                "data_files": [{"split": "test", "path": f"data/{table.name}/test.parquet"}],
            }
            for table in tables
        ],
    )
    facts = {"section": section, "tables": tables, "languages": len(langs), "sources": shown, "key": evaluate.key}
    body = render_markdown(HERE / "generations.md.jinja", **facts)
    return f"---\n{front.to_yaml(line_break=chr(10)).strip()}\n---\n\n{body}"
