"""Checks of a recipe before anything is read, and of sources that gave nothing."""

from collections.abc import Mapping, Sequence

import pyarrow.compute as pc

from emma.collect.config import CODE_READER, KEEP_ALL, BenchmarkConfig, CollectConfig, SourceConfig
from emma.collect.files.inputs import SourceFiles
from emma.collect.files.names import list_metadata
from emma.collect.readers.registry import BUILT_IN, find_reader, load_reader
from emma.collect.records import EMPTY_TEXT
from emma.collect.tables import sum_counts
from emma.errors import LanguageError, RecipeError, SourceError
from emma.lang import macro
from emma.lang.codes import resolve
from emma.store import shards
from emma.store.artifact import Artifact
from emma.wording import plural, suggest

KINDS: Mapping[type, str] = {bool: "true or false", int: "a whole number", str: "a text"}
"""What values of options are called, by their types."""
MAX_SHOWN = 5
"""Rows of a benchmark that are shown of those that cannot be read."""


def check_recipe(section: CollectConfig) -> None:
    """Raise RecipeError or LanguageError for what the recipe itself gets wrong."""
    if not section.sources:
        raise RecipeError(
            "The recipe has no sources, so there is nothing to collect. Add a table [[collect.sources]] "
            "with `name`, `reader`, `path` and `licence`."
        )
    for source in (*section.sources, *section.benchmarks):
        find_reader(source)
        check_options(source)
        check_fields(source)
        check_keep(source)
        check_languages(source)
    macro.check_policies(section.macrolanguages)
    if "lid" in section.macrolanguages.values() and section.lid is None:
        raise RecipeError('[collect] macrolanguages has the policy "lid"; name a model: lid = "…".')


def check_options(source: SourceConfig) -> None:
    """Raise RecipeError for an option that the reader does not know, or a value that it does not take."""
    known = find_reader(source).options
    for name, value in source.options.items():
        where = f"Source '{source.name}': option '{name}' of the reader '{source.reader}'"
        if name not in known:
            raise RecipeError(f"{where} does not exist. {advise_option(name, source)}")
        allowed = known[name].kind
        if isinstance(allowed, type):
            if not isinstance(value, allowed):
                raise RecipeError(f"{where} must be {KINDS[allowed]}, not {value!r}. {known[name].help}".rstrip())
        elif value not in allowed:
            raise RecipeError(f"{where} must be one of {', '.join(map(repr, allowed))}, not {value!r}.")


def advise_option(name: str, source: SourceConfig) -> str:
    """What to write in place of an option that a reader does not have."""
    known = sorted(find_reader(source).options)
    more = f"`emma readers {source.reader}` tells of them."
    if name in SourceConfig.model_fields:
        return f"`{name}` is a setting of the source itself: write it beside `options`, not in it."
    return f"{suggest(name, known)} {more}" if known else f"The reader '{source.reader}' has no options."


def check_fields(source: SourceConfig) -> None:
    """Raise RecipeError for `fields` where one of EMMA's readers has none: what they name would be read nowhere."""
    if not source.fields or source.reader not in BUILT_IN or find_reader(source).has_fields:
        return
    others = ", ".join(name for name in BUILT_IN if load_reader(name).has_fields)
    raise RecipeError(
        f"Source '{source.name}': `fields` says nothing to the reader '{source.reader}', whose format has no columns "
        f"or keys; leave it out, or take one that reads tables ({others})."
    )


def check_keep(source: SourceConfig) -> None:
    """Raise RecipeError for metadata that the reader cannot give, as far as it says what it gives."""
    known = find_reader(source).metadata
    unknown = [name for name in source.keep if name not in known and name != KEEP_ALL]
    if not source.keep or KEEP_ALL in known or (known and not unknown):
        return
    if not known:
        raise RecipeError(
            f"Source '{source.name}': the reader '{source.reader}' gives nothing beside texts and languages, so there "
            "is nothing to `keep`. Leave it out."
        )
    raise RecipeError(
        f"Source '{source.name}': `keep` names '{unknown[0]}', which the reader '{source.reader}' does not give. "
        f"{suggest(unknown[0], known)}"
    )


def check_languages(source: SourceConfig) -> None:
    """Raise LanguageError for a language that the recipe itself names wrongly, RecipeError where none can be named."""
    if source.reader == CODE_READER and source.lang_from is not None:
        raise RecipeError(f"Source '{source.name}': `lang_from` says nothing to the reader 'code'; leave it out.")
    for code in filter(None, (source.lang, source.lang2, *source.codes.values())):
        try:
            resolve(code, "a")  # any text will do: this is not about scripts
        except LanguageError as error:
            raise LanguageError(f"Source '{source.name}': {error}") from None


def refuse_empty(source: SourceConfig, parts: Sequence[Artifact]) -> None:
    """Raise SourceError for a source without a single document, with the reasons."""
    counts = sum_counts(parts)
    if counts["rows_out"]:
        return
    reasons = sorted((name, count) for name, count in counts.items() if name.startswith("rejected"))
    why = "; ".join(f"{name} {plural(count, 'time')}" for name, count in reasons) or "its files have no text at all"
    # One of each part is enough to name the first: a source without documents may have millions.
    rejects = [row for part in parts for row in shards.read(part.file("rejects.parquet")).slice(0, 1).to_pylist()]
    first = f" The first: {rejects[0]['file']}, row {rejects[0]['row']}: {rejects[0]['reason']}." if rejects else ""
    raise SourceError(
        f"Source '{source.name}' gave no document ({why}).{first} "
        "Check its `reader`, `path`, `member`, `fields` and `codes` in the recipe."
    )


def refuse_unkept(source: SourceConfig, parts: Sequence[Artifact], files: SourceFiles, max_row_bytes: int) -> None:
    """Raise SourceError for a name in `keep` under which no document of the source has anything.

    Shows the names that the first documents have.
    """
    names = [name for name in source.keep if name != KEEP_ALL]
    kept = {name for part in parts if names for name in shards.read(part.file("kept.parquet"))["name"].to_pylist()}
    if not (absent := [name for name in names if name not in kept]):
        return
    there = list_metadata(source, files, max_row_bytes)
    raise SourceError(
        f"Source '{source.name}': `keep` names '{absent[0]}', under which none of its documents has anything. "
        + (suggest(absent[0], there) if there else "There is nothing to keep: leave it out.")
    )


def refuse_unread(benchmark: BenchmarkConfig, parts: Sequence[Artifact]) -> None:
    """Raise SourceError for a benchmark with rows that cannot be read, unless the recipe allows it.

    Nobody would look for their text in the corpus. Only an empty text loses nothing.
    """
    rejects = shards.read_all([part.file("rejects.parquet") for part in parts])
    unread = rejects.filter(pc.invert(pc.starts_with(rejects["reason"], EMPTY_TEXT)))
    if benchmark.allow_unread or not unread.num_rows:
        return
    shown = [f"  {row['file']}, row {row['row']}: {row['reason']}" for row in unread.slice(0, MAX_SHOWN).to_pylist()]
    raise SourceError(
        f"Benchmark '{benchmark.name}': nobody would look for {plural(unread.num_rows, 'row')} that cannot be read:\n"
        + "\n".join(shown)
        + ("\n  …" if unread.num_rows > MAX_SHOWN else "")
        + "\nMend them, or go on without them: allow_unread = true in the benchmark's table."
    )
