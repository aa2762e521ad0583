"""What readers yield: a unit of text as the source has it, or something bad with its reason."""

from dataclasses import dataclass, replace

from emma.lang.scripts import Evidence

MAX_RAW_BYTES = 64 * 1024
"""Bytes of a reject that are kept."""
MAX_DETAIL_CHARS = 1_000
"""Characters of what is said of it."""
UNKNOWN_LANGUAGE = "unknown language"
WITHOUT_TEXT = frozenset(
    {
        "empty text",
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


@dataclass(slots=True)  # not frozen: that makes one eight times as slow, and there is one for every text
class RawDocument:
    """A text of a source file, before repair and before its language is resolved."""

    row: int
    """Line or number in the file, from 1; no two units of a file share it."""
    text: str
    code: str = ""
    """What the source calls the language; empty if it does not say."""
    text2: str | None = None
    code2: str = ""
    alone: bool = False
    """A document in its own right, never joined with its neighbours."""
    units: int = 1
    """How many units of the reader are in it: more than one once neighbours were joined."""
    url: str | None = None
    """Where the source says the text is from."""
    repair: str | None = None
    """What was mended beyond Unicode form."""
    seen: Evidence | None = None
    """What the text's characters say of its script, where it was looked at and may stay as it is."""
    seen2: Evidence | None = None

    @property
    def bytes(self) -> int:
        """UTF-8 bytes of both sides."""
        return len(self.text.encode()) + len((self.text2 or "").encode())


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be used."""

    row: int
    kind: str
    """A few fixed words, counted in the summary: `invalid UTF-8`."""
    detail: str = ""
    raw: bytes = b""
    units: int = 1
    """How many units of the source are lost with it, as far as they can be counted."""
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


def reject_document(unit: RawDocument, kind: str, detail: str = "") -> Reject:
    """A unit that turned out bad."""
    return Reject(unit.row, kind, detail, unit.text[:MAX_RAW_BYTES].encode("utf-8", "surrogatepass"), unit.units)


def join_documents(units: list[RawDocument]) -> RawDocument:
    """Several units as one, a line each on both sides; it takes the row of the first."""
    first = units[0]
    if len(units) == 1:
        return first
    text2 = None if first.text2 is None else "\n".join(each.text2 or "" for each in units)
    held = sum(each.units for each in units)
    mended = next((each.repair for each in units if each.repair), None)
    return replace(
        first,
        text="\n".join(each.text for each in units),
        text2=text2,
        units=held,
        repair=mended,
        seen=None,
        seen2=None,
    )
