"""Bibles by verse: CES, OSIS and USFX in XML, or a table of verses' numbers and texts.

A number is BBCCCVVV, book, chapter and verse, with the books of Protestant Bibles in their order, as in the tables of
the Parallel Bible Corpus. What is no verse of a numbered book, such as a heading, a note or a comment, is left out.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from xml.parsers.expat import ExpatError, ParserCreate

from zstandard import ZstdError

from emma.errors import LanguageError, SourceError
from emma.evaluate.tasks.rows import read_bytes
from emma.lang.codes import resolve
from emma.lang.language import LABEL, Lang

FOLDER = "bibles"
"""Name of their folder, in that of a task or beside it."""
BOOKS = (
    "GEN EXO LEV NUM DEU JOS JDG RUT 1SA 2SA 1KI 2KI 1CH 2CH EZR NEH EST JOB PSA PRO ECC SNG ISA JER LAM EZK DAN HOS "
    "JOL AMO OBA JON MIC NAM HAB ZEP HAG ZEC MAL MAT MRK LUK JHN ACT ROM 1CO 2CO GAL EPH PHP COL 1TH 2TH 1TI 2TI TIT "
    "PHM HEB JAS 1PE 2PE 1JN 2JN 3JN JUD REV"
)
"""In the order of their numbers, by the codes of USFM. Those of OSIS and CES begin with them, but for these:"""
OTHER_CODES = (
    "JUDG=JDG PHLM=PHM PS=PSA EZE=EZK SON=SNG JOE=JOL NAH=NAM MAR=MRK JOH=JHN PHI=PHP JAM=JAS 1KG=1KI 2KG=2KI 1JO=1JN "
    "2JO=2JN 3JO=3JN"
)
NUMBERS = {code: number for number, code in enumerate(BOOKS.split(), 1)}
NUMBERS |= {other: NUMBERS[code] for other, code in (pair.split("=") for pair in OTHER_CODES.split())}
LEFT_OUT = frozenset({"note", "title", "header", "f", "x", "h", "s", "toc", "d", "id", "rem"})
SAMPLE_VERSES = 40
"""Verses that tell a Bible's script, where its code does not."""
CHUNK_BYTES = 1 << 16


@lru_cache(maxsize=8)
def find_bibles(folder: Path) -> Mapping[Lang, tuple[Path, ...]]:
    """The Bibles of each language, for a task with this folder. Raises SourceError where there is none."""
    places = [folder / FOLDER, folder.parent / FOLDER]
    paths = sorted(path for place in places for path in place.glob("*") if path.is_file() and path.suffix != ".md")
    if not paths:
        raise SourceError(
            f"There is no Bible in {' or '.join(map(str, places))}. Put one there: CES, OSIS, USFX, or a table."
        )
    bibles: dict[Lang, tuple[Path, ...]] = {}
    for path in paths:
        lang = identify_bible(path)
        bibles[lang] = (*bibles.get(lang, ()), path)
    return bibles


def identify_bible(path: Path) -> Lang:
    """The language of a Bible: that of its name, such as `swh_Latn.xml`, else what the file says."""
    name = re.split("[.-]", path.name)[0]
    if LABEL.fullmatch(name):
        return Lang.parse(name)
    code, verses = read_bible(path, SAMPLE_VERSES)
    try:
        return resolve(code or name, " ".join(verses.values())).lang
    except LanguageError as error:
        raise SourceError(f"{path}: {error} Or name the file by its language, as in swh_Latn.xml.") from None


def read_bibles(folder: Path, lang: Lang) -> dict[str, str]:
    """The verses of a language, by BBCCCVVV; of several Bibles, the first that has a verse."""
    verses: dict[str, str] = {}
    for path in find_bibles(folder).get(lang, ()):
        verses = read_bible(path)[1] | verses
    return verses


def read_bible(path: Path, limit: int | None = None) -> tuple[str, dict[str, str]]:
    """The code of a Bible's language, empty where none is said, and its verses; the first few, if so many suffice."""
    try:
        content = read_bytes(path)
        if {".tsv", ".txt"} & {*path.suffixes}:
            lines = (line.partition("\t") for line in content.decode().split("\n"))
            return "", {
                number.zfill(8): text.strip() for number, _, text in lines if number.isdecimal() and text.strip()
            }
        return _parse_xml(content, limit)
    except (ExpatError, OSError, EOFError, ValueError, ZstdError) as error:
        raise SourceError(f"{path} cannot be read ({error}). Repair it, or take it out of the folder.") from None


def _parse_xml(content: bytes, limit: int | None) -> tuple[str, dict[str, str]]:
    events, parser = _Events(), ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = events.start, events.end
    parser.CharacterDataHandler = events.text
    for start in range(0, len(content), CHUNK_BYTES):
        parser.Parse(content[start : start + CHUNK_BYTES], start + CHUNK_BYTES >= len(content))
        if limit is not None and len(events.verses) > limit:
            break
    return events.code, {number: " ".join(text.split()) for number, text in events.verses.items() if text.strip()}


class _Events:
    """Takes the events of an XML parser, and keeps verses and the code of their language."""

    def __init__(self) -> None:
        self.code, self.verses = "", dict[str, str]()
        self._book = self._chapter = self._verse = ""
        self._left_out = 0
        """Open elements whose text is left out."""
        self._is_milestone = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Open what this element opens."""
        self._left_out += tag in LEFT_OUT
        place = attributes.get("osisID", attributes.get("id", ""))
        match tag:
            case "osisText" | "language":
                self.code = self.code or attributes.get("xml:lang", attributes.get("iso639", ""))
            case "book":
                self._book = place
            case "c":
                self._chapter = place
            case "v":
                self._verse = number_verse(f"{self._book}.{self._chapter}.{place}")
            case "verse" | "seg":
                self._is_milestone = "sID" in attributes
                self._verse = "" if "eID" in attributes else number_verse(place.removeprefix("b."))
            case "ve":
                self._verse = ""

    def text(self, text: str) -> None:
        """Add text to the open verse."""
        if self._verse and not self._left_out:
            self.verses[self._verse] = self.verses.get(self._verse, "") + text

    def end(self, tag: str) -> None:
        """Close what this element closes; where a verse is a pair of milestones, the second one does."""
        self._left_out -= tag in LEFT_OUT
        if tag in ("seg", "verse") and not self._is_milestone:
            self._verse = ""


def number_verse(place: str) -> str:
    """BBCCCVVV of a place such as `Matt.5.3`; empty for what is none, such as a verse of another book."""
    match = re.fullmatch(r"(\w+)\.(\d+)\.(\d+)", place)
    code = match[1].upper() if match else ""
    book = NUMBERS.get(code) or NUMBERS.get(code[:3])
    return f"{book:02}{int(match[2]):03}{int(match[3]):03}" if match and book else ""
