"""Repair of text, and nothing else: what a text says and how it is spelled stay as they were.

Joiners (ZWJ, ZWNJ) carry meaning in Indic scripts and Persian and are kept. NFC is Python's: pyarrow's
`utf8_normalize` decomposes (arrow issue 51225). Mojibake is mended first, since the control characters that
`repair_text` removes are part of it.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import ftfy
from ftfy.chardata import CHARMAP_ENCODINGS

LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\ufeff\ufffe\uffff]")
"""Control characters other than newline and tab, soft hyphens, byte-order marks, non-characters."""
SURROGATES = re.compile("[\ud800-\udfff]")
CLEAN = re.compile("[\t\n\x20-\x7e\xa0-\xac\xae-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*")
"""Text without any of these: nearly all text, told in one fast pass."""
MAX_MARKS = 30
"""Marks in a row that stream-safe text may have (UAX 15)."""
STRIDE = MAX_MARKS + 1


def clean_text(text: str) -> tuple[str, bool]:
    """Mend and repair a text; also whether it was mended."""
    mended = fix_mojibake(text)
    return repair_text(text if mended is None else mended), mended is not None


def repair_text(text: str) -> str:
    """Put a text in NFC, with newlines as line ends, without control characters, and without white space around it.

    Lone surrogates, which no UTF-8 can hold, become U+FFFD.
    """
    if not CLEAN.fullmatch(text):
        text = SURROGATES.sub("\ufffd", UNWANTED.sub("", LINE_ENDS.sub("\n", text)))
    text = order_marks(text.strip())
    return text if text.isascii() or unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def order_marks(text: str) -> str:
    """The text with long runs of marks in canonical order: normalisation would sort them in quadratic time."""
    if text.isascii() or combining_marks().isdisjoint(text[MAX_MARKS::STRIDE]):  # a longer run has one of these places
        return text
    places = (at for at in range(MAX_MARKS, len(text), STRIDE) if text[at] in combining_marks())
    if not any(long_mark_runs().search(text, at - MAX_MARKS, at + STRIDE) for at in places):
        return text
    return long_mark_runs().sub(_sort_marks, text)


def _sort_marks(run: re.Match[str]) -> str:
    marks = "".join(unicodedata.normalize("NFD", char) for char in run[0])
    return "".join(sorted(marks, key=unicodedata.combining))


@lru_cache(maxsize=1)
def combining_marks() -> frozenset[str]:
    """Characters that are, or are made of, nothing but marks that have an order (U+0F73 is made of two)."""
    planes = map(chr, range(0x20000))
    return frozenset(char for char in planes if unicodedata.combining(unicodedata.normalize("NFD", char)[0]))


@lru_cache(maxsize=1)
def long_mark_runs() -> re.Pattern[str]:
    """More marks in a row than any writing has."""
    return re.compile(f"[{''.join(sorted(combining_marks()))}]{{{STRIDE},}}")


def fix_mojibake(text: str) -> str | None:
    """A text as it was before its UTF-8 was read in another encoding; None where there is nothing to mend.

    To be called before `repair_text`. Only lines with a whole UTF-8 sequence in them, or with control characters of
    U+0080 to U+009F, are given to ftfy, and of ftfy only its encoding fixes are used: quotes, ligatures, widths and
    spaces stay. Left to itself ftfy also reads a letter and the space after it as one sequence, which is wrong for
    the word "Â" of Sango and the tone marks of Chinantec.
    """
    if text.isascii() or not (match := SUSPECT.search(text)):
        return None
    pieces: list[str] = []
    done = 0
    while match:
        start, end = text.rfind("\n", 0, match.start()) + 1, text.find("\n", match.start())
        end = len(text) if end < 0 else end
        if (better := ftfy.fix_encoding(text[start:end])) != text[start:end]:
            pieces += text[done:start], better
            done = end
        match = SUSPECT.search(text, end)
    return "".join([*pieces, text[done:]]) if pieces else None


def _compile_suspect() -> re.Pattern[str]:
    """The pattern of UTF-8 that was read in one of the encodings that it is mistaken for.

    The second character of a sequence is looked for first: in clean text it is rarer than letters that could be the
    first. U+FFFD may stand for a byte that the encoding lacks. U+0085 alone is a line end, before a space an ellipsis.
    """
    shapes = [shape for encoding in CHARMAP_ENCODINGS for shape in _sequences(encoding)]
    seconds = _any_of(*(_continuation(encoding) for encoding in CHARMAP_ENCODINGS))
    firsts = _any_of(*(_decoded(0xC2, 0xF5, encoding) for encoding in CHARMAP_ENCODINGS))
    controls = "(?<=[\x80-\x84\x86-\x9f])|(?<=\x85)(?= )"
    return re.compile(f"{seconds}(?:{controls}|(?<={firsts}{seconds})(?:{'|'.join(shapes)}))")


def _sequences(encoding: str) -> Iterator[str]:
    """Patterns for UTF-8 sequences of two, three and four bytes, seen from behind the second."""
    further = _any_of(_continuation(encoding))
    for bytes_after, low, high in ((0, 0xC2, 0xE0), (1, 0xE0, 0xF0), (2, 0xF0, 0xF5)):
        yield f"(?<={_any_of(_decoded(low, high, encoding))}{further})(?={further * bytes_after})"


def _continuation(encoding: str) -> str:
    lost = "\ufffd" if encoding.startswith("sloppy") else ""
    return _decoded(0x80, 0xC0, encoding) + lost


def _decoded(low: int, high: int, encoding: str) -> str:
    return bytes(range(low, high)).decode(encoding)


def _any_of(*characters: str) -> str:
    return f"[{re.escape(''.join(sorted(set(''.join(characters)))))}]"


SUSPECT = _compile_suspect()
