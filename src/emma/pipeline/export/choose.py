"""What is asked of an export, checked against what the run has before a row is read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from emma.errors import LanguageError, RecipeError
from emma.lang.language import Lang
from emma.pipeline.corpus import Corpus
from emma.schemas import DOCUMENTS, SPLITS, Row
from emma.store import shards
from emma.store.artifact import Artifact
from emma.wording import suggest
from emma.work.by_language import Choice
from emma.work.table_files import FORMATS

COLUMNS = ("id", "text", "lang", "text2", "lang2", "source", "domain", "licence", "source_code", "url", "meta")
"""Columns of DOCUMENTS that an export has; `redistribution` follows them, then the annotations asked for."""
SELECTION_COLUMNS = ("cluster", "cluster_size")
TABLES = ("annotations", "identified", "contamination")
"""Parts of annotate, each with a table of its name."""


@dataclass(frozen=True)
class Request:
    """What to export: names as in the corpus; None for all."""

    langs: Sequence[str] | None = None
    splits: Sequence[str] | None = None
    sources: Sequence[str] | None = None
    kind: str = "parquet"
    """The end of the files' names, a key of FORMATS."""
    annotations: Sequence[str] = ()
    mask: Sequence[str] = ()
    """Kinds of personal data (`emma.kernels.personal.KINDS`) that placeholders stand for."""


def choose_rows(request: Request, corpus: Corpus) -> Choice:
    """The rows and columns that are asked for. Raises RecipeError or LanguageError for what the run does not have."""
    tally = read_tally(corpus.curate)
    refuse_unknown("format", [request.kind], FORMATS)
    refuse_unknown("split", request.splits or (), SPLITS)
    refuse_unknown("source", request.sources or (), {row["source"] for row in tally})
    if request.mask:
        from emma.kernels.personal import KINDS  # with numba, which nothing else here needs

        refuse_unknown("kind of personal data", request.mask, KINDS, "mask")
    refuse_absent(request.langs or (), {row["lang"] for row in tally})
    return Choice(
        columns=COLUMNS,
        splits=tuple(split for split in SPLITS if not request.splits or split in request.splits),
        langs=None if request.langs is None else tuple(sorted(set(request.langs))),
        sources=None if request.sources is None else tuple(sorted(set(request.sources))),
        beside=find_annotations(request.annotations, corpus),
        mask=tuple(dict.fromkeys(request.mask)),
        by_source=(("redistribution", tuple(read_redistribution(corpus.collect).items())),),
    )


def refuse_unknown(what: str, asked: Sequence[str], there: Iterable[str], verb: str = "export") -> None:
    """RecipeError for a name that is not there, with the one that may be meant."""
    names = sorted(there)
    for name in asked:
        if name not in names:
            raise RecipeError(f"There is no {what} '{name}' to {verb}. {suggest(name, names)}")


def refuse_absent(labels: Sequence[str], there: Iterable[str]) -> None:
    """LanguageError for a label of which the corpus has nothing."""
    names = sorted(there)
    for label in labels:
        if Lang.parse(label).label not in names:
            same = [name for name in names if name[:3] == label[:3]]
            raise LanguageError(f"The corpus has nothing in {label}. {suggest(label, same or names)}")


def read_tally(curate: Artifact) -> list[Row]:
    """Rows of documents and bytes by language, source and outcome, of the whole corpus."""
    rows: list[Row] = shards.read(curate.file("languages.parquet")).to_pylist()
    return rows


def read_redistribution(collect: Artifact) -> Mapping[str, str]:
    """The redistribution class of each source, in the recipe's order."""
    rows = shards.read(collect.file("sources.parquet"), ["source", "redistribution"]).to_pylist()
    return {row["source"]: row["redistribution"] for row in rows}


def find_annotations(names: Sequence[str], corpus: Corpus) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The files that hold some annotations, and which of them each holds. RecipeError for one that there is not."""
    places = list_annotations(corpus)
    refuse_unknown("annotation", names, places)
    files = dict.fromkeys(places[name] for name in names)
    return tuple((file, tuple(name for name in dict.fromkeys(names) if places[name] == file)) for file in files)


def list_annotations(corpus: Corpus) -> dict[str, str]:
    """Every annotation of a corpus, with the file that holds it."""
    places = dict.fromkeys(SELECTION_COLUMNS, "selection.parquet")
    for table in TABLES:
        for part in corpus.annotate.parts.get(table, ())[:1]:
            places |= dict.fromkeys(shards.names(part.file(f"{table}.parquet")), f"{table}.parquet")
    return {name: file for name, file in places.items() if name not in DOCUMENTS.names}


def list_shards(choice: Choice, corpus: Corpus) -> list[tuple[Artifact, ...]]:
    """Shards that have any of the rows, each as documents, selection and what holds the tables beside."""
    columns: list[Sequence[Artifact]] = [corpus.collect.parts["documents"], corpus.curate.parts["selection"]]
    columns += [corpus.part(file.removesuffix(".parquet")) or () for file, _ in choice.beside]
    return [
        item for item in zip(*columns, strict=True) if any(is_chosen(row, choice) for row in read_shard_tally(item[1]))
    ]


def read_shard_tally(selection: Artifact) -> list[Row]:
    """Rows of documents by language, source and outcome, of one shard."""
    rows: list[Row] = shards.read(selection.file("tally.parquet")).to_pylist()
    return rows


def is_chosen(row: Row, choice: Choice) -> bool:
    """Whether a row of a tally counts documents that are chosen."""
    return (
        row["outcome"] in choice.splits
        and (choice.langs is None or row["lang"] in choice.langs)
        and (choice.sources is None or row["source"] in choice.sources)
    )
