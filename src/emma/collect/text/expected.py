"""The language that a file should be in, as far as recipe, content and name tell it before its text is read."""

from emma.collect.config import SourceConfig
from emma.collect.text.file_names import told
from emma.errors import LanguageError
from emma.lang.codes import resolve
from emma.lang.language import Lang


def expected_language(name: str, source: SourceConfig, code: str = "") -> Lang | None:
    """By the recipe, else `code`, what the content says of itself, else the name. None where that is no language."""
    named = told(name, source)
    code = named.code if named.stated else code or named.code
    stated = source.lang or source.codes.get(code)
    try:
        return resolve(stated or code, scheme="any" if stated else source.scheme).lang
    except LanguageError:
        return None
