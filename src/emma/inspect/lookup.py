"""Finding what a person names: a language of its corpus, a document or a reject by its id."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc

from emma.errors import LanguageError, RecipeError
from emma.lang.codes import find_language
from emma.lang.language import Lang
from emma.pipeline.corpus import Place
from emma.schemas import Row
from emma.store import shards
from emma.store.artifact import Artifact
from emma.wording import find_near, suggest

MAX_IDS, MAX_LABELS = 5, 12
"""Ids of documents, and labels of languages, that a hint lists."""
MIN_WORD = 3
"""Letters that a part of an id needs to be looked for: fewer are in nearly every one."""


def find_document(collect: Artifact, document: str) -> Place:
    """Shard number and row number of a document id, or of the only document of a file (`source:file`).

    Raises RecipeError, with ids that come near, when there is none.
    """
    for number, ids in enumerate(read_ids(collect)):
        at = pc.index(ids, pa.scalar(document)).as_py()
        if at >= 0:
            return number, at
    # A file with one document names it.
    if len(of_file := list(islice(filter_ids(collect, pc.starts_with, f"{document}#"), 2))) == 1:
        return find_document(collect, of_file[0])
    raise RecipeError(f"No document has the id '{document}'. {hint_document(collect, document)}")


def read_ids(collect: Artifact) -> Iterator[pa.ChunkedArray]:
    """The ids of the documents of each shard."""
    return (shards.read(part.file("documents.parquet"), ["id"])["id"] for part in collect.parts["documents"])


def hint_document(collect: Artifact, document: str) -> str:
    """Which ids may be meant: those of the same file, else that have the word in them, else of the same source."""
    file, _, row = document.rpartition("#")
    source, colon, _ = document.partition(":")
    if file and row.isdigit() and (before := find_row_before(collect, file, int(row))):
        return f"Row {row} may have been joined into {before}."
    word = file or document
    tests = [(pc.starts_with, f"{file}#")] if file else []
    tests += [(pc.match_substring, word)] if len(word) >= MIN_WORD else []
    for test, text in (*tests, (pc.starts_with, f"{source}:")):
        if near := list(islice(filter_ids(collect, test, text), MAX_IDS)):
            return f"There are, for example: {', '.join(near)}."
    sources = shards.read(collect.file("sources.parquet"), ["source"])["source"].to_pylist()
    example = next((ids[0].as_py() for ids in read_ids(collect) if len(ids)), "wiki:pages.jsonl#1")
    unknown = f"The run has no source '{source}'. {suggest(source, sources)} " if colon else ""
    return f"{unknown}An id is source:file#row, such as {example}."


def find_row_before(collect: Artifact, file: str, row: int) -> str:
    """The last id of a file before a row, which has the short texts after it too; empty where there is none."""
    ids = filter_ids(collect, pc.starts_with, f"{file}#")
    return max((each for each in ids if _row_of(each) < row), key=_row_of, default="")


def _row_of(document: str) -> int:
    return int(document.rpartition("#")[2])


def filter_ids(collect: Artifact, test: Callable[[pa.ChunkedArray, str], pa.ChunkedArray], text: str) -> Iterator[str]:
    """The ids that pass a test with a text, such as that they begin so; a shard of them in memory at a time."""
    return (name for ids in read_ids(collect) for name in ids.filter(test(ids, text)).to_pylist())


def find_reject(collect: Artifact, document: str) -> Row | None:
    """The reject with this id, a row of REJECTS; None where the id is no reject's."""
    for part in collect.parts["documents"]:
        for reject in shards.read(part.file("rejects.parquet")).to_pylist():
            if f"{reject['source']}:{reject['file']}#{reject['row']}" == document:
                return dict(reject)
    return None


def find_corpus_language(name: str, present: Sequence[str]) -> Lang:
    """The language among the labels `present` that a label, code or English name stands for.

    Raises RecipeError when none or several do, with those that come near; LanguageError when it is no language.
    """
    if name in present:
        return Lang.parse(name)
    if (lang := parse_if_label(name)) is not None:
        raise RecipeError(f"The corpus has no {name}. {hint_language(name, lang.iso639_3, present)}")
    try:
        iso, _ = find_language(name)
    except LanguageError:
        raise LanguageError(
            f"'{name}' is nothing that one language is called; 'emma lang {name}' says why. "
            f"{hint_language(name, '', present)}"
        ) from None
    langs = [lang for lang in map(Lang.parse, present) if lang.iso639_3 == iso]
    if len(langs) == 1:
        return langs[0]
    if langs:
        raise RecipeError(f"'{name}' stands in the corpus as {', '.join(lang.label for lang in langs)}. Say which.")
    raise RecipeError(f"'{name}' is {iso}, of which the corpus has nothing. {hint_language(name, iso, present)}")


def parse_if_label(name: str) -> Lang | None:
    """The language of a label; None for any other name."""
    try:
        return Lang.parse(name)
    except LanguageError:
        return None


def hint_language(name: str, iso: str, present: Sequence[str]) -> str:
    """Labels that may be meant: of the same language, its macrolanguage or members, or spelt alike."""
    related = find_related_languages(iso)
    near = [label for label in present if Lang.parse(label).iso639_3 in related]
    names = {Lang.parse(label).name: label for label in present}
    near += find_near(name, present, most=4, cutoff=0.7)
    near += [names[each] for each in find_near(name, names, most=4, cutoff=0.75)]
    near = list(dict.fromkeys(near))
    if near:
        return f"Near it are: {', '.join(near[:MAX_LABELS])}."
    if len(present) <= MAX_LABELS:
        return f"It has {', '.join(present) or 'none'}."
    return f"It has {len(present)} languages: {', '.join(present[:MAX_LABELS])}…."


def find_related_languages(iso: str) -> set[str]:
    """A language, its macrolanguage and their members, as ISO 639-3."""
    from iso639 import Language, LanguageNotFoundError

    from emma.lang.macro import members_of

    if not iso:
        return set()
    try:
        above = Language.from_part3(iso).macrolanguage
    except LanguageNotFoundError:
        return {iso}
    return {iso, *members_of(iso), *((above, *members_of(above)) if above else ())}
