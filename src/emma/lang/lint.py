"""`emma lang lint`: what is wrong with a list of languages, before any corpus, tier or average is built on it.

Each entry is a label (`swh_Latn`) or code with, perhaps, the amount of text under it. The kinds of findings are those
that an audit of a published list of 939 entries came to: a quarter of its tokens stood under two names.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

from emma.lang.cldr import likely_scripts
from emma.lang.codes import find_language, resolve
from emma.lang.language import LABEL
from emma.lang.lint_rows import Entry
from emma.lang.macro import find_split_families, members_of
from emma.lang.registry import RefusedError
from emma.lang.tables import REMARKS
from emma.lang.written import is_plausible, known_scripts

MIN_TOKENS = 1_000
"""Tokens under which an entry says nothing about a language."""

CODE = "zxx_Zyyy"
"""EMMA's own label of program code (`emma.schemas.CODE`), in its own tables no mistake."""

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
"""Kinds of findings in the order they are told."""
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
    """Of these entries together."""
    line: int
    """Of the first of them in the list."""


def lint(rows: Sequence[Entry], small: int = MIN_TOKENS) -> list[Finding]:
    """All findings, in the order of KINDS and then of the list."""
    found = [finding for row in rows for finding in _alone(row, small)]
    found += [*_duplicates(rows), *_families(rows), *_twins(rows)]
    order = list(KINDS)
    return sorted(found, key=lambda each: (order.index(each.kind), each.line, each.labels))


def summarise(rows: Sequence[Entry], findings: Sequence[Finding]) -> dict[str, object]:
    """The audit as plain values: entries, languages, tokens, findings by kind with their share of the tokens."""
    total = _tokens(rows)
    families = [row for whole, parts in _split(rows) for row in (*whole, *parts)]
    kinds = {kind: [each for each in findings if each.kind == kind] for kind in KINDS}
    return {
        "entries": len(rows),
        "languages": len({_label(row)[:3] for row in rows if _label(row)}),
        "tokens": total,
        "in_split_families": share(_tokens(families), total),
        "wrong": sum(each.kind not in NOTES for each in findings),
        "kinds": {
            kind: {"findings": len(each), "share": share(_sum(one.tokens for one in each), total)}
            for kind, each in kinds.items()
            if each
        },
        "findings": [asdict(each) for each in findings],
    }


def share(tokens: int | None, total: int | None) -> float | None:
    """A part of the list's tokens; None where it has none."""
    return tokens / total if tokens is not None and total else None


def _alone(row: Entry, small: int) -> Iterator[Finding]:
    """What an entry by itself shows."""
    if row.label == CODE:
        yield _finding("remark", [row], "program code")
        return
    try:
        found = resolve(row.label, "a")  # any text will do: where the script is not known, it is no mistake
    except RefusedError as refusal:
        yield _finding(refusal.kind, [row], _reason(row, refusal))
    else:
        yield from _language(row, found.lang.iso639_3, found.lang.script, found.rule)
    if row.label in REMARKS:
        yield _finding("remark", [row], REMARKS[row.label])
    if row.tokens is not None and row.tokens < small:
        yield _finding("small", [row], f"{row.tokens:,} of {small:,}")


def _language(row: Entry, iso: str, script: str, rule: str) -> Iterator[Finding]:
    from iso639 import Language

    language = Language.from_part3(iso)
    if rule.startswith(("retired", "deprecated")):
        yield _finding("renamed", [row], f"{rule}: {language.name}; write {iso}_{script}")
    if LABEL.fullmatch(row.label) and not is_plausible(iso, script):
        yield _finding("implausible", [row], f"{language.name} in {script}; known in {_scripts(iso)}")
    if language.type == "C":
        yield _finding("constructed", [row], language.name)


def _reason(row: Entry, refusal: RefusedError) -> str:
    """A refusal without what the line says anyway, and with the scripts of the language where it names none."""
    said = str(refusal).removeprefix(f"'{row.label}'").lstrip(": ")
    said = re.sub(
        r"(; leave these files out or| If you know the language:)? ?[Mm]ap it in the source's `codes`", "", said
    )
    usual = _scripts(row.label[:3]) if refusal.kind == "script" else ""
    return f"{said.rstrip(' .')}{usual and '; its language is written in '}{usual}"


def _scripts(code: str) -> str:
    """The likely scripts of a language, else all that are known; empty where the code is none or nobody says."""
    try:
        iso, _ = find_language(code, "iso639")
    except RefusedError:
        return ""
    return ", ".join((likely_scripts(iso) or known_scripts(iso))[:4])


def _duplicates(rows: Sequence[Entry]) -> Iterator[Finding]:
    same: dict[str, list[Entry]] = {}
    for row in rows:
        same.setdefault(_label(row), []).append(row)
    for label, group in same.items():
        if label and len(group) > 1:
            yield _finding("duplicate", group, f"all are {label}")


def _families(rows: Sequence[Entry]) -> Iterator[Finding]:
    for whole, parts in _split(rows):
        held = share(_tokens(whole), _tokens([*whole, *parts]))
        part = "" if held is None else f"holds {held:.1%} of the family's text; "
        inside = len(members_of(_label(whole[0])[:3]))
        listed = ", ".join(row.label for row in parts)
        yield _finding("macrolanguage", whole, f"{part}{inside} members, here too: {listed}")


def _split(rows: Sequence[Entry]) -> Iterator[tuple[list[Entry], list[Entry]]]:
    """Entries of each macrolanguage that stands beside its members, and of these."""
    by_label: dict[str, list[Entry]] = {}
    for row in rows:
        by_label.setdefault(_label(row), []).append(row)
    for each in find_split_families([label for label in by_label if label]):
        whole, parts = ([row for label in labels for row in by_label[label]] for labels in (each.labels, each.members))
        yield whole, parts


def _twins(rows: Sequence[Entry]) -> Iterator[Finding]:
    for first, second, reason in TWINS:
        group = [row for row in rows if _label(row)[:3] in (first, second)]
        if {_label(row)[:3] for row in group} == {first, second}:
            yield _finding("twins", group, reason)


def _label(row: Entry) -> str:
    """The label that an entry resolves to; empty if it does not."""
    try:
        return resolve(row.label, "a").label
    except RefusedError:
        return ""


def _finding(kind: str, rows: Sequence[Entry], message: str) -> Finding:
    return Finding(kind, tuple(row.label for row in rows), message, _tokens(rows), min(row.line for row in rows))


def _tokens(rows: Iterable[Entry]) -> int | None:
    return _sum(row.tokens for row in rows)


def _sum(amounts: Iterable[int | None]) -> int | None:
    known = [each for each in amounts if each is not None]
    return sum(known) if known else None
