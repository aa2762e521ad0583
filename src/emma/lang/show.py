"""What `emma lang` prints: an explanation or an audit, for people or as JSON, and the exit code that goes with it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from emma.lang.explain import explain
from emma.lang.lint import KINDS, NOTES, SMALL, lint, share, summary
from emma.lang.lint_rows import rows
from emma.lang.tables import Scheme

MOST = 12
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
    entries = rows(path)
    audit: dict[str, Any] = summary(entries, lint(entries, SMALL if small is None else small))
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
        lines += [_line(each, audit["tokens"]) for each in found[:MOST]]
        if len(found) > MOST:
            lines.append(f"  … and {len(found) - MOST:,} more (--json has all)")
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
