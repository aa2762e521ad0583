"""Find the code page of a text: the one in which it is spelled as its language is, and by far.

Every page is weighed by the probability of the letters that its bytes become, after the letters before them
(`emma.lang.spelling`), so that letters of another language, letters in disorder, capitals inside words and signs
between letters count against it; and by whether it is customary for the language. Control characters refute it. Near
ties are told, not decided.
"""

import codecs
import locale
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from emma.collect.text.likelihood import is_beyond, is_typography, text_likelihood
from emma.lang.cldr import cldr_codes
from emma.lang.scripts import dominant_script
from emma.lang.spelling import EDGE, Spelling, find_spellings, is_letter

CUSTOMARY_PAGES = {
    "ISO8859-1": "cp1252 iso8859-1 iso8859-15 cp850 cp858 cp437 mac-roman",
    "ISO8859-2": "cp1250 iso8859-2 cp852 mac-latin2",
    "ISO8859-9": "cp1254 iso8859-9 cp857 mac-turkish",
    "ISO8859-13": "cp1257 iso8859-13 iso8859-4 cp775 iso8859-10",
    "ISO8859-3": "iso8859-3",
    "ISO8859-14": "iso8859-14",
    "VISCII": "cp1258",
}
"""Code pages for Latin letters, by the one of them that Python's table of locales names for a language."""
NATIONAL_PAGES = {
    "pt": "cp860",
    "is": "cp861 mac-iceland",
    "fr": "cp863",
    "da": "cp865",
    "nb": "cp865",
    "nn": "cp865",
    "ro": "iso8859-16 mac-romanian",
    "hr": "mac-croatian",
    "sl": "mac-croatian",
    "kk": "kz1048 ptcp154",
    **dict.fromkeys(("az", "ba", "ky", "tk", "tt", "ug", "uz"), "ptcp154"),
    "tg": "koi8-t ptcp154",
}
"""Code pages that are used for few languages, by its tag."""
PAGE_ALIASES = {
    "ISO8859-15": "ISO8859-1",
    "ISO8859-4": "ISO8859-13",
    "ISO8859-10": "ISO8859-13",
    "ISO8859-9E": "ISO8859-9",
}
"""Encodings in Python's table of locales to which the customs of another apply."""
_OTHERS = """
cp1251 koi8-r koi8-u cp866 iso8859-5 mac-cyrillic cp1125 cp855 cp1253 iso8859-7 cp737 cp869
mac-greek cp1255 iso8859-8 cp862 cp856 cp1256 iso8859-6 cp720 cp864 cp874 iso8859-11
"""
EAST_ASIAN_PAGES = ("gb18030", "cp950", "big5hkscs", "cp932", "euc_jp", "cp949", "johab")
_WESTERN_PAGES = " ".join((*CUSTOMARY_PAGES.values(), _OTHERS, *NATIONAL_PAGES.values())).split()
PAGES = tuple(dict.fromkeys(_WESTERN_PAGES)) + EAST_ASIAN_PAGES
"""The pages that are weighed: of several in which a text is the same, the first is named."""
UNUSUAL_PENALTY = -9.0
"""Added for a page that is not customary for the language: it outweighs a draw."""
MAX_BYTES, MAX_BYTES_OF_MANY = 1 << 15, 1 << 11
"""Bytes of different words beyond ASCII that are weighed: in one language, and where every language is tried."""


@dataclass(frozen=True)
class Threshold:
    """The margins that the most likely page must reach to be believed."""

    ahead: float
    """Least margin of its logarithm of the probability over that of the next text."""
    ahead_per_byte: float
    """The same for each byte beyond ASCII."""
    per_byte: float
    """The least logarithm for each byte beyond ASCII."""
    pages: tuple[str, ...] = ("",)
    """Beginnings of the names of the pages that are believed at all."""


OWN_SPELLING = Threshold(8.0, 0.0, -12.2)
"""The threshold where it is known how the language is spelled: odds of 3,000 to 1."""
ANY_SPELLING = Threshold(8.0, 2.0, -7.5, ("cp125", "cp874", "koi8", *EAST_ASIAN_PAGES))
"""The threshold where it is only known how other languages are spelled."""
ANY_SPELLING_BEYOND_LATIN = Threshold(16.0, 0.15, -5.0)
"""The same for other scripts than Latin, where letters in disorder are most of the text."""
PUNCTUATION_ONLY = Threshold(4.0, 0.0, -12.2, ("cp125",))
"""The threshold where there are only quotation marks and the like."""
UNDECIDABLE = Threshold(8.0, 0.0, 0.0, ())
"""No page is believed: there is nothing to go by."""
MIN_FOREIGN_SPELLINGS = 8
"""Spellings from which they are those of other languages, not the language's own."""


@dataclass(frozen=True)
class Verdict:
    """The code page of a text, or those between which it cannot be decided."""

    encoding: str | None
    """None where no page is plausible, or several are."""
    plausible: tuple[str, ...] = ()
    """The plausible pages, the best first; one for each different text."""


