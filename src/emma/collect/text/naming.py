"""What language a text is in, from what its source calls it: the recipe's word first, then the code, then policy."""

from collections.abc import Mapping
from functools import lru_cache

from emma.collect.config import SourceConfig
from emma.errors import LanguageError
from emma.lang import macro
from emma.lang.codes import SAMPLE_CHARS, Resolution, is_script_open, resolve, resolve_with_evidence
from emma.lang.language import Lang
from emma.lang.scripts import Evidence, strip_markup, written_evidence
from emma.lang.tables import Scheme
from emma.schemas import CODE, UNDETERMINED

CODE_READER = "code"
"""The one reader whose documents are program code."""

Policies = Mapping[str, str | dict[str, str]]


class Naming:
    """Names the languages of one source's texts."""

    def __init__(
        self,
        source: SourceConfig,
        policies: Policies,
        identify: macro.Identify | None = None,
        *,
        refuses: bool = True,
    ) -> None:
        """Where it does not refuse what names no language, such text is `und_Yyyy`: undetermined, in a script."""
        self._source, self._policies, self._identify, self._refuses = source, policies, identify, refuses
        self.untold: tuple[str, ...] = ("", "")
        """Why nothing outside the texts of the current file tells their language, for both sides."""

    def of(self, code: str, text: str, seen: Evidence | None = None) -> tuple[str, str]:
        """The label of a text and the rule that gave it; `seen`, if known, is `written_evidence` of it.

        Raises LanguageError.
        """
        return self._label(self._source.lang, "lang", code, text, seen)

    def of_other(self, code: str, text: str, seen: Evidence | None = None) -> tuple[str, str]:
        """As `of`, for the second side of a pair."""
        return self._label(self._source.lang2, "lang2", code, text, seen)

    def _label(self, told: str | None, key: str, code: str, text: str, seen: Evidence | None) -> tuple[str, str]:
        try:
            return self._side(told, key, code, text, seen)
        except LanguageError as error:
            if self._refuses:
                raise
            script, _, _ = seen or written_evidence(strip_markup(text, SAMPLE_CHARS))
            return Lang(UNDETERMINED, script).label, f"undetermined: {error}"

    def asks_text(self, code: str, is_second: bool) -> bool:
        """Whether a text that its source calls `code` has a say in the script of its label."""
        told = self._source.lang2 if is_second else self._source.lang
        if told is None and code in self._source.codes:
            told = self._source.codes[code]
        return (
            is_script_open(told, "any")
            if told is not None
            else bool(code) and is_script_open(code, self._source.scheme)
        )

    def _side(self, told: str | None, key: str, code: str, text: str, seen: Evidence | None) -> tuple[str, str]:
        source = self._source
        if source.reader == CODE_READER:
            return CODE, "program code"
        if told is not None:
            found, rule = self._resolve(told, text, seen, "any"), f"the source's `{key}`: {told}"
        elif code in source.codes:
            found = self._resolve(source.codes[code], text, seen, "any")
            rule = f"the source's `codes`: {code} → {found.label}"
        elif code:
            found = self._resolve(code, text, seen, source.scheme)
            rule = found.rule
        else:
            raise LanguageError(self.untold[key == "lang2"] or f"the text names no language; set `{key}` of the source")
        return self._by_policy(found, rule, text) if self._policies else (found.label, rule)

    def _resolve(self, code: str, text: str, seen: Evidence | None, scheme: Scheme) -> Resolution:
        return resolve(code, text, scheme) if seen is None else resolve_with_evidence(code, seen, scheme)

    def _by_policy(self, found: Resolution, rule: str, text: str) -> tuple[str, str]:
        lang, why = macro.apply_policies(found.lang, self._policies, text, self._identify)
        return lang.label, f"{rule}; {why}" if why else rule


@lru_cache(maxsize=4)
def identifier(model: str) -> macro.Identify:
    """Language identification with a model, loaded once a process."""
    from emma.lid import open_model

    loaded = open_model(model)

    def identify(text: str) -> tuple[list[str | None], list[float]]:
        labels, scores = loaded.identify([text])
        return list(labels[0]), list(scores[0])

    return identify
