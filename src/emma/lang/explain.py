"""What `emma lang` prints of codes and lists of languages, for people or as JSON, and the exit code that goes with it.

A code is explained: how it is read, what it stands for, and its relatives; or why it is refused.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from emma.errors import LanguageError
from emma.lang.cldr import autonym, likely_scripts, representative
from emma.lang.codes import find_language, resolve
from emma.lang.lint import KINDS, MIN_TOKENS, NOTES, lint, share, summarise
from emma.lang.lint_rows import read_entries
from emma.lang.macro import macrolanguage_of, members_by_script, members_of
from emma.lang.registry import RefusedError
from emma.lang.tables import REMARKS, WIKI_ONLY, Scheme
from emma.lang.written import known_scripts

SCOPE_NAMES = {"I": "individual language", "M": "macrolanguage", "S": "special"}
TYPE_NAMES = {"A": "ancient", "C": "constructed", "E": "extinct", "H": "historical", "L": "living", "S": "special"}


def explain(code: str, scheme: Scheme = "any") -> list[tuple[str, str]]:
    """Rows (name, value) about a code, for people. A refused code gives its refusal; nothing is raised."""
    try:
        iso, rule = find_language(code, scheme)
    except RefusedError as refusal:
        rows = [("code", code), ("refused", str(refusal)), ("kind", refusal.kind)]
    else:
        rows = [_label(code, iso, scheme), ("rule", rule), *_describe(iso)]
    rows.append(("remark", "; ".join(_remarks(code, scheme))))
    return [(name, value) for name, value in rows if value]


def _label(code: str, iso: str, scheme: Scheme) -> tuple[str, str]:
    """The label of a code, or where its script comes from if the code does not settle it."""
    try:
        return "label", resolve(code, scheme=scheme).label
    except RefusedError as refusal:
        if refusal.kind != "unwritten":
            return "refused", str(refusal)
        return "script", f"not known from the code: it is taken from the text, or write {iso}_Yyyy (ISO 15924)"


def _describe(iso: str) -> list[tuple[str, str]]:
    from iso639 import Language

    language, whole = Language.from_part3(iso), macrolanguage_of(iso)
    likely = likely_scripts(iso)
    return [
        ("name", language.name),
        ("in itself", autonym(iso, likely[0] if likely else "")),
        ("scope", f"{SCOPE_NAMES[language.scope]}, {TYPE_NAMES.get(language.type or '', 'unknown type')}"),
        ("codes", ", ".join(_codes(iso))),
        ("likely scripts", ", ".join(likely)),
        ("also in", ", ".join(script for script in known_scripts(iso) if script not in likely)),
        ("macrolanguage", f"{_named(whole)}; sources may call it so" if whole else ""),
        ("members", ", ".join(_named(each) for each in members_of(iso))),
        ("use", _policy(iso) if members_of(iso) else ""),
    ]


def _codes(iso: str) -> Iterator[str]:
    """The other codes of a language, each with where it is used."""
    from iso639 import Language

    language = Language.from_part3(iso)
    tag = language.part1 or iso
    yield f"{iso} (ISO 639-3)"
    yield f"{tag} (BCP 47)"
    if language.part2b and language.part2b != iso:
        yield f"{language.part2b} (ISO 639-2/B)"
    wikis = [wiki for wiki, (stands, _) in WIKI_ONLY.items() if stands in (tag, iso) and wiki != tag]
    yield from (f"{wiki} (Wikimedia)" for wiki in sorted(wikis))


def _policy(iso: str) -> str:
    """What a recipe can do with text under a macrolanguage's code."""
    chief = representative(iso)
    usual = f'; {iso} = "{chief}" if it is what CLDR takes it for' if chief else ""
    try:
        table = ", ".join(f"{script} → {member}" for script, member in members_by_script(iso).items())
        split = f'; {iso} = "script" for {table}'
    except LanguageError:
        split = ""
    return f"in [collect] macrolanguages, a member{usual}{split}; or keep it as it is"


def _remarks(code: str, scheme: Scheme) -> Iterator[str]:
    if code in REMARKS:
        yield REMARKS[code]
    if scheme == "any" and (wiki := WIKI_ONLY.get(code.lower())) and _meaning(code) != _meaning(code, "wiki"):
        yield f'in Wikimedia\'s projects {code} is {wiki[0]}: give such a source scheme = "wiki"'


def _meaning(code: str, scheme: Scheme = "any") -> str:
    try:
        return find_language(code, scheme)[0]
    except RefusedError:
        return ""


def _named(iso: str) -> str:
    from iso639 import Language

    return f"{iso} {Language.from_part3(iso).name}"


MAX_SHOWN = 12
"""Findings of a kind that people are shown; JSON has all."""


def show_codes(codes: Sequence[str], scheme: Scheme = "any", as_json: bool = False) -> int:
    """Print what codes stand for; 1 if one of them is refused, else 0."""
    found = [explain(code, scheme) for code in codes]
    if as_json:
        print(
            json.dumps(
                [{"code": code, **dict(each)} for code, each in zip(codes, found, strict=True)], ensure_ascii=False
            )
        )
    else:
        print("\n\n".join("\n".join(f"{name:<16} {value}" for name, value in each) for each in found))
    return int(any(name == "refused" for each in found for name, _ in each))


def show_lint(path: Path, small: int | None = None, as_json: bool = False) -> int:
    """Print the audit of a list of languages; 1 if anything is wrong with it, else 0."""
    entries = read_entries(path)
    audit: dict[str, Any] = summarise(entries, lint(entries, MIN_TOKENS if small is None else small))
    if as_json:
        print(json.dumps(audit, ensure_ascii=False))
    else:
        print("\n".join(_lines(audit)))
    return int(audit["wrong"] > 0)


def _lines(audit: dict[str, Any]) -> list[str]:
    text = "" if audit["tokens"] is None else f", {audit['tokens']:,} tokens"
    lines = [f"{audit['entries']:,} entries, {audit['languages']:,} languages{text}"]
    for kind, counts in audit["kinds"].items():
        part = "" if counts["share"] is None else f", {counts['share']:.2%} of the tokens"
        mark = "note" if kind in NOTES else "wrong"
        lines += ["", f"{mark}: {KINDS[kind]} ({counts['findings']:,}{part})"]
        found = [each for each in audit["findings"] if each["kind"] == kind]
        lines += [_line(each, audit["tokens"]) for each in found[:MAX_SHOWN]]
        if len(found) > MAX_SHOWN:
            lines.append(f"  … and {len(found) - MAX_SHOWN:,} more (--json has all)")
    if audit["in_split_families"]:
        lines += [
            "",
            f"Macrolanguages and members that stand together hold {audit['in_split_families']:.1%} of the tokens.",
        ]
    return [*lines, "", "Nothing is wrong." if not audit["wrong"] else f"{audit['wrong']:,} findings."]


def _line(finding: dict[str, Any], total: int | None) -> str:
    part = share(finding["tokens"], total)
    amount = "" if part is None else f"  ({finding['tokens']:,} tokens, {part:.2%})"
    return f"  {' '.join(finding['labels'])}: {finding['message']}{amount}"
