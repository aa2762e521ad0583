"""Name the language of a text from what its source calls it: the recipe's word first, then the code, then policy."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from emma.collect.config import CODE_READER, SourceConfig
from emma.collect.text.file_names import FileLanguage, read_names, weigh_codes
from emma.errors import LanguageError
from emma.lang.codes import SAMPLE_CHARS, Resolution, is_script_open, resolve, resolve_with_evidence
from emma.lang.language import CODE, UNDETERMINED, Lang
from emma.lang.macro import Identify, apply_policies
from emma.lang.scripts import Evidence, strip_markup, written_evidence
from emma.lang.tables import Scheme

Policies = Mapping[str, str | dict[str, str]]


class Naming:
    """Names the languages of one source's texts, file by file."""

    def __init__(
        self, source: SourceConfig, policies: Policies, identify: Identify | None = None, *, refuses: bool = True
    ) -> None:
        """With `refuses=False`, text whose code names no language is `und_Yyyy`: undetermined, in a script."""
        self._source, self._policies, self._identify, self._refuses = source, policies, identify, refuses
        self._names = FileLanguage(), FileLanguage()

    def begin_file(self, name: str, companions: Sequence[str] = ()) -> None:
        """Take note of what the names of the next file, and of the files beside it, say of its texts' languages."""
        self._names = read_names(name, companions, self._source)

    def call_languages(self, code: str, code2: str) -> tuple[str, str]:
        """Choose the codes of a text and its translation, from their own and from the file's name."""
        first, second = self._names
        if first.code:
            code = weigh_codes(code, first, self._source.scheme)
        if second.code:
            code2 = weigh_codes(code2, second, self._source.scheme)
        return code, code2

    def name_text(self, code: str, text: str, evidence: Evidence | None = None) -> tuple[Lang, str]:
        """Name the language of a text; also the rule. `evidence`, if known, is `written_evidence` of the text.

        Raises LanguageError.
        """
        return self._name(self._source.lang, "lang", code, text, evidence)

    def name_translation(self, code: str, text: str, evidence: Evidence | None = None) -> tuple[Lang, str]:
        """Name the language of the second side of a pair; also the rule. Raises LanguageError."""
        return self._name(self._source.lang2, "lang2", code, text, evidence)

    def is_script_open(self, code: str, *, is_second: bool) -> bool:
        """Whether a text that its source calls `code` has a say in the script of its language."""
        stated = self._source.lang2 if is_second else self._source.lang
        if stated is None and code in self._source.codes:
            # The recipe's `codes` outrank the scheme, and are read as labels or codes of any kind.
            stated = self._source.codes[code]
        if stated is not None:
            return is_script_open(stated, "any")
        return bool(code) and is_script_open(code, self._source.scheme)

    def _name(self, stated: str | None, key: str, code: str, text: str, evidence: Evidence | None) -> tuple[Lang, str]:
        try:
            return self._resolve_side(stated, key, code, text, evidence)
        except LanguageError as error:
            if self._refuses:
                raise
            # Benchmarks: text in no known language can still stand in the corpus, and is looked for.
            script, _, _ = evidence or written_evidence(strip_markup(text, SAMPLE_CHARS))
            return Lang(UNDETERMINED, script), f"undetermined: {error}"

    def _resolve_side(
        self, stated: str | None, key: str, code: str, text: str, evidence: Evidence | None
    ) -> tuple[Lang, str]:
        source = self._source
        if source.reader == CODE_READER:
            return CODE, "program code"
        if stated is not None:
            resolution, rule = _resolve_code(stated, text, evidence, "any"), f"the source's `{key}`: {stated}"
        elif code in source.codes:
            resolution = _resolve_code(source.codes[code], text, evidence, "any")
            rule = f"the source's `codes`: {code} → {resolution.label}"
        elif code:
            resolution = _resolve_code(code, text, evidence, source.scheme)
            rule = resolution.rule
        else:
            why = self._names[key == "lang2"].why
            raise LanguageError(why or f"the text names no language; set `{key}` of the source")
        return self._apply_policies(resolution.lang, rule, text) if self._policies else (resolution.lang, rule)

    def _apply_policies(self, lang: Lang, rule: str, text: str) -> tuple[Lang, str]:
        lang, why = apply_policies(lang, self._policies, text, self._identify)
        return lang, f"{rule}; {why}" if why else rule


def _resolve_code(code: str, text: str, evidence: Evidence | None, scheme: Scheme) -> Resolution:
    return resolve(code, text, scheme) if evidence is None else resolve_with_evidence(code, evidence, scheme)


@lru_cache(maxsize=4)
def load_identifier(model: str) -> Identify:
    """Load a language-identification model, once a process."""
    from emma.lid import open_model

    loaded = open_model(model)

    def identify(text: str) -> tuple[list[str | None], list[float]]:
        labels, scores = loaded.identify([text])
        return list(labels[0]), list(scores[0])

    return identify
