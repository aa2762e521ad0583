"""Texts against references by their words, in any script: equal words, F1 of shared words (SQuAD), and ROUGE-L.

Words are runs of letters, marks and digits, and single characters where a script puts no spaces between words. That is
asked of each character and not of a language's label, so that a Latin name in a Thai sentence is one word, and Han
characters in a Vietnamese one are many. Letter case, punctuation and white space count for nothing, as in SQuAD
(Rajpurkar et al. 2016); its rule that English articles do not count either is left out, as other languages have theirs.
ROUGE-L (Lin 2004) is F1 of the longest common subsequence of words.
"""

import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from emma.evaluate.metrics.metric import Mean, each_text, list_references, mean_of_texts
from emma.evaluate.tasks.task import Item
from emma.lang.scripts import SCRIPT_CODES, UNSPACED, script_table

SIGNATURE = "tok:unicode-words|case:fold|articles:kept|references:best"
_JOINERS = "\u200c\u200d"  # ZWNJ and ZWJ, which stand within words


def exact_match() -> Mean:
    """Share of answers whose words are those of a reference, in their order."""
    return mean_of_texts("exact_match", each_text(score_match), SIGNATURE)


def word_f1() -> Mean:
    """F1 of the words, characters where unspaced, that an answer shares with its nearest reference."""
    return mean_of_texts("f1", each_text(score_overlap), SIGNATURE)


def score_match(text: str, item: Item) -> float:
    """1 for an answer whose words, or characters where it has no words, are those of a reference; else 0."""
    words = split_words(text)
    return float(
        any(words == split_words(each) and (words or text.strip() == each.strip()) for each in list_references(item))
    )


def score_overlap(text: str, item: Item) -> float:
    """The best F1 with a reference."""
    return max(_overlap(text, reference) for reference in list_references(item))


def _overlap(text: str, reference: str) -> float:
    one, other = Counter(split_words(text)), Counter(split_words(reference))
    if not one and not other:  # punctuation alone, such as a sign that is asked for
        return float(text.strip() == reference.strip())
    return 2 * (one & other).total() / (one.total() + other.total())


def rouge_l(drop_empty: bool = False) -> Mean:
    """ROUGE-L over words of any script, the best of several references; 0 for a text without words."""
    return _rouge("ROUGE-L", split_words, "tok:unicode-words|case:fold", drop_empty)


def published_rouge_l() -> Mean:
    """ROUGE-L as published: over what stands between white space, and without empty texts.

    In a script that does not space its words a sentence is one word, and all but equal ones score 0.
    """
    return _rouge("ROUGE-L-whitespace", str.split, "tok:whitespace|case:mixed", drop_empty=True)


def _rouge(name: str, split: Callable[[str], list[str]], signature: str, drop_empty: bool) -> Mean:
    def score(text: str, item: Item) -> float:
        words = split(text)
        return max(score_subsequence(words, split(reference)) for reference in list_references(item))

    return mean_of_texts(name, each_text(score), f"{signature}|beta:1", drop_empty=drop_empty)


def score_subsequence(words: Sequence[str], reference: Sequence[str]) -> float:
    """F1 of precision and recall of the longest common subsequence; 0 where either has no words."""
    common = common_subsequence(words, reference)
    return 2 * common / (len(words) + len(reference)) if common else 0.0


def common_subsequence(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest common subsequence, by bits of one integer for each word (Hyyrö 2004)."""
    places: dict[str, int] = defaultdict(int)
    for at, word in enumerate(one):
        places[word] |= 1 << at
    # A zero at a place means that the subsequence grows there; so zeros are its length in the end.
    mask = row = (1 << len(one)) - 1
    for word in other:
        matches = row & places.get(word, 0)
        row = ((row + matches) | (row - matches)) & mask
    return len(one) - row.bit_count()


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
