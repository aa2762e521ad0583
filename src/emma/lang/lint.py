"""`emma lang lint`: faults in a list of languages, before any corpus, tier or average is built on it.

Each entry is a label (`swh_Latn`) or code with, perhaps, the amount of text under it. The kinds of findings are those
that an audit of a published list of 939 entries came to: a quarter of its tokens stood under two names.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from emma.lang.cldr import likely_scripts
from emma.lang.codes import Resolution, find_language, resolve
from emma.lang.language import CODE, LABEL, Lang
from emma.lang.lint_rows import Entry, read_entries
from emma.lang.macro import find_split_families, members_of
from emma.lang.registry import RefusedError
from emma.lang.tables import REMARKS
from emma.lang.written import is_plausible, known_scripts
from emma.wording import plural

MIN_TOKENS = 1_000
"""Tokens under which an entry says nothing about a language."""

KINDS = {
    "unknown": "no code or name of any language",
    "retired": "retired codes: split, or found not to exist",
    "renamed": "codes that ISO 639-3 no longer has, or never had, with one successor",
    "collection": "families and groups, not languages",
    "private": "codes for private use",
    "special": "several languages, none, or nobody knows",
    "pseudo": "stand-ins of some software",
    "ambiguous": "names that several languages have",
    "script": "not scripts of ISO 15924",
    "subtag": "parts of tags that the IANA registry does not have",
    "implausible": "scripts that nobody writes the language in: transliterated, mislabelled or noise",
    "macrolanguage": "macrolanguages beside their own members: one population of text under two names",
    "duplicate": "one language in one script under several names",
    "twins": "languages that much data does not keep apart",
    "small": "too little to mean anything",
    "constructed": "constructed languages",
    "remark": "worth knowing",
}
"""Kinds of findings in the order in which they are listed."""
NOTES = frozenset({"constructed", "remark"})
"""Kinds that are no fault."""

TWINS = (("fil", "tgl", "Filipino is standardised Tagalog; CLDR reads tl as fil"),)


@dataclass(frozen=True)
class Finding:
    """Something about one entry, or about a group of them."""

    kind: str
    labels: tuple[str, ...]
    message: str
    tokens: int | None
    """Sum over these entries."""
    line: int
    """Line of the first of them in the list."""


class KindSummary(TypedDict):
    """Findings of one kind, and their share of the list's tokens; None where the list has none."""

    findings: int
    share: float | None


class Audit(TypedDict):
    """The audit of a list as plain values."""

    entries: int
    languages: int
    tokens: int | None
    in_split_families: float | None
    """Share of the tokens under macrolanguages and members that stand side by side."""
    wrong: int
    """Findings that are faults, not notes."""
    kinds: dict[str, KindSummary]
    findings: list[Finding]


def lint(entries: Sequence[Entry], small: int = MIN_TOKENS) -> list[Finding]:
    """List all findings, in the order of KINDS and then of the list."""
    findings = [finding for entry in entries for finding in _check_entry(entry, small)]
    findings += [*_find_duplicates(entries), *_find_families(entries), *_find_twins(entries)]
    order = list(KINDS)
    return sorted(findings, key=lambda finding: (order.index(finding.kind), finding.line, finding.labels))


def audit_list(path: Path, small: int | None = None) -> Audit:
    """Audit a file that lists languages. Raises LanguageError if it cannot be read as one."""
    entries = read_entries(path)
    return summarise(entries, lint(entries, MIN_TOKENS if small is None else small))


def summarise(entries: Sequence[Entry], findings: Sequence[Finding]) -> Audit:
    """Count entries, languages and tokens, and findings by kind with their share of the tokens."""
    total = _sum_tokens(entries)
    families = [entry for wholes, parts in _split_families(entries) for entry in (*wholes, *parts)]
    by_kind = {kind: [finding for finding in findings if finding.kind == kind] for kind in KINDS}
    return {
        "entries": len(entries),
        "languages": len({lang.iso639_3 for entry in entries if (lang := _resolve(entry))}),
        "tokens": total,
        "in_split_families": share_of_tokens(_sum_tokens(families), total),
        "wrong": sum(finding.kind not in NOTES for finding in findings),
        "kinds": {
            kind: {"findings": len(group), "share": share_of_tokens(_sum(finding.tokens for finding in group), total)}
            for kind, group in by_kind.items()
            if group
        },
        "findings": list(findings),
    }


def share_of_tokens(tokens: int | None, total: int | None) -> float | None:
    """Divide by the list's tokens; None where it has none."""
    return tokens / total if tokens is not None and total else None


