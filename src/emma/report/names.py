"""English names of languages, from SIL's ISO 639-3 table."""

from functools import cache

from emma.schemas import CODE


@cache
def english_name(code: str) -> str:
    """The reference name of an ISO 639-3 code; the code itself when the table does not know it."""
    import iso639

    if code == CODE.partition("_")[0]:
        return "Program code"
    try:
        name: str = iso639.Language.from_part3(code).name
    except iso639.LanguageNotFoundError:
        return code
    return name
