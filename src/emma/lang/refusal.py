"""Why a code cannot be used: a LanguageError that also says, for programs, what kind of thing the code is."""

from typing import Literal

from emma.errors import LanguageError

Kind = Literal[
    "unknown",  # no code and no name of any language
    "retired",  # split into several languages, or found not to exist
    "collection",  # a family or group of languages
    "private",  # for private use
    "special",  # several, undetermined, uncoded, or no language at all
    "pseudo",  # a stand-in of some software, such as the documentation of messages
    "script",  # names a script that ISO 15924 does not have
    "subtag",  # has an extended language, region, variant or extension that the IANA registry does not have
    "unwritten",  # a language whose script neither the code, nor the text, nor CLDR tells
    "ambiguous",  # a name that several languages have
]

REMEDY = "Map it in the source's `codes`."


class RefusedError(LanguageError):
    """A code that stands for no one language, with the reason and the remedy."""

    def __init__(self, message: str, kind: Kind = "unknown") -> None:
        super().__init__(message)
        self.kind: Kind = kind
