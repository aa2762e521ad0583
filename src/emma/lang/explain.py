"""What `emma lang CODE` says: how a code is read, what it stands for, and its relatives; or why it is refused."""

from collections.abc import Iterator

from emma.errors import LanguageError
from emma.lang.cldr import autonym, likely_scripts, representative
from emma.lang.codes import meaning, resolve
from emma.lang.macro import by_script, macrolanguage_of, members
from emma.lang.refusal import RefusedError
from emma.lang.tables import REMARKS, WIKI_ONLY, Scheme
from emma.lang.written import scripts_of

SCOPES = {"I": "individual language", "M": "macrolanguage", "S": "special"}
TYPES = {"A": "ancient", "C": "constructed", "E": "extinct", "H": "historical", "L": "living", "S": "special"}


def explain(code: str, scheme: Scheme = "any") -> list[tuple[str, str]]:
    """Rows (name, value) about a code, for people. A refused code gives its refusal; nothing is raised."""
    try:
        iso, rule = meaning(code, scheme)
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
        ("scope", f"{SCOPES[language.scope]}, {TYPES.get(language.type or '', 'unknown type')}"),
        ("codes", ", ".join(_codes(iso))),
        ("likely scripts", ", ".join(likely)),
        ("also in", ", ".join(script for script in scripts_of(iso) if script not in likely)),
        ("macrolanguage", f"{_named(whole)}; sources may call it so" if whole else ""),
        ("members", ", ".join(_named(each) for each in members(iso))),
        ("use", _policy(iso) if members(iso) else ""),
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
        table = ", ".join(f"{script} → {member}" for script, member in by_script(iso).items())
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
        return meaning(code, scheme)[0]
    except RefusedError:
        return ""


def _named(iso: str) -> str:
    from iso639 import Language

    return f"{iso} {Language.from_part3(iso).name}"
