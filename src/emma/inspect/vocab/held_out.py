"""The held-out text of a run: what its validation and test splits keep of each language."""

from collections import Counter
from collections.abc import Iterator

from emma.errors import SourceError
from emma.inspect.vocab.texts import Block, Found, Skipped, beside_english
from emma.pipeline.corpus import Corpus
from emma.pipeline.home import Run
from emma.store.selected import selected

MOST_BYTES = 200_000
"""UTF-8 bytes that are read of each language, or pair of languages."""
_COLUMNS = ("lang", "text", "lang2", "text2")


def read_run(run: Run) -> Found:
    """The first documents of each language. SourceError when the run holds nothing out."""
    corpus = Corpus.of(run)
    alone: dict[str, list[str]] = {}
    pairs: list[tuple[str, str, str, str]] = []
    taken, left = Counter[str](), Counter[str]()
    for lang, text, lang2, text2 in _documents(corpus):
        langs = lang if lang2 is None else f"{lang}-{lang2}"
        if taken[langs] >= MOST_BYTES:
            left[langs] += 1
            continue
        taken[langs] += len(text.encode())
        if lang2 is None or text2 is None:
            alone.setdefault(lang, []).append(text)
        else:
            pairs.append((lang, text, lang2, text2))
    if not taken:
        raise SourceError(f"The run '{run.name}' holds no text out. Give text with --text, or set curate.test_share.")
    blocks = [*(Block(lang, tuple(texts)) for lang, texts in sorted(alone.items())), *beside_english(pairs)]
    beyond = f"beyond the first {MOST_BYTES:,} bytes"
    skipped = [Skipped(f"{run.name}: {langs}", left[langs], beyond) for langs in sorted(left)]
    return Found(blocks, skipped)


def _documents(corpus: Corpus) -> Iterator[tuple[str, str, str | None, str | None]]:
    pairs = zip(corpus.collect.parts["documents"], corpus.curate.parts["selection"], strict=True)
    for documents, selection in pairs:
        for table in selected(documents, selection, _COLUMNS, ("validation", "test")):
            yield from zip(*(table[name].to_pylist() for name in _COLUMNS), strict=True)
