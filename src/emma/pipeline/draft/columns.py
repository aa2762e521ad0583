"""Columns of tables and keys of records: what is in them, text, languages, addresses or code."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from emma.errors import LanguageError
from emma.lang.cldr import has_name, has_two_letters
from emma.lang.codes import find_language, resolve
from emma.lang.tables import Scheme
from emma.pipeline.draft.rows import Record

TEXT_NAMES = (
    "text", "content", "body", "raw_content", "article", "document", "doc", "sentence", "context", "passage",
    "paragraph", "story", "maintext", "clean_text", "plain_text", "utterance", "transcript", "transcription",
    "lyrics", "verse", "premise", "instruction", "prompt", "question", "translation",
)  # fmt: skip
"""Names of columns that hold text, the likeliest first; others may too."""
LANGUAGE_NAMES = re.compile(
    r"(.*[_.-])?(lang|langs|language|languages|lang_?code|language_?code|lang_?id|locale|iso|iso_?code|iso639.*|iso_?3|"
    r"langue|idioma|lingua|sprache|bahasa|lugha)([_.-]?(code|id|script|tag))?|(src|tgt|trg|source|target)[_.-]?code",
    re.IGNORECASE,
)
PAIRS = (
    ("src", "tgt"),
    ("src_text", "tgt_text"),
    ("source", "target"),
    ("source_text", "target_text"),
    ("src_sentence", "tgt_sentence"),
    ("src", "trg"),
    ("text", "translation"),
    ("sentence", "translation"),
    ("original", "translation"),
    ("source", "translation"),
)
"""Names of the columns of a text and its translation."""
URL = re.compile(r"https?://\S+")
LABEL_SHAPE = re.compile(r"[a-z]{3}_[A-Z][a-z]{3}")
MIN_TEXT_CHARS, MIN_LETTER_SHARE = 12, 0.5
"""Mean characters of the values of a column of text, and the share of them that are letters or marks, at least."""
MIN_DISTINCT = 0.3
"""Share of the values of a column of text that differ, at least, unless there are few: fewer are categories."""
FEW_ROWS = 8
CODE_SIGNS = re.compile(r"[{};=<>\[\]]")
CODE_SHARE = 0.04
"""Share of such signs from which text is program code."""
EAST_ASIAN = "\u2e80"
"""The first character of East Asian writing, whose characters are syllables and words."""
KNOWN_SHARE = 0.8
"""Share of the values of a column of languages that must be ones."""


@dataclass
class Column:
    """A column and some of its values."""

    name: str
    values: list[str]
    is_list: bool = False
    """Whether it is inside of a list, so that a record has several of it."""

    @property
    def chars(self) -> float:
        """Mean characters of a value; a character of Han, Kana or Hangul counts for three."""
        total = sum(len(value) + 2 * sum(char >= EAST_ASIAN for char in value) for value in self.values)
        return total / max(1, len(self.values))

    @property
    def distinct(self) -> float:
        """Share of the values that differ."""
        return len(set(self.values)) / max(1, len(self.values))

    def is_text(self) -> bool:
        """Whether its values are texts, and no numbers, addresses, categories or ids."""
        joined = "".join(self.values[:50])
        letters = sum(char.isalpha() or char >= "\u0300" for char in joined)
        if not joined or letters < MIN_LETTER_SHARE * len(joined) or URL.match(joined):
            return False
        if len(self.values) > FEW_ROWS and self.distinct < MIN_DISTINCT:
            return False
        word = self.name.rpartition(".")[2].lower()
        spaced = sum(any(map(str.isspace, value)) or not value.isascii() for value in self.values)
        if word in TEXT_NAMES:
            return True
        # a side of a pair, or a column called by its language, may have short texts
        paired = any(word in pair for pair in PAIRS) or (len(word) > 3 and bool(name_language(word)))
        return 2 * spaced > len(self.values) and (paired or self.chars >= MIN_TEXT_CHARS)

    def is_code(self) -> bool:
        """Whether its texts are program code."""
        joined = "".join(self.values[:50])
        return len(CODE_SIGNS.findall(joined)) > CODE_SHARE * len(joined)


def find_columns(records: Sequence[Record]) -> list[Column]:
    """The columns of some records that hold strings, with dots for levels, in the order in which they come."""
    columns: dict[str, Column] = {}
    for record in records:
        for name, value, is_list in _flatten(record, "", in_list=False):
            column = columns.setdefault(name, Column(name, []))
            column.is_list |= is_list
            if value.strip():
                column.values.append(value.strip())
    return list(columns.values())


def _flatten(value: object, name: str, *, in_list: bool) -> Iterator[tuple[str, str, bool]]:
    if isinstance(value, str):
        yield name, value, in_list
    elif isinstance(value, bytes):
        yield name, value.decode("utf-8", "replace"), in_list
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flatten(inner, f"{name}.{key}" if name else str(key), in_list=in_list)
    elif isinstance(value, list | tuple):
        for inner in value[:20]:
            yield from _flatten(inner, name, in_list=True)


def is_language(column: Column) -> bool:
    """Whether a column says languages: its name says so and most of its values are ones, or all are labels."""
    if not column.values or column.is_list or max(map(len, column.values)) > 60:
        return False
    if all(map(LABEL_SHAPE.fullmatch, column.values)):
        return True
    if not LANGUAGE_NAMES.fullmatch(column.name):
        return False
    distinct = set(column.values)
    return any(count_known(distinct, scheme) >= KNOWN_SHARE * len(distinct) for scheme in ("any", "wiki", "name"))


def is_exact(column: Column) -> bool:
    """Whether all of its values are languages."""
    distinct = set(column.values)
    return count_known(distinct, "any") == len(distinct) and bool(
        re.search("iso|code|lang", column.name, re.IGNORECASE)
    )


def count_known(codes: set[str], scheme: Scheme) -> int:
    """Count the codes that are languages in a scheme."""
    return sum(is_known(code, scheme) for code in codes)


def is_known(code: str, scheme: Scheme = "any") -> bool:
    """Whether a code is a language in a scheme."""
    try:
        find_language(code, scheme)
    except LanguageError:
        return False
    return True


SCHEME_ORDER: tuple[Scheme, ...] = ("any", "bcp47", "wiki", "flores", "name", "android")


def choose_scheme(codes: Sequence[str]) -> Scheme:
    """The scheme in which most of the codes are languages; `any` where no other reads more."""
    distinct = set(codes)
    return max(SCHEME_ORDER, key=lambda scheme: (count_known(distinct, scheme), -SCHEME_ORDER.index(scheme)))


def name_language(word: str) -> str:
    """The label of the language that a column or a file is named after; empty where its name means something else."""
    scheme: Scheme = "any"
    if len(word) > 3 and not LABEL_SHAPE.fullmatch(word) and not re.fullmatch(r"[a-z]{2,3}[-_]\w+", word):
        scheme = "name"
    try:
        iso, _ = find_language(word, scheme)
        label = resolve(word, scheme=scheme).label
    except LanguageError:
        return ""
    short = len(word) == 3 and not (has_two_letters(iso) or LABEL_SHAPE.fullmatch(word))
    return "" if len(word) < 2 or short or not has_name(iso) else label
