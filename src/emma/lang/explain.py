"""The answers of `emma lang` about codes and lists of languages, as lines for people.

A code is explained: how it is read, what it stands for, and its relatives; or why it is refused.
"""

from collections.abc import Iterator, Sequence

from emma.errors import LanguageError
from emma.lang.cldr import autonym, likely_scripts, representative
from emma.lang.codes import find_language, resolve
from emma.lang.lint import KINDS, NOTES, Audit, Finding, share_of_tokens
from emma.lang.macro import macrolanguage_of, members_by_script, members_of
from emma.lang.registry import RefusedError
from emma.lang.tables import REMARKS, WIKI_ONLY, Scheme
from emma.lang.written import known_scripts
from emma.wording import plural

Explanation = dict[str, str]
"""Names and values about a code, in the order in which they are shown."""

MAX_SHOWN = 12
"""Findings of a kind that people are shown; JSON has all."""
SCOPE_NAMES = {"I": "individual language", "M": "macrolanguage", "S": "special"}
TYPE_NAMES = {"A": "ancient", "C": "constructed", "E": "extinct", "H": "historical", "L": "living", "S": "special"}


def explain(code: str, scheme: Scheme = "any") -> list[tuple[str, str]]:
    """Rows (name, value) about a code, for people. A refused code gives its refusal; nothing is raised."""
    try:
        iso, rule = find_language(code, scheme)
    except RefusedError as refusal:
        rows = [("code", code), ("refused", str(refusal)), ("kind", refusal.kind)]
    else:
        rows = [_label_row(code, iso, scheme), ("rule", rule), *_describe(iso)]
    rows.append(("remark", "; ".join(_find_remarks(code, scheme))))
    return [(name, value) for name, value in rows if value]


def _label_row(code: str, iso: str, scheme: Scheme) -> tuple[str, str]:
    """The label of a code, or where its script comes from if the code does not settle it."""
    try:
        return "label", resolve(code, scheme=scheme).label
    except RefusedError as refusal:
        if refusal.kind != "unwritten":
            return "refused", str(refusal)
        return "script", f"not known from the code: it is taken from the text, or write {iso}_Yyyy (ISO 15924)"


def _describe(iso: str) -> list[tuple[str, str]]:
    from iso639 import Language

    language, macro = Language.from_part3(iso), macrolanguage_of(iso)
    likely = likely_scripts(iso)
    return [
        ("name", language.name),
        ("in itself", autonym(iso, likely[0] if likely else "")),
        ("scope", f"{SCOPE_NAMES[language.scope]}, {TYPE_NAMES.get(language.type or '', 'unknown type')}"),
        ("codes", ", ".join(_list_codes(iso))),
        ("likely scripts", ", ".join(likely)),
        ("also in", ", ".join(script for script in known_scripts(iso) if script not in likely)),
        ("macrolanguage", f"{_with_name(macro)}; sources may call it so" if macro else ""),
        ("members", ", ".join(map(_with_name, members_of(iso)))),
        ("use", _suggest_policy(iso) if members_of(iso) else ""),
    ]


def _list_codes(iso: str) -> Iterator[str]:
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


def _suggest_policy(iso: str) -> str:
    """The policies that a recipe can have for text under a macrolanguage's code."""
    main = representative(iso)
    usual = f'; {iso} = "{main}" if it is what CLDR takes it for' if main else ""
    try:
        table = ", ".join(f"{script} → {member}" for script, member in members_by_script(iso).items())
        split = f'; {iso} = "script" for {table}'
    except LanguageError:
        split = ""
    return f"in [collect] macrolanguages, a member{usual}{split}; or keep it as it is"


def _find_remarks(code: str, scheme: Scheme) -> Iterator[str]:
    if code in REMARKS:
        yield REMARKS[code]
    if scheme == "any" and (wiki := WIKI_ONLY.get(code.lower())) and _find_code(code) != _find_code(code, "wiki"):
        yield f'in Wikimedia\'s projects {code} is {wiki[0]}: give such a source scheme = "wiki"'


def _find_code(code: str, scheme: Scheme = "any") -> str:
    try:
        return find_language(code, scheme)[0]
    except RefusedError:
        return ""


def _with_name(iso: str) -> str:
    from iso639 import Language

    return f"{iso} {Language.from_part3(iso).name}"


def explain_codes(codes: Sequence[str], scheme: Scheme = "any") -> list[Explanation]:
    """Explain each of several codes; a refused one has a row `refused`."""
    return [{"code": code, **dict(explain(code, scheme))} for code in codes]


def render_explanations(explanations: Sequence[Explanation]) -> Iterator[str]:
    """Explanations as lines for people, with an empty line between two."""
    for number, explanation in enumerate(explanations):
        if number:
            yield ""
        # A code that is not refused is in the row `codes` already.
        rows = [row for row in explanation.items() if row[0] != "code" or "refused" in explanation]
        yield from (f"{name:<16} {value}" for name, value in rows)


def render_audit(audit: Audit) -> Iterator[str]:
    """The audit of a list of languages as lines for people: at most MAX_SHOWN findings of each kind."""
    tokens = "" if audit["tokens"] is None else f", {audit['tokens']:,} tokens"
    yield f"{plural(audit['entries'], 'entry', 'entries')}, {plural(audit['languages'], 'language')}{tokens}"
    for kind in audit["kinds"]:
        yield from ("", *_render_kind(kind, audit))
    if audit["in_split_families"]:
        yield ""
        yield f"Macrolanguages and members that stand together hold {audit['in_split_families']:.1%} of the tokens."
    yield ""
    yield "Nothing is wrong." if not audit["wrong"] else f"{audit['wrong']:,} findings."


def _render_kind(kind: str, audit: Audit) -> Iterator[str]:
    counts, mark = audit["kinds"][kind], "note" if kind in NOTES else "wrong"
    part = "" if counts["share"] is None else f", {counts['share']:.2%} of the tokens"
    yield f"{mark}: {KINDS[kind]} ({counts['findings']:,}{part})"
    findings = [finding for finding in audit["findings"] if finding.kind == kind]
    yield from (_render_finding(finding, audit["tokens"]) for finding in findings[:MAX_SHOWN])
    if len(findings) > MAX_SHOWN:
        yield f"  … and {len(findings) - MAX_SHOWN:,} more (--json has all)"


def _render_finding(finding: Finding, total: int | None) -> str:
    part = share_of_tokens(finding.tokens, total)
    amount = "" if part is None else f"  ({finding.tokens:,} tokens, {part:.2%})"
    return f"  {' '.join(finding.labels)}: {finding.message}{amount}"
