"""Scripts as numbers: tables from code point to script and Han form, and what a text's characters say of its label.

The data are Unicode's Script property (UAX 24) in ISO 15924 codes, as kept up to date by fontTools, and the character
sets GB 2312 and Big5, as Python's own codecs have them.
"""

import re
from functools import lru_cache

import numpy as np
from fontTools.unicodedata import Scripts

from emma.lang.tables import BOTH_HAN_FORMS, COMPOUND_SCRIPTS

NO_SCRIPT = ("Zyyy", "Zinh", "Zzzz")
"""Common, inherited, unassigned: no evidence of any script. They come first in SCRIPT_CODES."""

SCRIPT_CODES: tuple[str, ...] = (*NO_SCRIPT, *sorted(set(Scripts.VALUES) - set(NO_SCRIPT)))
"""ISO 15924 codes of Unicode's scripts; the index of one is its number in `script_table`."""

_UNSPACED = """
Ahom Bali Batk Bopo Hani Hans Hant Hira Hrkt Java Jpan Kana Khmr Kits Lana Laoo Mymr Nshu Tale Talu Tang Tavt Thai Tibt
Yiii
"""
UNSPACED = frozenset(_UNSPACED.split())
"""Scripts that do not put spaces between words: line-breaking classes SA and ID (UAX 14), and the Brahmic scripts of
Indonesia and Tibet that break lines between syllables. Korean (Hang, Kore) puts spaces."""

EAST_ASIAN = ("Bopo", "Hang", "Hani", "Hira", "Kana")
"""Unicode scripts that labels join: what they are together decides between Hans, Hant, Hani, Jpan and Kore."""
_EASTERN = [SCRIPT_CODES.index(code) for code in EAST_ASIAN]

Evidence = tuple[str, float, int]
"""The script that a text is written in, its share of the characters that have a script, and the number of these."""


@lru_cache(maxsize=1)
def script_table() -> np.ndarray:
    """The script of every code point: uint8 of shape (0x110000,), indices into SCRIPT_CODES. Read-only."""
    numbers = {code: number for number, code in enumerate(SCRIPT_CODES)}
    # fontTools has ranges of code points: where each begins, the last one ending with Unicode.
    lengths = np.diff([*Scripts.RANGES, 0x110000])
    table = np.repeat(np.array([numbers[code] for code in Scripts.VALUES], np.uint8), lengths)
    table.setflags(write=False)
    return table


@lru_cache(maxsize=1)
def han_forms() -> np.ndarray:
    """Table of code points that only simplified (1) or only traditional (2) Chinese writes, else 0.

    uint8 of shape (0x110000,), read-only. Simplified are the characters of GB 2312 that Big5 lacks, traditional the
    reverse; those that Cantonese and its neighbours write in both forms are neither.
    """
    table = np.zeros(0x110000, np.uint8)
    for point in range(0x4E00, 0xA000):
        simplified, traditional = _encodes(chr(point), "gb2312"), _encodes(chr(point), "big5")
        if simplified != traditional:
            table[point] = 1 if simplified else 2
    table[[ord(character) for character in BOTH_HAN_FORMS]] = 0
    table.setflags(write=False)
    return table


def _encodes(character: str, charset: str) -> bool:
    try:
        return bool(character.encode(charset))
    except UnicodeEncodeError:
        return False


def dominant_script(text: str) -> tuple[str, float]:
    """The script of most characters, and its share among those that have one; ("Zyyy", 0.0) when none has.

    Ties go to the code that sorts first.
    """
    code, share, _ = script_evidence(text)
    return code, share


def script_evidence(text: str) -> tuple[str, float, int]:
    """The script of most characters, its share of those that have one, and their number; ties as `dominant_script`."""
    counts = np.bincount(script_table()[_points(text)], minlength=len(SCRIPT_CODES))
    counts[: len(NO_SCRIPT)] = 0
    total, best = int(counts.sum()), int(counts.argmax())
    return (SCRIPT_CODES[best], float(counts[best] / total), total) if total else ("Zyyy", 0.0, 0)


def written_in(text: str) -> str:
    """The script that a text is written in, as a label would have it; see `written_scripts`."""
    return written_evidence(text)[0]


