"""What language a text is in, from what its source calls it: the recipe's word first, then the code, then policy."""

import re
from collections.abc import Mapping
from functools import lru_cache

from emma.collect.config import SourceConfig
from emma.errors import LanguageError
from emma.lang import macro
from emma.lang.codes import resolve
from emma.schemas import CODE

CODE_READER = "code"
"""The one reader whose documents are program code."""

Policies = Mapping[str, str | dict[str, str]]


class Naming:
    """Names the languages of one source's texts."""

    def __init__(self, source: SourceConfig, policies: Policies, identify: macro.Identify | None = None) -> None:
        self._source, self._policies, self._identify = source, policies, identify

    def of(self, code: str, text: str) -> tuple[str, str]:
        """The label of a text and the rule that gave it. Raises LanguageError."""
        return self._side(self._source.lang, "lang", code, text)

    def of_other(self, code: str, text: str) -> tuple[str, str]:
        """As `of`, for the second side of a pair."""
        return self._side(self._source.lang2, "lang2", code, text)

    def _side(self, declared: str | None, key: str, code: str, text: str) -> tuple[str, str]:
        if self._source.reader == CODE_READER:
            return CODE, "program code"
        if declared is not None:
            found, rule = resolve(declared, text), f"the source's `{key}`: {declared}"
        elif code in self._source.codes:
            found = resolve(self._source.codes[code], text)
            rule = f"the source's `codes`: {code} → {found.label}"
        elif code:
            found = resolve(code, text, self._source.scheme)
            rule = found.rule
        else:
            raise LanguageError(
                "the text names no language; set `lang` of the source, or name the field or `lang_from` that holds it"
            )
        if found.lang.iso639_3 not in self._policies:
            return found.label, rule
        lang, why = macro.apply(found.lang, self._policies, text, self._identify)
        return lang.label, f"{rule}; {why}"


def code_in(name: str, source: SourceConfig) -> str:
    """What a file's name calls its language, by the source's `lang_from`; empty if it has none or does not match."""
    match = None if source.lang_from is None else re.search(source.lang_from, name)
    return "" if match is None else match[1] or ""


@lru_cache(maxsize=4)
def identifier(model: str) -> macro.Identify:
    """Language identification with a model, loaded once a process."""
    from emma.lang.lid import open_model

    loaded = open_model(model)

    def identify(text: str) -> tuple[list[str | None], list[float]]:
        labels, scores = loaded.identify([text])
        return list(labels[0]), list(scores[0])

    return identify