def _check_entry(entry: Entry, small: int) -> Iterator[Finding]:
    """Findings about an entry by itself."""
    if entry.label == CODE.label:  # in tables of EMMA's own no mistake, though ISO 639-3 calls it no language
        yield _make_finding("remark", [entry], "program code")
        return
    try:
        resolution = resolve(entry.label, "a")  # any text will do: where the script is not known, it is no mistake
    except RefusedError as refusal:
        yield _make_finding(refusal.kind, [entry], _shorten_refusal(entry, refusal))
    else:
        yield from _check_language(entry, resolution)
    if entry.label in REMARKS:
        yield _make_finding("remark", [entry], REMARKS[entry.label])
    if entry.tokens is not None and entry.tokens < small:
        yield _make_finding("small", [entry], f"{entry.tokens:,} of {small:,}")


def _check_language(entry: Entry, resolution: Resolution) -> Iterator[Finding]:
    from iso639 import Language

    lang, rule = resolution.lang, resolution.rule
    language = Language.from_part3(lang.iso639_3)
    if rule.startswith(("retired", "deprecated")):
        yield _make_finding("renamed", [entry], f"{rule}: {language.name}; write {lang.label}")
    if LABEL.fullmatch(entry.label) and not is_plausible(lang):
        yield _make_finding(
            "implausible", [entry], f"{language.name} in {lang.script}; known in {_list_scripts(lang.iso639_3)}"
        )
    if language.type == "C":
        yield _make_finding("constructed", [entry], language.name)


def _shorten_refusal(entry: Entry, refusal: RefusedError) -> str:
    """A refusal without what the line says anyway, and with the scripts of the language where it names none."""
    reason = str(refusal).removeprefix(f"'{entry.label}'").lstrip(": ")
    # A list has no source and no files: the remedies of `registry` are of no use to who wrote it.
    reason = re.sub(
        r"(; leave these files out or| If you know the language:)? ?[Mm]ap it in the source's `codes`", "", reason
    )
    code = re.match(r"[a-z]{3}", entry.label) if refusal.kind == "script" else None
    usual = _list_scripts(code[0]) if code else ""
    return f"{reason.rstrip(' .')}{usual and '; its language is written in '}{usual}"


def _list_scripts(code: str) -> str:
    """The likely scripts of a language, else all that are known; empty where the code is none or nobody says."""
    try:
        iso, _ = find_language(code, "iso639")
    except RefusedError:
        return ""
    return ", ".join((likely_scripts(iso) or known_scripts(iso))[:4])


def _find_duplicates(entries: Sequence[Entry]) -> Iterator[Finding]:
    for lang, group in _group_by_language(entries).items():
        if len(group) > 1:
            yield _make_finding("duplicate", group, f"all are {lang.label}")


def _find_families(entries: Sequence[Entry]) -> Iterator[Finding]:
    for wholes, parts in _split_families(entries):
        part = share_of_tokens(_sum_tokens(wholes), _sum_tokens([*wholes, *parts]))
        message = "" if part is None else f"holds {part:.1%} of the family's text; "
        macro = _resolve(wholes[0])
        count = len(members_of(macro.iso639_3)) if macro else 0
        listed = ", ".join(entry.label for entry in parts)
        yield _make_finding("macrolanguage", wholes, f"{message}{plural(count, 'member')}, here too: {listed}")


def _split_families(entries: Sequence[Entry]) -> Iterator[tuple[list[Entry], list[Entry]]]:
    """Entries of each macrolanguage that stands beside its members, and of these."""
    by_label = {lang.label: group for lang, group in _group_by_language(entries).items()}
    for family in find_split_families(by_label):
        wholes, parts = ([e for label in labels for e in by_label[label]] for labels in (family.labels, family.members))
        yield wholes, parts


def _find_twins(entries: Sequence[Entry]) -> Iterator[Finding]:
    resolved = [(entry, lang.iso639_3) for entry in entries if (lang := _resolve(entry))]
    for first, second, reason in TWINS:
        group = [(entry, code) for entry, code in resolved if code in (first, second)]
        if len({code for _, code in group}) == 2:
            yield _make_finding("twins", [entry for entry, _ in group], reason)


def _group_by_language(entries: Iterable[Entry]) -> dict[Lang, list[Entry]]:
    """Entries by the language that they resolve to, in the order of the list, without those that do not."""
    groups: dict[Lang, list[Entry]] = {}
    for entry in entries:
        if lang := _resolve(entry):
            groups.setdefault(lang, []).append(entry)
    return groups


def _resolve(entry: Entry) -> Lang | None:
    """The language that an entry resolves to; None if it does not."""
    try:
        return resolve(entry.label, "a").lang
    except RefusedError:
        return None


def _make_finding(kind: str, entries: Sequence[Entry], message: str) -> Finding:
    labels, line = tuple(entry.label for entry in entries), min(entry.line for entry in entries)
    return Finding(kind, labels, message, _sum_tokens(entries), line)


def _sum_tokens(entries: Iterable[Entry]) -> int | None:
    return _sum(entry.tokens for entry in entries)


def _sum(amounts: Iterable[int | None]) -> int | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None