def written_evidence(text: str) -> Evidence:
    """The script that a text is written in (`written_in`), its share of characters that have one, and their number."""
    points = _points(text)
    counts = np.bincount(script_table()[points], minlength=len(SCRIPT_CODES))
    _, simplified, traditional = np.bincount(han_forms()[points], minlength=3)
    written = written_script(counts, int(simplified), int(traditional))
    total = int(counts[len(NO_SCRIPT) :].sum())
    covered = sum(int(counts[SCRIPT_CODES.index(code)]) for code in unicode_scripts(written) if code not in NO_SCRIPT)
    return written, covered / total if total else 0.0, total


def _points(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def written_script(counts: np.ndarray, simplified: int, traditional: int) -> str:
    """The script that one text is written in, by `written_scripts`; `counts` of shape (len(SCRIPT_CODES),)."""
    if not counts[_EASTERN].any():  # nearly all texts, and twenty times quicker
        best = int(counts[len(NO_SCRIPT) :].argmax()) + len(NO_SCRIPT)
        return SCRIPT_CODES[best] if counts[best] else "Zyyy"
    return str(written_scripts(counts[None], np.array([simplified]), np.array([traditional]))[0])


def written_scripts(counts: np.ndarray, simplified: np.ndarray, traditional: np.ndarray) -> np.ndarray:
    """The script of each text as a label would have it: ISO 15924 codes of shape (n,), Zyyy where there are no letters.

    `counts` are characters by script, (n, len(SCRIPT_CODES)); `simplified` and `traditional`, (n,), those that
    `han_forms` gives a form. Hangul is Kore and kana Jpan, alone or with Han: a fifth and a tenth of the letters are
    enough, and each counts for two of an alphabet, since it is a syllable or more. A Han form needs three characters
    for each of the other form, and one in fifty of all Han: a quotation or a rare name decides nothing.
    """
    letters = np.array(counts, np.int64)
    letters[:, : len(NO_SCRIPT)] = 0
    bopomofo, hangul, han, hira, kana = (letters[:, number].copy() for number in _EASTERN)
    kana += hira
    eastern = bopomofo + hangul + han + kana
    plain = np.array(SCRIPT_CODES)[letters.argmax(axis=1)]
    letters[:, _EASTERN] = 0
    rules = [
        ((eastern == 0) | (eastern * 2 < letters.max(axis=1)), plain),
        ((hangul > kana) & (hangul * 5 >= eastern), "Kore"),
        (kana * 10 >= eastern, "Jpan"),
        (bopomofo > han, "Bopo"),
        ((simplified >= 3 * traditional) & (simplified > 0) & (simplified * 50 >= han), "Hans"),
        ((traditional >= 3 * simplified) & (traditional > 0) & (traditional * 50 >= han), "Hant"),
    ]
    return np.select([when for when, _ in rules], [then for _, then in rules], "Hani")


@lru_cache(maxsize=4096)
def scripts_agree(written: str, label_script: str) -> bool:
    """Whether text in the script `written` (of `written_scripts`) can stand under a label with `label_script`.

    Hani agrees with Hans and Hant, which do not agree with one another. Han characters alone may be Japanese or Korean.
    Text without letters (Zyyy) agrees with everything.
    """
    if written in ("Zyyy", label_script):
        return True
    if {written, label_script} == {"Hans", "Hant"}:
        return False
    needed = {"Jpan": {"Hira", "Kana"}, "Kore": {"Hang"}}.get(written, unicode_scripts(written))
    return bool(needed & unicode_scripts(label_script))


def unicode_scripts(label_script: str) -> frozenset[str]:
    """The Unicode scripts whose characters a label allows: three for Jpan, Han for Hans and Hant, else itself."""
    return COMPOUND_SCRIPTS.get(label_script, frozenset({label_script}))


def is_spaced(script: str) -> bool:
    """Whether writing in this script puts spaces between words."""
    return script not in UNSPACED


MARKS = re.compile(r"[<{$%&@`\\]|\[\[|\]\(|://|www\.", re.IGNORECASE)
"""Characters with which markup may begin; most texts have none of these."""


def strip_markup(text: str, max_chars: int | None = None) -> str:
    """Keep the text's first `max_chars` characters that are no markup; see `emma.kernels.letters`."""
    if not MARKS.search(text):
        return text[:max_chars]
    from emma.kernels.letters import outside_markup

    points = _points(text)
    plain = np.empty(len(points), np.uint32)
    count = outside_markup(points, plain, len(points) if max_chars is None else max_chars)
    return plain[:count].tobytes().decode("utf-32-le", "surrogatepass")
