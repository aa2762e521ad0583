"""What there is to measure tokenizers on: texts by language, and beside them the same in English where it is known."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from emma.errors import LanguageError
from emma.lang.codes import SAMPLE_CHARS, resolve
from emma.lang.language import ENGLISH
from emma.lang.tables import Scheme


@dataclass(frozen=True)
class Block:
    """Texts of one language, and what they say in English, one for one; None where that is not known."""

    lang: str
    texts: tuple[str, ...]
    english: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Skipped:
    """Texts that are not measured, and why."""

    place: str
    texts: int
    reason: str


@dataclass
class Found:
    """All that was read."""

    blocks: list[Block] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def extend(self, other: "Found") -> None:
        """Add what was read elsewhere."""
        self.blocks += other.blocks
        self.skipped += other.skipped


def label_of(code: str, texts: Sequence[str], scheme: Scheme) -> str | LanguageError:
    """The label of texts that a source calls `code`, or why it has none."""
    try:
        return resolve(code, "\n".join(texts[:SAMPLE_CHARS])[:SAMPLE_CHARS], scheme).label
    except LanguageError as error:
        return error


def beside_english(pairs: Iterable[tuple[str, str, str, str]]) -> Iterator[Block]:
    """Blocks of pairs (language, text, other language, other text), each side in its own language.

    A side beside English is measured against it, English itself beside itself; any other side stands alone.
    """
    sides: dict[tuple[str, bool], tuple[list[str], list[str]]] = {}
    for lang, text, other, beside in pairs:
        parallel = ENGLISH.label in (lang, other)
        english = text if lang == ENGLISH.label else beside
        for each, own in ((lang, text), (other, beside)):
            texts, against = sides.setdefault((each, parallel), ([], []))
            texts.append(own)
            against.append(english)
    for (lang, parallel), (texts, against) in sorted(sides.items()):
        yield Block(lang, tuple(texts), tuple(against) if parallel else None)


def all_texts(blocks: Iterable[Block]) -> dict[str, list[str]]:
    """The texts of every language, in the order of their labels."""
    texts: dict[str, list[str]] = {}
    for block in sorted(blocks, key=lambda each: each.lang):
        texts.setdefault(block.lang, []).extend(block.texts)
    return texts
