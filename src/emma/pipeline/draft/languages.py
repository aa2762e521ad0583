"""How the languages of a source are known: from the content, from names of files, from the script, or not at all."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePosixPath

from emma.collect.files.compression import without_suffix
from emma.errors import LanguageError
from emma.lang.cldr import autonym, has_name, has_two_letters
from emma.lang.codes import Resolution, find_language, resolve
from emma.lang.registry import REMEDY
from emma.lang.scripts import scripts_agree, strip_markup, written_evidence
from emma.lang.tables import Scheme
from emma.lang.written import known_scripts
from emma.pipeline.draft.columns import LABEL_SHAPE, SCHEME_ORDER, count_known
from emma.pipeline.draft.patterns import find_common_start

FLORES = re.compile("flores|nllb|sib-?200|belebele|devtest")
"""Words in names of data whose labels are those of FLORES."""
MIN_MATCHED = 0.9
"""Share of the names that a pattern must match, and of the parts that must be languages."""
MANY = 12
"""Different parts from which nearly all of them can be no languages by chance."""
ONE_LANGUAGE = {
    "Hang": "kor_Kore",
    **{label[-4:]: label for label in (
        "chr_Cher", "div_Thaa", "ell_Grek", "hye_Armn", "jpn_Jpan", "kat_Geor", "khm_Khmr", "kor_Kore", "lao_Laoo",
        "nqo_Nkoo", "sat_Olck", "sin_Sinh", "tel_Telu", "tha_Thai",
    )},
}  # fmt: skip
"""Scripts in which nearly all text is in one language: a guess to confirm, never more."""


WIDESPREAD = ("Arab", "Cyrl", "Deva", "Latn", "Zyyy")
"""Scripts of so many languages that they say nothing for one of them."""


class NamePattern:
    """A pattern of `lang_from` and what it says of some names."""

    def __init__(self, pattern: str, names: Sequence[str], scripts: Mapping[str, str]) -> None:
        """Match a pattern against names; `scripts` has the scripts of some of these files."""
        self.pattern = pattern
        self._scripts: dict[str, str] = {}
        found: list[str] = []
        for name in names:
            if (match := re.search(pattern, name)) and match[1]:
                found.append(match[1])
                self._scripts.setdefault(match[1], scripts.get(name, ""))
        self.parts = Counter(found)
        self.matched = len(found) / len(names)
        self.scheme: Scheme = choose_name_scheme(set(found), names[0]) if found else "any"

    @property
    def known(self) -> float:
        """Share of the different parts that are languages."""
        return count_known(set(self.parts), self.scheme) / max(1, len(self.parts))

    @property
    def clear(self) -> float:
        """Share of the different parts that can hardly be anything else."""
        clear = sum(
            is_clear(part, self.scheme) or is_written(part, self.scheme, self._scripts[part]) for part in self.parts
        )
        return clear / max(1, len(self.parts))

    def is_good(self) -> bool:
        """Whether it may be used: parts that are languages all over, and clear ones among them."""
        if self.matched < MIN_MATCHED or self.known < MIN_MATCHED:
            return False
        # words of three letters are codes as often as not: many that all are can be no chance
        return self.clear >= (0.5 if len(self.parts) >= 5 else 1.0) or len(self.parts) >= MANY


def is_clear(part: str, scheme: Scheme) -> bool:
    """Whether a part of a name is a language beyond doubt: a label, two letters, a code with a region, a known name."""
    try:
        iso, _ = find_language(part, scheme)
    except LanguageError:
        return False
    if scheme == "name":
        return len(part) > 4 and has_name(iso)
    return bool(LABEL_SHAPE.fullmatch(part)) or "-" in part or has_two_letters(iso) or (len(part) == 2)


def is_written(part: str, scheme: Scheme, script: str) -> bool:
    """Whether a script that few languages have is one of those of the language that a part of a name would be."""
    if script in ("", *WIDESPREAD):
        return False
    try:
        iso, _ = find_language(part, scheme)
    except LanguageError:
        return False
    return _has_script(iso, script)


def _has_script(iso: str, script: str) -> bool:
    return any(scripts_agree(script, known) for known in known_scripts(iso))


def is_written_in(iso: str, text: str) -> bool:
    """Whether a text may be in a language, by its script."""
    return not known_scripts(iso) or _has_script(iso, written_evidence(strip_markup(text, 2_000))[0])


def choose_name_scheme(parts: set[str], name: str) -> Scheme:
    """The scheme in which most parts of names are languages; that of FLORES before others for what is made of it."""
    order: list[Scheme] = [scheme for scheme in SCHEME_ORDER if scheme != "android"]
    if FLORES.search(name.lower()):
        order = ["flores", *order]
    return max(order, key=lambda scheme: (count_known(parts, scheme), -order.index(scheme)))


def find_name_pattern(names: Sequence[str], texts: Mapping[str, str], beside: Sequence[str] = ()) -> NamePattern | None:
    """The pattern that finds a language in the names of the files; None where none is good.

    `texts` has a text of some of these files, and `beside` the names of all files of the place: a folder is hardly
    called by a language where those beside it are not.
    """
    scripts = {name: written_evidence(strip_markup(text, 2_000))[0] for name, text in texts.items()}
    patterns = [NamePattern(pattern, names, scripts) for pattern in dict.fromkeys(_propose(names))]
    good = [pattern for pattern in patterns if pattern.is_good() and not _is_doubted(pattern, names[0], beside)]
    return max(
        good, key=lambda pattern: (pattern.known * pattern.matched, len(pattern.parts) > 1, pattern.clear), default=None
    )


def _is_doubted(pattern: NamePattern, name: str, beside: Sequence[str]) -> bool:
    """Whether the one folder that a pattern finds stands among folders that are called by no language."""
    (part, *others) = pattern.parts
    folders = PurePosixPath(name).parts[:-1]
    if others or part not in folders:
        return False
    depth = folders.index(part)
    paths = [PurePosixPath(other).parts for other in beside]
    siblings = {path[depth] for path in paths if len(path) > depth + 1 and path[:depth] == folders[:depth]}
    return 2 * count_known(siblings, pattern.scheme) <= len(siblings) and len(siblings) > 1


def _propose(names: Sequence[str]) -> Iterator[str]:
    """Patterns for each place of a name at which a language may stand."""
    path = PurePosixPath(without_suffix(names[0]))
    ending = re.escape(path.suffix)
    yield r"([a-z]{3}_[A-Z][a-z]{3})"
    bases = [name.rsplit("/", 1)[-1] for name in names]
    start = re.match(r".*[._-]|", find_common_start(bases))
    if start and start[0] and len(set(bases)) > 1:
        yield rf"{re.escape(start[0])}([A-Za-z]{{2,}}(?:[-_][A-Za-z]+)*)\."
    for depth in range(min(4, len(path.parts) - 1)):
        yield rf"([^/]+){'/[^/]+' * (depth + 1)}$"
    yield rf"([^/.]+){ending}[^/]*$" if ending else r"([^/.]+)$"
    yield r"(?:^|/)([^/.]+)\.[^/]*$"
    yield rf"\.([^/.]+){ending}[^/.]*(?:\.\w+)?$" if ending else r"\.([^/.]+)$"
    for place in range(3):
        before = r"[^/._-]+[._-]" * place
        yield rf"(?:^|/){before}([A-Za-z]{{2,}})[._-][^/]*$"
    yield r"[_-]([A-Za-z]{2,3})\.[^/]*$"
    yield r"[_.-]([a-z]{2,3}[_-][A-Z]\w+)\.[^/]*$"
    yield r"[_-]([A-Za-z]{2,3})[_-][^/]*$"


def guess_by_script(texts: Sequence[str]) -> str:
    """The label of the one language that is written in the script of some texts; empty where there are several."""
    counts: Counter[str] = Counter()
    for text in texts:
        script, share, letters = written_evidence(strip_markup(text, 2_000))
        counts[script] += round(share * letters)
    script, most = max(counts.items(), key=lambda item: item[1], default=("", 0))
    return ONE_LANGUAGE.get(script, "") if most >= 0.9 * counts.total() else ""


def describe_scripts(texts: Sequence[str]) -> str:
    """The scripts of some texts, most letters first, such as `Latn 93 %, Cyrl 7 %`."""
    counts: Counter[str] = Counter()
    for text in texts:
        script, _, letters = written_evidence(strip_markup(text, 2_000))
        counts[script] += letters
    total = max(1, counts.total())
    shown = [f"{script} {100 * count / total:.0f} %" for script, count in counts.most_common(3) if count > 0.01 * total]
    return ", ".join(shown)


def identify_texts(identify: Callable[[Sequence[str]], list[str]], texts: Sequence[str]) -> tuple[str, float]:
    """The label that a language-identification model gives most of some texts, and the share of them."""
    labels = Counter(filter(None, identify([text[:1_000] for text in texts])))
    label, count = max(labels.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    return label, count / max(1, len(texts))


@lru_cache(maxsize=1)
def own_names() -> Mapping[str, str]:
    """Codes of languages by what CLDR says that they call themselves: `kiswahili`, `हिन्दी`."""
    from babel.localedata import locale_identifiers

    codes = sorted({name.split("_")[0] for name in locale_identifiers()}, reverse=True)
    return {name.casefold(): code for code in codes if (name := autonym(find_language(code)[0]))}


def resolve_answer(answer: str, text: str = "a") -> Resolution:
    """The language that a person named, in the script of a text in it. LanguageError with what to write instead."""
    try:
        return resolve(answer.strip(), text)
    except LanguageError as error:
        if iso := own_names().get(answer.strip().casefold()):
            return resolve(iso, text)
        raise LanguageError(
            str(error).replace(REMEDY, "Write another name, a code, or a label such as swh_Latn.")
        ) from None


def find_scheme(codes: Sequence[str], scheme: Scheme) -> Scheme:
    """The scheme that knows most of some codes; the one that is given, if no other knows more."""
    return max((scheme, *SCHEME_ORDER), key=lambda other: (count_known(set(codes), other), other == scheme))
