"""Records of the collect stage: a document as it is read, as it is repaired, or a reject with its reason.

The tables count in units: what a source itself holds as one text, a row, a segment, a message. A document may hold
several, once short ones were joined, and a reject may stand for several.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from emma.lang.language import Lang

Meta = Mapping[str, object]
"""Names of what a source says of a text beside it, such as columns, and their values, as JSON has them."""
MAX_RAW_BYTES = 64 * 1024
"""Bytes of a reject that are kept."""
MAX_DETAIL_CHARS = 1_000
"""Characters of the detail of a reject that are kept."""
UNKNOWN_LANGUAGE = "unknown language"
EMPTY_TEXT = "empty text"
WITHOUT_TEXT = frozenset(
    {
        EMPTY_TEXT,
        "fuzzy translation",  # translators' own mark for what nobody has checked
        "member twice",
        "no article",
        "no file",
        "no main text",
        "no page",
        "no prose",
        "not for translation",
        "obsolete message",
        "only placeholders",
        "redirect",
    }
)
"""Kinds of rejects that sound sources have too: what was rejected is no text, or none that anybody stands by.

They are counted and shown like all others, but are no loss: `max_reject` and `--strict` are about every other kind.
"""


# Neither record is frozen: that makes one eight times as slow, and there is one for every text. None is ever changed,
# but for `meta` of what a reader has just yielded.
@dataclass(slots=True)
class RawDocument:
    """A text, or a pair of texts, as its source has it: what a reader yields."""

    row: int
    """Line or number in the file, from 1; no two documents of a file share it."""
    text: str
    code: str = ""
    """The language as the source calls it; empty if it does not say."""
    text2: str | None = None
    """The other text of a pair; None for one text alone."""
    code2: str = ""
    alone: bool = False
    """Never joined with its neighbours, however short it is."""
    units: int = 1
    """Units of the source in it."""
    url: str | None = None
    """The address that the source gives for the text."""
    repair: str | None = None
    """A mend by its reader, in words, such as an encoding that was inferred."""
    meta: Meta | None = None
    """What else the source says of the text; of that the source's `keep` chooses, once it is read."""


@dataclass(slots=True)
class CleanDocument:
    """A document whose text is repaired, and whose language is called by all that recipe, text and name say of it."""

    row: int
    text: str
    code: str
    text2: str | None
    code2: str
    alone: bool
    units: int
    url: str | None
    repair: str | None = None
    """Mends beyond Unicode form, by the reader or afterwards, in words."""
    meta: Meta | None = None

    @property
    def bytes(self) -> int:
        """UTF-8 bytes of both sides."""
        return len(self.text.encode()) + len((self.text2 or "").encode())


@dataclass(slots=True)
class Document:
    """A document whose language is known."""

    clean: CleanDocument
    lang: Lang
    lang2: Lang | None
    """The language of the other text of a pair; None for one text alone."""
    rule: str
    """The rule by which the language is known, in words."""


AnyDocument = TypeVar("AnyDocument", RawDocument, CleanDocument)


@dataclass(frozen=True, slots=True)
class Reject:
    """Something of a source that cannot be used: a row, a file, or a part of an archive."""

    row: int
    """0: the whole file."""
    kind: str
    """A few fixed words, counted in the summary: `invalid UTF-8`."""
    detail: str = ""
    raw: bytes = b""
    units: int = 1
    """Units of the source that are lost with it, as far as they can be counted."""
    unread: int = 0
    """Bytes of the file, decompressed, that were not read because of it."""
    file: str = ""
    """The member of an archive that it is about, where that is not read at all."""

    @property
    def is_lost(self) -> bool:
        """Whether text is lost with it, as far as anybody can tell."""
        return self.kind not in WITHOUT_TEXT

    @property
    def reason(self) -> str:
        """Kind and detail, as far as it is short: what libraries say of a file may quote all of it."""
        return f"{self.kind}: {self.detail[:MAX_DETAIL_CHARS]}" if self.detail else self.kind


def reject_document(document: RawDocument | CleanDocument, kind: str, detail: str = "") -> Reject:
    """Make a reject of a document that turned out unusable."""
    raw = document.text[:MAX_RAW_BYTES].encode("utf-8", "surrogatepass")
    return Reject(document.row, kind, detail, raw, document.units)


def join_documents(documents: Sequence[AnyDocument]) -> AnyDocument:
    """Join documents to one, a line each on both sides; it takes row, codes and address of the first.

    What the source says of all alike it says of the joined one; where they differ, a list has what it says of each.
    """
    first = documents[0]
    if len(documents) == 1:
        return first
    text2 = None if first.text2 is None else "\n".join(document.text2 or "" for document in documents)
    text = "\n".join(document.text for document in documents)
    units, meta = sum(document.units for document in documents), join_meta([document.meta for document in documents])
    return replace(first, text=text, text2=text2, units=units, meta=meta)


def join_meta(each: Sequence[Meta | None]) -> Meta | None:
    """What is said of several texts, by name: a value that all have, else a list of one for each, None where it has
    none."""
    if not any(each):
        return None
    names = dict.fromkeys(name for meta in each for name in meta or ())
    columns = {name: [(meta or {}).get(name) for meta in each] for name in names}
    return {name: all_alike(column) for name, column in columns.items()}


def all_alike(values: list[object]) -> object:
    """The value that all are, else all of them."""
    return values if any(value != values[0] for value in values) else values[0]
