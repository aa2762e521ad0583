"""What ends a run of the XML parser, and where in the bytes it is."""

from typing import Final

CDATA: Final = b"<![CDATA["
SECTIONS: Final = ((b"<!--", b"-->"), (CDATA, b"]]>"), (b"<?", b"?>"))
"""What holds no tags: how it begins and ends."""


class Fault(Exception):  # noqa: N818 (it becomes a reject)
    """What ends a run."""

    def __init__(self, kind: str, what: str, at: int, *, in_tag: bool = False, final: bool = False) -> None:
        super().__init__(what)
        self.kind, self.what = kind, what
        self.at = at
        """Bytes of the run before it."""
        self.in_tag = in_tag
        """Whether the tag there, if there is one, may be what is broken."""
        self.final = final
        """Whether nothing can be read from here on."""


def after_section(data: bytes, at: int) -> int | None:
    """Where to go on after a fault inside a comment, CDATA section or instruction; None if it is in none.

    That is its end, if it has one before another of its kind begins. Else it was not closed, and has taken in what
    follows it.
    """
    for opening, closing in SECTIONS:
        begin = data.find(opening, data.rfind(closing, 0, at) + 1, at)
        if begin >= 0:
            inside, end = begin + len(opening), data.find(closing, at)
            return inside if end < 0 or opening in data[inside:end] else end
    return None
