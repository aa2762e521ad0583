"""A language is a value: ISO 639-3 and ISO 15924. The one place where labels are written and read.

Tables and files hold labels (`swh_Latn`, of a pair of texts `eng_Latn-swh_Latn`); code holds `Lang` and `Pair`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from emma.errors import LanguageError

LABEL = re.compile(r"([a-z]{3})_([A-Z][a-z]{3})")
NO_LANGUAGE = ("mis", "mul", "und", "zxx")
"""ISO 639-3 codes of what is in no language, or in several."""


@dataclass(frozen=True, order=True)
class Lang:
    """A language in a script."""

    iso639_3: str
    script: str

    @property
    def label(self) -> str:
        """The label that stages exchange, such as `swh_Latn`."""
        return f"{self.iso639_3}_{self.script}"

    @property
    def tag(self) -> str:
        """The BCP 47 tag, by which browsers choose fonts and readers a voice: `swh-Latn`, and `ar-Arab` of `ara`."""
        return f"{_shortest_code(self.iso639_3)}-{self.script}"

    @property
    def name(self) -> str:
        """The English name: ISO 639-3's reference name without what it puts in brackets; the code where it has none."""
        return _reference_name(self.iso639_3)

    @property
    def is_language(self) -> bool:
        """Whether it is counted as a language: program code and texts in no or several languages are not."""
        return self.iso639_3 not in NO_LANGUAGE

    @classmethod
    def parse(cls, label: str) -> "Lang":
        """Read a label as it stands; LanguageError if it is not of the form `xxx_Yyyy`."""
        return _parse(label)


@dataclass(frozen=True, order=True)
class Pair:
    """Two languages of a text and its translation, whichever side came first."""

    first: Lang
    second: Lang

    def __post_init__(self) -> None:
        """Put the two in the order of their labels, so that a pair equals its reverse."""
        first, second = sorted((self.first, self.second), key=lambda lang: lang.label)
        object.__setattr__(self, "first", first)
        object.__setattr__(self, "second", second)

    @property
    def label(self) -> str:
        """The label that stands for the two, such as `eng_Latn-swh_Latn`."""
        return f"{self.first.label}-{self.second.label}"

    @property
    def script(self) -> str:
        """Both scripts in alphabetical order, such as `Deva-Latn`."""
        return "-".join(sorted((self.first.script, self.second.script)))

    @classmethod
    def parse(cls, label: str) -> "Pair":
        """Read a pair's label; LanguageError if it is not two labels with a hyphen between them."""
        first, _, second = label.partition("-")
        return cls(Lang.parse(first), Lang.parse(second))


def parse_label(label: str) -> Lang | Pair:
    """Read the label of a language or of a pair. Raises LanguageError for anything else."""
    return Pair.parse(label) if "-" in label else Lang.parse(label)


@lru_cache(maxsize=65_536)
def script_of(label: str) -> str:
    """The script of a label: `Latn` of `hau_Latn`, and both of a pair's, `Deva-Latn` of `eng_Latn-hin_Deva`."""
    return parse_label(label).script


def sort_sides(name: str) -> str:
    """A name as labels have it: the two languages, or the two scripts, of a pair in alphabetical order."""
    return "-".join(sorted(name.split("-")))


# Cached, since columns of labels are parsed row by row and have few distinct ones.
@lru_cache(maxsize=65_536)
def _parse(label: str) -> Lang:
    if not (match := LABEL.fullmatch(label)):
        raise LanguageError(f"'{label}' is not a language label: write ISO 639-3 and ISO 15924, as in swh_Latn.")
    return Lang(*match.groups())


@lru_cache(maxsize=16_384)
def _shortest_code(iso639_3: str) -> str:
    """The code of two letters where there is one: BCP 47 has no other for these languages (RFC 5646, section 2.2.1)."""
    from iso639 import Language, LanguageNotFoundError

    try:
        return Language.from_part3(iso639_3).part1 or iso639_3
    except LanguageNotFoundError:
        return iso639_3


@lru_cache(maxsize=16_384)
def _reference_name(iso639_3: str) -> str:
    from iso639 import Language, LanguageNotFoundError

    if iso639_3 == CODE.iso639_3:
        return "Program code"
    try:
        return re.sub(r"\s*\(.*?\)", "", Language.from_part3(iso639_3).name)
    except LanguageNotFoundError:
        return iso639_3


CODE = Lang("zxx", "Zyyy")
"""Program code: "no linguistic content", "undetermined script". No text source may resolve to it."""
ENGLISH = Lang("eng", "Latn")
"""The language that byte premiums and forgetting are measured against."""
UNDETERMINED = "und"
"""ISO 639-3 code of benchmark items whose code names no language: `und_Latn`. They are looked for like any."""
