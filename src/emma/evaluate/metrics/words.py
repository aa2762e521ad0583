"""Words of any script, for metrics that compare them: runs of letters, marks and digits; characters where unspaced.

Whether a script puts spaces between words is asked of each character and not of a language's label, so that a Latin
name in a Thai sentence is one word, and Han characters in a Vietnamese one are many.
"""

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby

from emma.lang.scripts import SCRIPT_CODES, UNSPACED, script_table

_JOINERS = "\u200c\u200d"  # ZWNJ and ZWJ, which stand within words


def split_words(text: str) -> list[str]:
    """The words of a text, in NFC and without case; each character with its marks where the script does not space."""
    words: list[str] = _pattern().findall(unicodedata.normalize("NFC", text).casefold())
    return [word.strip(_JOINERS) for word in words]


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    # `\w` alone would cut words of Indic scripts at their vowel signs, which are marks.
    unspaced = {number for number, code in enumerate(SCRIPT_CODES) if code in UNSPACED}
    table = script_table()
    marks: list[int] = []
    single: list[int] = []
    joined: list[int] = []
    for point in range(sys.maxunicode + 1):
        kind = unicodedata.category(chr(point))
        if kind[0] == "M":
            marks.append(point)
        elif kind[0] in "LN":
            (single if table[point] in unspaced else joined).append(point)
    mark = _class_body(marks) + _JOINERS
    # A word begins with a letter or digit: marks before it would make the search quadratic in a run of them.
    return re.compile(f"[{_class_body(single)}][{mark}]*|[{_class_body(joined)}][{_class_body(joined)}{mark}]*")


def _class_body(points: Iterable[int]) -> str:
    """Code points, sorted, as the inside of a regular expression's brackets."""
    return "".join(f"{re.escape(chr(run[0]))}-{re.escape(chr(run[-1]))}" for run in _runs(points))


def _runs(points: Iterable[int]) -> Iterator[list[int]]:
    for _, run in groupby(enumerate(points), lambda pair: pair[1] - pair[0]):
        yield [point for _, point in run]
