"""Texts to measure tokenizers on, by language, and beside them the same in English where it is known; those that a run
holds out are here too."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from emma.errors import LanguageError, SourceError
from emma.lang.codes import SAMPLE_CHARS, resolve
from emma.lang.language import ENGLISH
from emma.lang.tables import Scheme
from emma.pipeline.corpus import Corpus
from emma.pipeline.home import Run
from emma.store.selected import read_selected


@dataclass(frozen=True)
class TextBlock:
    """Texts of one language, and what they say in English, one for one; None where that is not known."""

    lang: str
    texts: tuple[str, ...]
    english: tuple[str, ...] | None = None


@dataclass(frozen=True)
class SkippedTexts:
    """Texts that are not measured, and why."""

    place: str
    texts: int
    reason: str


@dataclass
class TextSet:
    """The texts to measure, and those that are left out."""

    blocks: list[TextBlock] = field(default_factory=list)
    skipped: list[SkippedTexts] = field(default_factory=list)

    def extend(self, other: "TextSet") -> None:
        """Add the texts of another set."""
        self.blocks += other.blocks
        self.skipped += other.skipped


def resolve_label(code: str, texts: Sequence[str], scheme: Scheme) -> str | LanguageError:
    """The label of texts that a source calls `code`, or why it has none."""
    try:
        return resolve(code, "\n".join(texts[:SAMPLE_CHARS])[:SAMPLE_CHARS], scheme).label
    except LanguageError as error:
        return error


def pair_with_english(pairs: Iterable[tuple[str, str, str, str]]) -> Iterator[TextBlock]:
    """Blocks of pairs (language, text, other language, other text), each side in its own language.

    A side beside English is measured against it, English itself beside itself; any other side stands alone.
    """
    sides: dict[tuple[str, bool], tuple[list[str], list[str]]] = {}
    for lang, text, other, beside in pairs:
        parallel = ENGLISH.label in (lang, other)
        english = text if lang == ENGLISH.label else beside
        for side, content in ((lang, text), (other, beside)):
            texts, against = sides.setdefault((side, parallel), ([], []))
            texts.append(content)
            against.append(english)
    for (lang, parallel), (texts, against) in sorted(sides.items()):
        yield TextBlock(lang, tuple(texts), tuple(against) if parallel else None)


def group_texts(blocks: Iterable[TextBlock]) -> dict[str, list[str]]:
    """The texts of every language, in the order of their labels."""
    texts: dict[str, list[str]] = {}
    for block in sorted(blocks, key=lambda block: block.lang):
        texts.setdefault(block.lang, []).extend(block.texts)
    return texts


MAX_BYTES = 200_000
"""UTF-8 bytes that are read of each language, or pair of languages."""
_COLUMNS = ("lang", "text", "lang2", "text2")


def read_held_out(run: Run) -> TextSet:
    """The first documents of each language. SourceError when the run holds nothing out."""
    corpus = Corpus.of(run)
    alone: dict[str, list[str]] = {}
    pairs: list[tuple[str, str, str, str]] = []
    sizes, left_out = Counter[str](), Counter[str]()
    for lang, text, lang2, text2 in _list_documents(corpus):
        langs = lang if lang2 is None else f"{lang}-{lang2}"
        # Noted and not only left out, so that the report says what it did not measure.
        if sizes[langs] >= MAX_BYTES:
            left_out[langs] += 1
            continue
        sizes[langs] += len(text.encode())
        if lang2 is None or text2 is None:
            alone.setdefault(lang, []).append(text)
        else:
            pairs.append((lang, text, lang2, text2))
    if not sizes:
        raise SourceError(f"The run '{run.name}' holds no text out. Give text with --text, or set curate.test_share.")
    blocks = [*(TextBlock(lang, tuple(texts)) for lang, texts in sorted(alone.items())), *pair_with_english(pairs)]
    beyond = f"beyond the first {MAX_BYTES:,} bytes"
    skipped = [SkippedTexts(f"{run.name}: {langs}", left_out[langs], beyond) for langs in sorted(left_out)]
    return TextSet(blocks, skipped)


def _list_documents(corpus: Corpus) -> Iterator[tuple[str, str, str | None, str | None]]:
    pairs = zip(corpus.collect.parts["documents"], corpus.curate.parts["selection"], strict=True)
    for documents, selection in pairs:
        for table in read_selected(documents, selection, _COLUMNS, ("validation", "test")):
            yield from zip(*(table[name].to_pylist() for name in _COLUMNS), strict=True)
