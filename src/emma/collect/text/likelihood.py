"""Score how likely a text is what it seems to be, given how its language is spelled.

Only characters beyond ASCII count, since whatever the encoding the others are the same.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from emma.lang.scripts import dominant_script
from emma.lang.spelling import EDGE, Spelling, fold_case, is_letter

QUOTES = frozenset("«»‹›“”„‘‚–—…\xa0•‐‑―،؛؟、。「」『』（），．！？：；〈〉《》ー・\u3000\u200e\u200f־׳״")
SIGNS = frozenset("°§©®™№€£¥¢¿¡ªº²³¹½¼¾±×÷µ¶†‡‰·")
JOINERS = frozenset("\u200c\u200d")
JOINING = JOINERS | {"’"}
"""Characters that may stand inside a word: the apostrophe, and the joiners of Arabic and Indic scripts."""
TYPOGRAPHY = frozenset("’‘“”„«»–—…\xa0")
JOINED, PAUSE, SIGN, ODD = -1.5, -4.0, -7.0, -12.0
"""Natural logarithms of the probability of an apostrophe (half of it, as it counts on both sides), a quotation mark or
dash, a common sign, any other sign."""
APART = SIGNS - set("©®™¿¡ªº°")
"""Signs that stand by themselves or with numbers."""
ATTACHED_SIGN = -4.0
"""Added for one of them beside a letter."""
MIXED_LETTERS = -6.0
"""Added for a capital right after a small letter, and for letters of two scripts in a word."""
BROKEN_WORD, DASHED_WORD = -8.0, -4.0
"""Added for a sign between two letters, and for a dash."""
MIN_USED_SHARE = 0.85
"""Share of the letters that the language must use."""
MAX_ODD_SHARE = 0.05
"""Most of the characters that may be odd signs, or signs between letters."""
EAST_ASIAN_START = "\u2e80"
"""The first character of scripts without spaces between words, in which signs stand between letters."""


def text_likelihood(text: str, known: Sequence[Spelling]) -> float | None:
    """The logarithm of the probability of a text in the spelling that suits it best; None where none does."""
    letters = Counter(char for char in fold_case(text) if is_beyond(char) and is_letter(char))
    broken = list(filter(None, _find_broken_words(text)))
    if _count_odd_signs(text) + broken.count(BROKEN_WORD) > MAX_ODD_SHARE * sum(map(is_beyond, text)):
        return None
    least = MIN_USED_SHARE * letters.total()
    fit = [spelling for spelling in known if sum(letters[char] for char in spelling.letters) >= least]
    pairs = Counter(pair for pair in pairwise(text) if is_beyond(max(pair)))
    return max((score_pairs(pairs, spelling) for spelling in fit), default=-float("inf")) + sum(broken) if fit else None


def is_beyond(char: str) -> bool:
    """Whether a character is none of ASCII."""
    return char > "\x7f"


def is_typography(text: str) -> bool:
    """Whether nothing in a text is beyond ASCII but apostrophes, quotation marks and dashes in their places."""
    return TYPOGRAPHY.issuperset(char for char in text if is_beyond(char)) and not any(_find_broken_words(text))


def _count_odd_signs(text: str) -> int:
    signs = Counter(char for char in text if is_beyond(char) and not is_letter(char))
    return sum(count for char, count in signs.items() if char not in QUOTES | SIGNS | JOINING and not _is_wide(char))


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def _find_broken_words(text: str) -> Iterator[float]:
    """The penalty of each sign between two letters."""
    for before, char, after in zip(text, text[1:], text[2:], strict=False):
        sign = is_beyond(char) and not is_letter(char) and char not in JOINING
        if sign and is_letter(before) and is_letter(after) and before < EAST_ASIAN_START:
            yield DASHED_WORD if char in "–—" else BROKEN_WORD


def score_pairs(pairs: Counter[tuple[str, str]], spelling: Spelling) -> float:
    """The logarithm of the probability of pairs of characters."""
    return sum(count * _score_pair(first, second, spelling) for (first, second), count in pairs.items())


def _score_pair(first: str, second: str, spelling: Spelling) -> float:
    if first in JOINING or second in JOINING:
        return JOINED if is_beyond(min(first, second)) or JOINERS.isdisjoint((first, second)) else ODD
    before, after = (fold_case(char) if is_letter(char) else EDGE for char in (first, second))
    log = 0.0 if before == after == EDGE else spelling.log(before, after)
    log += ATTACHED_SIGN if (first in APART and after != EDGE) or (second in APART and before != EDGE) else 0.0
    if after != EDGE:
        return log + (MIXED_LETTERS if _is_mixed(first, second, spelling) else 0.0)
    if not is_beyond(second):
        return log
    return log + (PAUSE if second in QUOTES or _is_wide(second) else SIGN if second in SIGNS else ODD)


def _is_mixed(first: str, second: str, spelling: Spelling) -> bool:
    """Whether a letter does not go with the one before it: a capital after a small one, or of another script."""
    if first.islower() and second.isupper():
        return True
    if spelling.script == "Latn":
        return fold_case(second) not in spelling.letters and dominant_script(second)[0] not in ("Latn", "Zyyy")
    return is_letter(first) and not is_beyond(min(first, second))
