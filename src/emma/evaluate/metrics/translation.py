"""Metrics of translation, by sacrebleu: chrF++, and BLEU over pieces of FLORES-200's vocabulary, characters or words.

Statistics are sacrebleu's own for each segment; it adds them up over a corpus before it scores them, as we do.
"""

import hashlib
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from emma.config.extras import need
from emma.errors import SourceError
from emma.evaluate.engine.requests import Output
from emma.evaluate.metrics.metric import Floats, list_references, list_texts
from emma.evaluate.tasks.task import Item
from emma.lang.language import Lang
from emma.lang.scripts import is_spaced

CACHED_MODEL = Path("models", "flores200sacrebleuspm")
"""Where sacrebleu keeps the SentencePiece model of FLORES-200, below its own folder, once it has downloaded it."""


class CorpusScore:
    """A metric of sacrebleu's over a corpus; of several texts for an item, their statistics are averaged."""

    higher_is_better = True
    highest = 100.0

    def __init__(self, name: str, scorer: Any, width: int, drop_empty: bool = False) -> None:
        self.name = name
        self._scorer, self._width, self._drop_empty = scorer, width, drop_empty
        scorer.num_refs = "var"
        empty = "dropped" if drop_empty else "counted"
        self.signature = f"{scorer.get_signature().format()}|empty:{empty}"

    def statistics(self, items: Sequence[Item], outputs: Sequence[Output]) -> Floats:
        """Statistics of each item, (items, k): lengths and matches of n-grams."""
        texts = [list_texts(output, self._drop_empty) for output in outputs]
        rows = np.repeat(np.arange(len(items)), [len(group) for group in texts])
        sums = np.zeros((len(items), self._width))
        if len(rows):
            references = [list_references(items[row]) for row in rows.tolist()]
            streams = list(zip_longest(*references))  # None where an item has fewer, which sacrebleu skips
            # Not public, but what its own bootstrap is made of, and tested against its public scores.
            found = self._scorer._extract_corpus_statistics([text for group in texts for text in group], streams)
            np.add.at(sums, rows, np.array(found, np.float64))
        return sums / np.maximum([len(group) for group in texts], 1)[:, None]

    def total(self, sums: Floats) -> Floats:
        """Scores (…), from 0 to 100, of summed statistics (…, k)."""
        scores = [self._scorer._compute_score_from_stats(row).score for row in sums.reshape(-1, self._width).tolist()]
        return np.array(scores, np.float64).reshape(sums.shape[:-1])


def chrf(drop_empty: bool = False) -> CorpusScore:
    """chrF++ (Popović 2017): F2 over n-grams of up to 6 characters and 2 words. Needs no tokeniser of any language."""
    return CorpusScore("chrF++", need("sacrebleu", "evaluate").CHRF(word_order=2), 24, drop_empty)


def bleu(lang: Lang, model: Path | None = None, drop_empty: bool = False) -> CorpusScore:
    """spBLEU where its SentencePiece model is given or in sacrebleu's cache; else BLEU under the name of its tokens.

    `BLEU-13a` is over words, `BLEU-char` over characters in scripts that do not space words. Nothing is downloaded.
    Raises SourceError when the given model is not there.
    """
    if (found := find_pieces_model(model)) is not None:
        scorer = need("sacrebleu", "evaluate").BLEU(tokenize="none")
        pieces = need("sentencepiece", "train").SentencePieceProcessor(model_file=str(found))
        scorer.tokenizer = lambda line: " ".join(pieces.encode(line, out_type=str))
        # By content, since any file may be given as FLORES-200's.
        scorer.tokenizer_signature = f"flores200-{hashlib.sha256(found.read_bytes()).hexdigest()[:8]}"
        return CorpusScore("spBLEU", scorer, 10, drop_empty)
    return plain_bleu("13a" if is_spaced(lang.script) else "char", drop_empty)


def plain_bleu(tokens: str, drop_empty: bool = False) -> CorpusScore:
    """BLEU over what sacrebleu's tokeniser of this name makes of a text: `13a` (words), `char`."""
    return CorpusScore(f"BLEU-{tokens}", need("sacrebleu", "evaluate").BLEU(tokenize=tokens), 10, drop_empty)


def find_pieces_model(model: Path | None) -> Path | None:
    """The SentencePiece model of FLORES-200: the given file, or the one in sacrebleu's cache, or None."""
    if model is not None:
        if not model.is_file():
            raise SourceError(f"flores200_model: there is no file '{model}'. Leave it out for BLEU without spBLEU.")
        return model
    cached = Path(need("sacrebleu.utils", "evaluate").SACREBLEU_DIR) / CACHED_MODEL
    return cached if cached.is_file() else None
