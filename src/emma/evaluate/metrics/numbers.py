"""The number that an answer ends with, in the decimal digits of any script, compared as a decimal.

Separators mean different things in different languages: 1.234 is more than a thousand in German and less than two in
English. So a numeral has a set of readings, and is right if one of them is.
"""

import re
import string
import sys
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from emma.evaluate.metrics.metric import Mean, each_text, list_references, mean_of_texts
from emma.evaluate.tasks.task import Item

FINAL = "####"
"""Stands before the final answer in GSM8K, and in what was made of it."""
_SIGNS = {"−": "-", "－": "-", "٫": ".", "．": ".", "٬": ",", "，": ",", "’": "'"}
_SPACES = " \u00a0\u2009\u202f"
# A hyphen after a letter, digit or bracket is no minus: 5-3, COVID-19.
_NUMERAL = re.compile(rf"((?<![\w)\]])-[$€£¥₹]?)?(\d+(?:[.,'_{_SPACES}]\d+)*)")
_GROUPS = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+|[1-9]\d?(?:[.,]\d{2})+[.,]\d{3}", re.ASCII)
"""Digits in threes, or as in India: three, and twos before them."""

_PUBLISHED = re.compile(r"-?[$0-9.,]{2,}|-?[0-9]+")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def number_match() -> Mean:
    """Share of answers that end with the right number."""
    signature = f"number:last|after:{FINAL}|digits:Nd|separators:any"
    return mean_of_texts("number_match", each_text(score_number), signature)


def published_number_match() -> Mean:
    """The last number as lm-evaluation-harness 0.4 finds it (MGSM, `flexible-extract`), with its faults.

    It sees ASCII digits alone, and drops punctuation, so that -18 and 1.8 are 18.
    """

    def score(text: str, item: Item) -> float:
        found = [number.translate(_NO_PUNCTUATION) for number in _PUBLISHED.findall(text)[-1:]]
        return float(any([gold.translate(_NO_PUNCTUATION)] == found for gold in list_references(item)))

    return mean_of_texts("number_match-flexible", each_text(score), "number:last|digits:ASCII|punctuation:dropped")


def score_number(text: str, item: Item) -> float:
    """1 where a reading of the answer's number equals a reference's number, else 0."""
    readings = read_number(text)
    # A reference with a separator before three digits is meant as thousands: the larger of its readings.
    golds = (max(read_number(reference), key=abs, default=None) for reference in list_references(item))
    return float(any(gold in readings for gold in golds))


def read_number(text: str) -> frozenset[Decimal]:
    """Readings of the first number after `####`, else of the last in the text; none where there is no number."""
    plain = text.translate(_ascii_digits())
    final = _NUMERAL.search(plain.rpartition(FINAL)[2]) if FINAL in plain else None
    found = [final] if final else list(_NUMERAL.finditer(plain))
    if not found:
        return frozenset()
    return frozenset(_list_readings(*found[-1].groups()))


@lru_cache(maxsize=1)
def _ascii_digits() -> dict[int, str]:
    digits = {at: unicodedata.decimal(chr(at), None) for at in range(sys.maxunicode + 1)}
    return {at: str(digit) for at, digit in digits.items() if digit is not None} | str.maketrans(_SIGNS)


def _list_readings(sign: str | None, numeral: str) -> Iterator[Decimal]:
    pieces = re.split(f"[{_SPACES}]", numeral)
    found = [("" if len(pieces) > 1 else sign, pieces[-1])]  # a sign before several numbers is the first one's
    # Spaces part thousands, or one number from the next: both, where it looks like thousands.
    if len(pieces) > 1 and _GROUPS.match(",".join(pieces)) and all(re.match(r"\d{3}(?!\d)", at) for at in pieces[1:]):
        found.append((sign, "".join(pieces)))
    for minus, compact in found:
        yield from (value.copy_negate() if minus else value for value in _read_compact(compact))


def _read_compact(numeral: str) -> list[Decimal]:
    """Readings of a numeral without spaces: separators as thousands, as a decimal point, or as commas of a list."""
    digits = re.sub("['_]", "", numeral)
    *whole, last = re.split("[.,]", digits)
    if not whole:
        return [Decimal(last)]
    point = digits[-len(last) - 1]
    head = digits[: -len(last) - 1]
    readings = []
    if _GROUPS.fullmatch(digits) and len(set(re.sub(r"\d", "", digits))) == 1:
        readings.append(Decimal("".join([*whole, last])))
    if point not in head and (len(whole) == 1 or _GROUPS.fullmatch(head)):
        readings.append(Decimal(f"{''.join(whole)}.{last}"))
    return readings or [Decimal(last)]
