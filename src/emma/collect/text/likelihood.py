"""How likely it is that a text is what it seems to be, given how its language is spelled.

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
"""What may stand inside a word: the apostrophe, and the joiners of Arabic and Indic scripts."""
TYPOGRAPHY = frozenset("’‘“”„«»–—…\xa0")
JOINED, PAUSE, SIGN, ODD = -1.5, -4.0, -7.0, -12.0
"""Natural logarithms of the probability of an apostrophe (half of it, as it counts on both sides), a quotation mark or
dash, a common sign, any other sign."""
APART = SIGNS - set("©®™¿¡ªº°")
"""Signs that stand by themselves or with numbers."""
ATTACHED = -4.0
"""Added for one of them beside a letter."""
MIXED = -6.0
"""Added for a capital right after a small letter, and for letters of two scripts in a word."""
BROKEN, DASHED = -8.0, -4.0
"""Added for a sign between two letters, and for a dash."""
USED = 0.85
"""Share of the letters that the language must use."""
ODDITIES = 0.05
"""Most of the characters that may be odd signs, or signs between letters."""
EASTERN = "\u2e80"
"""From here on words have no spaces between them, and signs stand between letters."""


def likelihood(text: str, known: Sequence[Spelling]) -> float | None:
    """The logarithm of the probability of a text in the spelling that suits it best; None where none does."""
    letters = Counter(each for each in fold_case(text) if is_beyond(each) and is_letter(each))
    broken = list(filter(None, _broken(text)))
    if _odd(text) + broken.count(BROKEN) > ODDITIES * sum(map(is_beyond, text)):
        return None
    fit = [each for each in known if sum(letters[one] for one in each.letters) >= USED * letters.total()]
    pairs = Counter(pair for pair in pairwise(text) if is_beyond(max(pair)))
    return max((score(pairs, each) for each in fit), default=-float("inf")) + sum(broken) if fit else None


def is_beyond(char: str) -> bool:
    """Whether a character is none of ASCII."""
    return char > "\x7f"


def is_typography(text: str) -> bool:
    """Whether nothing in a text is beyond ASCII but apostrophes, quotation marks and dashes in their places."""
    return TYPOGRAPHY.issuperset(each for each in text if is_beyond(each)) and not any(_broken(text))


def _odd(text: str) -> int:
    signs = Counter(each for each in text if is_beyond(each) and not is_letter(each))
    return sum(count for each, count in signs.items() if each not in QUOTES | SIGNS | JOINING and not _is_wide(each))


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def _broken(text: str) -> Iterator[float]:
    """What each sign between two letters adds."""
    for before, char, after in zip(text, text[1:], text[2:], strict=False):
        sign = is_beyond(char) and not is_letter(char) and char not in JOINING
        if sign and is_letter(before) and is_letter(after) and before < EASTERN:
            yield DASHED if char in "–—" else BROKEN


def score(pairs: Counter[tuple[str, str]], spelling: Spelling) -> float:
    """The logarithm of the probability of pairs of characters."""
    return sum(count * _pair(first, second, spelling) for (first, second), count in pairs.items())


def _pair(first: str, second: str, spelling: Spelling) -> float:
    if first in JOINING or second in JOINING:
        return JOINED if is_beyond(min(first, second)) or JOINERS.isdisjoint((first, second)) else ODD
    before, after = (fold_case(each) if is_letter(each) else EDGE for each in (first, second))
    log = 0.0 if before == after == EDGE else spelling.log(before, after)
    log += ATTACHED if (first in APART and after != EDGE) or (second in APART and before != EDGE) else 0.0
    if after != EDGE:
        return log + (MIXED if _is_mixed(first, second, spelling) else 0.0)
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
