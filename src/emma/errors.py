"""The errors EMMA raises. Each message names the thing, the place, and what to do next."""


class EmmaError(Exception):
    """Base of all of EMMA's own errors; the command line prints them without a traceback."""


class LanguageError(EmmaError):
    """A language name or code that cannot be used as it stands."""


class RecipeError(EmmaError):
    """A recipe that cannot be run: unknown key, impossible value, missing base."""


class SourceError(EmmaError):
    """Raw input that is missing, empty or unreadable as a whole (single bad rows become rejects instead)."""


class ArtifactError(EmmaError):
    """An artifact of the store that is missing, damaged, or cannot be written."""


class ExtraError(EmmaError):
    """An optional dependency that the asked-for stage needs; the message names the extra to install."""
