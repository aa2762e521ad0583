"""A first guess at how a file is read: reader, fields and options, from its form and its first rows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from emma.collect.text.encodings import Encoding, detect_encoding, detect_unicode
from emma.errors import LanguageError
from emma.lang.codes import resolve
from emma.lang.tables import Scheme
from emma.pipeline.draft.choices import Choice, choose_columns
from emma.pipeline.draft.columns import Column, find_columns, name_language
from emma.pipeline.draft.forms import Form, find_form
from emma.pipeline.draft.places import Place, PlaceFile, head_of
from emma.pipeline.draft.rows import (
    Record,
    decode_head,
    has_header,
    parse_cut_json,
    read_arrow_head,
    read_json_lines,
    read_parquet_head,
    read_table,
)

SCHEMES: Mapping[str, Scheme] = {
    "android": "android",
    "mediawiki_dump": "wiki",
    "mediawiki_json": "wiki",
    "messages_json": "bcp47",
}
"""Schemes by which the codes of some formats are written."""
UNDECLARED = frozenset({"csv", "json", "jsonl", "markdown", "moses", "conllu", "storybook"})
"""Readers that take UTF-8 unless the source declares another encoding."""
MESSAGE_CHARS = 200
"""Mean characters from which texts of nested JSON are no messages of an interface."""


@dataclass(frozen=True)
class Guess:
    """How a file may be read."""

    readers: tuple[str, ...] = ()
    """Readers, the likeliest first."""
    choice: Choice = field(default_factory=Choice)
    options: "Options" = ()
    encoding: str = ""
    scheme: Scheme = "any"
    why: str = ""
    """Why it cannot be read, where it cannot."""
    columns: frozenset[str] = frozenset()
    """All columns of a table, or keys of records."""
    code: str = ""
    """The language of most rows, as a column says it."""
    may_be_text: bool = False
    """Whether it may as well be plain text."""
    is_empty: bool = False
    """Whether it has no text, but does no harm among files like it that have some."""

    def key(self) -> tuple[object, ...]:
        """What tells apart files that are to be read differently."""
        return (self.readers, self.choice.key(), self.options, self.encoding, self.scheme, self.why)


def guess_file(place: Place, file: PlaceFile) -> Guess:
    """Guess how one file is read."""
    head = head_of(place, file)
    form = find_form(file.inner, head)
    if form.why:
        return Guess(why=form.why)
    if form.readers[0] in ("parquet", "huggingface"):
        return _guess_arrow(place, file, form.readers)
    guess = _guess_rows(file, form, head, "")
    if detect_unicode(head) is not None or guess.readers[:1] not in {(reader,) for reader in UNDECLARED}:
        return guess
    if not (encoding := find_declared_encoding(head, guess.code or read_name(file.inner))):
        return guess
    return replace(_guess_rows(file, form, head, encoding), encoding=encoding)


def find_declared_encoding(head: bytes, code: str) -> str:
    """The encoding that the source must declare, found by how its language is spelled; empty where none is sure."""
    try:
        lang = resolve(code).lang if code else None
    except LanguageError:
        lang = None
    found = detect_encoding(head, lang)
    return found.name if isinstance(found, Encoding) else ""


def read_name(name: str) -> str:
    """The one language that parts of a name can be; empty where there is none, or are several."""
    labels = {name_language(part) for part in re.split(r"[/.]", name)} - {""}
    return labels.pop() if len(labels) == 1 else ""


def _guess_rows(file: PlaceFile, form: Form, head: bytes, encoding: str) -> Guess:
    text = decode_head(head, encoding or None)
    if form.readers[0] == "jsonl" and (records := read_json_lines(text)):
        return _guess_columns(("jsonl",), find_columns(records))
    if form.readers[0] in ("json", "jsonl"):
        return _guess_json(parse_cut_json(text))
    if form.readers[0] == "csv":
        return _guess_table(file.inner, form, text)
    return Guess(form.readers, scheme=SCHEMES.get(form.readers[0], "any"))


Options = tuple[tuple[str, bool | int | str], ...]


def _guess_columns(readers: tuple[str, ...], columns: Sequence[Column], options: Options = ()) -> Guess:
    """The guess by the columns of a table, or the reason why it has no text."""
    choice, names = choose_columns(columns), frozenset(column.name for column in columns)
    values = next((column.values for column in columns if column.name == choice.fields.get("lang")), [])
    code = max(values, key=values.count, default="")
    return Guess(readers, choice, options, scheme=choice.scheme, why=choice.why_none, columns=names, code=code)


def _guess_json(value: object) -> Guess:
    """Messages of an interface, or records in a list somewhere in the value."""
    if isinstance(value, list):
        records = [item for item in value if isinstance(item, dict)]
        return _guess_records(records, "") if records else Guess(why="a JSON list without objects")
    if not isinstance(value, dict):
        return Guess(why="JSON that is no object and no list of them")
    below = {key: item for key, item in value.items() if key != "@metadata"}
    for key, item in below.items():
        if isinstance(item, list) and item and isinstance(item[0], dict):
            return _guess_records([record for record in item if isinstance(record, dict)], key)
    return _guess_messages(below, is_wiki="@metadata" in value)


def _guess_messages(value: Mapping[str, object], *, is_wiki: bool) -> Guess:
    """Messages on one level or several; one record where the texts are longer than any message."""
    if is_wiki or (value and all(isinstance(item, str) for item in value.values())):
        return Guess(("mediawiki_json", "messages_json"), scheme="wiki")
    columns = find_columns([value])
    texts = [text for column in columns for text in column.values]
    if not any(map(str.isalpha, "".join(texts[:50]))):
        return Guess(why="JSON without texts", is_empty=True)
    if sum(map(len, texts)) > MESSAGE_CHARS * len(texts):
        return _guess_columns(("json",), columns)
    return Guess(("messages_json",), scheme="bcp47")


def _guess_records(records: Sequence[Record], path: str) -> Guess:
    """Records under a key; where their text is in lists of its own, the records are those."""
    columns = find_columns(records)
    text = choose_columns(columns).fields.get("text")
    first, _, rest = text.partition(".") if isinstance(text, str) else ("", "", "")
    if rest and all(isinstance(record.get(first), list) for record in records[:5]):
        lists = [value for record in records if isinstance(value := record.get(first), list)]
        inner = [item for value in lists for item in value if isinstance(item, dict)]
        return _guess_records(inner, f"{path}.{first}" if path else first)
    return _guess_columns(("json",), columns, (("records", path),) if path else ())


def _guess_table(name: str, form: Form, text: str) -> Guess:
    """The columns of a table; a table of one column that is wide is text after all."""
    rows, delimiter = read_table(name, text)
    if not rows:
        return Guess(("text",))
    width = len(rows[0])
    if width == 1 and "text" in form.readers and not has_header(rows):
        return Guess(("text",))
    options: list[tuple[str, bool | int | str]] = []
    if delimiter != ("\t" if name_is_tsv(name) else ","):
        options.append(("delimiter", delimiter))
    headed = has_header(rows)
    names = [cell.strip() for cell in rows[0]] if headed else [str(number + 1) for number in range(width)]
    if not headed:
        options.append(("header", False))
    records = [dict(zip(names, row, strict=False)) for row in rows[headed:] if len(row) == width]
    twice = {column for column in names if names.count(column) > 1}
    columns = [column for column in find_columns(records) if column.name not in twice]
    return replace(_guess_columns(("csv",), columns, tuple(options)), may_be_text="text" in form.readers)


def name_is_tsv(name: str) -> bool:
    """Whether the reader `csv` takes a file of this name for one with tabs."""
    from emma.collect.files.compression import without_suffix
    from emma.collect.readers.csv import TAB_SUFFIXES

    return without_suffix(name).suffix in TAB_SUFFIXES


def _guess_arrow(place: Place, file: PlaceFile, readers: tuple[str, ...]) -> Guess:
    """The columns of a Parquet file, or of a data set that was saved."""
    if file.member:
        return Guess(why=f"a file for the reader '{readers[0]}' in an archive, which is not looked into; unpack it")
    read = read_parquet_head if readers == ("parquet",) else read_arrow_head
    records, names = read(place.root / file.name)
    if not names:
        return Guess(why="a damaged file of Arrow or Parquet")
    if not records:
        return Guess(why="a table without rows", is_empty=True)
    guess = _guess_columns(readers, find_columns(records))
    if guess.why and (twice := sorted({name for name in names if names.count(name) > 1})):
        return replace(guess, why=f"the column '{twice[0]}' is there twice, and which one is meant is not known")
    return guess