def judge_code_page(sample: bytes, iso: str = "", script: str = "", stated: str | None = None) -> Verdict:
    """Judge in which code page text is that is not UTF-8, by its language (ISO 639-3) and script, if they are known.

    `stated`, if given, is believed unless it is refuted.
    """
    known = find_spellings(iso, script)
    words = select_words(sample, MAX_BYTES if len(known) < MIN_FOREIGN_SPELLINGS else MAX_BYTES_OF_MANY)
    texts: dict[str, str] = {}
    for page in ([stated] if stated else []) + list(PAGES):
        if (text := decode_readable(words, page)) is not None:
            texts.setdefault(text, page)
    usual = customary_pages(iso)
    readings = [
        DecodedText(page, text, logarithm, UNUSUAL_PENALTY if is_unusual(page, usual) else 0.0)
        for text, page in texts.items()
        if (logarithm := text_likelihood(text, find_page_spellings(page, known))) is not None
    ]
    readings.sort(key=lambda reading: -reading.score)
    return _decide(readings, sum(byte > 0x7F for byte in words), known, stated)


@dataclass(frozen=True)
class DecodedText:
    """A text as it is in a code page."""

    page: str
    text: str
    likelihood: float
    """The logarithm of its probability, by the spelling that suits it best."""
    custom: float
    """Added for the customs of the language: a penalty, or 0."""

    @property
    def score(self) -> float:
        """The logarithm of the probability, with what is customary."""
        return self.likelihood + self.custom


def _decide(readings: Sequence[DecodedText], size: int, known: Sequence[Spelling], stated: str | None) -> Verdict:
    """Decide between readings, the likeliest first. Custom may decide a draw, and never against the letters."""
    if not readings:
        return Verdict(None)
    best = readings[0]
    threshold = _choose_threshold(best.text, known, best.page)
    margin = max(threshold.ahead, threshold.ahead_per_byte * size)
    near = tuple(
        reading.page
        for reading in readings
        if reading.score > best.score - margin or reading.likelihood > best.likelihood
    )
    if stated in near:
        return Verdict(stated, near)
    is_sure = len(near) == 1 and best.score >= threshold.per_byte * size and best.page.startswith(threshold.pages)
    return Verdict(best.page if is_sure else None, near)


def _choose_threshold(text: str, known: Sequence[Spelling], page: str) -> Threshold:
    beyond = list(filter(is_beyond, text))
    letters = sum(map(is_letter, beyond))
    if len(known) < MIN_FOREIGN_SPELLINGS:
        return OWN_SPELLING if letters else PUNCTUATION_ONLY if is_typography(text) else UNDECIDABLE
    if 2 * letters <= len(beyond):
        return UNDECIDABLE
    return ANY_SPELLING if page_script(page) == "Latn" else ANY_SPELLING_BEYOND_LATIN


def select_words(sample: bytes, max_bytes: int = MAX_BYTES) -> bytes:
    """Select different words that are not ASCII, a space between; all that have a byte that no other word has."""
    words: list[bytes] = []
    bytes_so_far: set[int] = set()
    size = 0
    for word in dict.fromkeys(word for word in sample.split() if not word.isascii()):
        # Beyond the limit only words with a new byte: one rare letter may tell two pages apart.
        if size < max_bytes or not bytes_so_far.issuperset(word):
            words.append(word)
            bytes_so_far.update(word)
            size += len(word)
    return b" ".join(words)


def decode_readable(data: bytes, page: str) -> str | None:
    """Decode bytes in a code page, whose last character may be cut; None where that fails or gives controls."""
    try:
        text = codecs.getincrementaldecoder(page)().decode(data)
    except UnicodeDecodeError:
        return None
    if any(unicodedata.category(char) in ("Cc", "Cn", "Co") for char in set(text) - set("\t\n\r\f\v ")):
        return None
    return f"{EDGE}{unicodedata.normalize('NFC', text)}{EDGE}"


def find_page_spellings(page: str, known: Sequence[Spelling]) -> list[Spelling]:
    """Find the spellings in the script that a page is made for."""
    return [spelling for spelling in known if spelling.script == page_script(page)]


@lru_cache(maxsize=256)
def page_script(page: str) -> str:
    """The script that most letters of a code page have; empty for those of East Asia."""
    if page in EAST_ASIAN_PAGES or len(bytes(range(0xA1, 0xFF)).decode(page, "ignore")) < 40:
        return ""
    return dominant_script(bytes(range(0x80, 0x100)).decode(page, "ignore"))[0]


@lru_cache(maxsize=256)
def customary_pages(iso: str) -> frozenset[str]:
    """Pages for Latin letters in which texts of a language used to be; none where Python's locales do not tell."""
    names = set(cldr_codes(iso)) if iso else set()
    locales = [full for full in locale.locale_alias.values() if "." in full and full.split("_")[0] in names]
    encodings = {full.split(".")[1] for full in locales}
    pages = [CUSTOMARY_PAGES.get(PAGE_ALIASES.get(name, name), "") for name in encodings]
    return frozenset(" ".join([*pages, *(NATIONAL_PAGES.get(name, "") for name in names)]).split())


def is_unusual(page: str, usual: frozenset[str]) -> bool:
    """Whether a page for Latin letters is none of the customary ones, or one of another language's own."""
    own = page in " ".join((CUSTOMARY_PAGES["VISCII"], *NATIONAL_PAGES.values())).split()
    return page not in usual and (own or (bool(usual) and page_script(page) == "Latn"))
