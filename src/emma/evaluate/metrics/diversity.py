"""Self-BLEU (Zhu et al. 2018): BLEU of each text against all others, averaged; high where texts are alike.

By its definition the cost grows with the square of the number of texts. The others' greatest count of an n-gram is the
greatest of all, or the second greatest where the text itself has the greatest: so one pass over the texts will do.
"""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from emma.config.extras import need
from emma.evaluate.metrics.metric import Mean, mean_of_texts
from emma.evaluate.tasks.task import Item
from emma.lang.language import Lang
from emma.lang.scripts import is_spaced

ORDER = 4
Gram = tuple[str, ...]
Tops = dict[Gram, tuple[int, int, int]]
"""The greatest count of an n-gram in any text, the number of that text, and the greatest count in any other."""


def self_bleu(lang: Lang) -> Mean:
    """Self-BLEU over words, over characters where the script does not space them.

    The texts compared with stay the same ones when items are drawn anew: a text drawn twice is not a repetition.
    """
    return _self_bleu("Self-BLEU", score_against_others, "13a" if is_spaced(lang.script) else "char", False)


def published_self_bleu() -> Mean:
    """Self-BLEU as published: each text against one other, the first, since the others were passed as one reference."""
    return _self_bleu("Self-BLEU-first", score_against_first, "13a", True)


def _self_bleu(name: str, score: Callable[[Sequence[str], str], list[float]], tokens: str, drop_empty: bool) -> Mean:
    def score_texts(_: Sequence[Item], texts: Sequence[str]) -> list[float]:
        return score(texts, tokens) if len(texts) > 1 else [np.nan] * len(texts)

    signature = f"tok:{tokens}|smooth:exp|eff:no|version:{need('sacrebleu', 'evaluate').__version__}"
    return mean_of_texts(name, score_texts, signature, drop_empty=drop_empty, highest=None)


def score_against_first(texts: Sequence[str], tokens: str) -> list[float]:
    """BLEU of each of two texts or more against the first of the others."""
    scorer = need("sacrebleu", "evaluate").BLEU(tokenize=tokens)
    return [scorer.corpus_score([text], [[texts[at == 0]]]).score for at, text in enumerate(texts)]


def score_against_others(texts: Sequence[str], tokens: str) -> list[float]:
    """BLEU of each of two texts or more with all others as its references, in linear time."""
    scorer = need("sacrebleu", "evaluate").BLEU(tokenize=tokens)
    words = [scorer.tokenizer(text.rstrip()).split() for text in texts]
    counted = [_count_grams(one) for one in words]
    tops, lengths = _find_tops(counted), Counter(map(len, words))
    scores = []
    for at, grams in enumerate(counted):
        correct, total = _match_others(at, grams, tops)
        size = len(words[at])
        others = lengths if lengths[size] > 1 else lengths.keys() - {size}
        nearest = min(others, key=lambda other: (abs(other - size), other))
        scores.append(float(scorer.compute_bleu(correct, total, size, nearest, smooth_method="exp").score))
    return scores


def _count_grams(words: Sequence[str]) -> Counter[Gram]:
    return Counter(tuple(words[at : at + n]) for n in range(1, ORDER + 1) for at in range(len(words) - n + 1))


def _find_tops(counted: Sequence[Counter[Gram]]) -> Tops:
    tops: Tops = {}
    for at, grams in enumerate(counted):
        for gram, count in grams.items():
            most, text, second = tops.get(gram, (0, -1, 0))
            tops[gram] = (count, at, most) if count > most else (most, text, max(count, second))
    return tops


def _match_others(at: int, grams: Counter[Gram], tops: Tops) -> tuple[list[int], list[int]]:
    """N-grams of a text that the others have too, and all of them, by order."""
    correct, total = [0] * ORDER, [0] * ORDER
    for gram, count in grams.items():
        most, text, second = tops[gram]
        total[len(gram) - 1] += count
        correct[len(gram) - 1] += min(count, second if text == at else most)
    return correct, total
