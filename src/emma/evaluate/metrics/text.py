"""Answers of reading tasks against references: equal words, and F1 of the words they share (SQuAD, in any script).

Letter case, punctuation and white space count for nothing, as in SQuAD (Rajpurkar et al. 2016); its rule that English
articles do not count either is left out, since other languages have theirs.
"""

from collections import Counter

from emma.evaluate.metrics.mean import Mean, each_text, list_references, mean_of_texts
from emma.evaluate.metrics.words import split_words
from emma.evaluate.tasks.task import Item

SIGNATURE = "tok:unicode-words|case:fold|articles:kept|references:best"


def exact_match() -> Mean:
    """Share of answers whose words are those of a reference, in their order."""
    return mean_of_texts("exact_match", each_text(score_match), SIGNATURE)


def word_f1() -> Mean:
    """F1 of the words, characters where unspaced, that an answer shares with its nearest reference."""
    return mean_of_texts("f1", each_text(score_overlap), SIGNATURE)


def score_match(text: str, item: Item) -> float:
    """1 for an answer whose words, or characters where it has no words, are those of a reference; else 0."""
    words = split_words(text)
    references = list_references(item)
    if words:
        return float(any(words == split_words(reference) for reference in references))
    return float(text.strip() in [reference.strip() for reference in references])


def score_overlap(text: str, item: Item) -> float:
    """The best F1 with a reference."""
    return max(_overlap(text, reference) for reference in list_references(item))


def _overlap(text: str, reference: str) -> float:
    one, other = Counter(split_words(text)), Counter(split_words(reference))
    if not one and not other:  # punctuation alone, such as a sign that is asked for
        return float(text.strip() == reference.strip())
    return 2 * (one & other).total() / (one.total() + other.total())
