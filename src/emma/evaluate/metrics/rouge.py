"""ROUGE-L (Lin 2004): F1 of the longest common subsequence of words, characters where the script does not space."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from emma.evaluate.metrics.mean import Mean, each_text, list_references, mean_of_texts
from emma.evaluate.metrics.words import split_words
from emma.evaluate.tasks.task import Item

Split = Callable[[str], list[str]]


def rouge_l(drop_empty: bool = False) -> Mean:
    """ROUGE-L over words of any script, the best of several references; 0 for a text without words."""
    return _rouge("ROUGE-L", split_words, "tok:unicode-words|case:fold", drop_empty)


def published_rouge_l() -> Mean:
    """ROUGE-L as published: over what stands between white space, and without empty texts.

    In a script that does not space its words a sentence is one word, and all but equal ones score 0.
    """
    return _rouge("ROUGE-L-whitespace", str.split, "tok:whitespace|case:mixed", drop_empty=True)


def _rouge(name: str, split: Split, signature: str, drop_empty: bool) -> Mean:
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
