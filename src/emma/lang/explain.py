"""What `emma lang CODE` says: how a code is read, what it stands for, and its relatives; or why it is refused."""

from emma.errors import LanguageError
from emma.lang.codes import likely_script, meaning, resolve

SCOPES = {"I": "individual language", "M": "macrolanguage", "S": "special"}
TYPES = {"A": "ancient", "C": "constructed", "E": "extinct", "H": "historical", "L": "living", "S": "special"}


def explain(code: str) -> list[tuple[str, str]]:
    """Rows (name, value) about a code, for people. A refused code gives its refusal; nothing is raised."""
    try:
        iso, rule = meaning(code)
    except LanguageError as refusal:
        return [("code", code), ("refused", str(refusal))]
    rows = [_label(code, iso), ("rule", rule), *_describe(iso)]
    return [(name, value) for name, value in rows if value]


def _label(code: str, iso: str) -> tuple[str, str]:
    """The label of a code, or where its script comes from if the code does not settle it."""
    try:
        return "label", resolve(code).label
    except LanguageError:
        return "script", f"not known from the code: it is taken from the text, or write {_written(iso)}"


def _written(iso: str) -> str:
    """A label to write for a language without a likely script: with its macrolanguage's, where that has one."""
    from iso639 import Language

    above = Language.from_part3(iso).macrolanguage
    script = likely_script(above) if above else ""
    return f"{iso}_{script}" if script else f"{iso}_Yyyy, Yyyy being its script in ISO 15924"


def _describe(iso: str) -> list[tuple[str, str]]:
    from iso639 import Language

    language = Language.from_part3(iso)
    return [
        ("name", language.name),
        ("scope", f"{SCOPES[language.scope]}, {TYPES.get(language.type or '', 'unknown type')}"),
        ("likely scripts", ", ".join(likely_scripts(language.part3))),
        ("macrolanguage", _named(language.macrolanguage) if language.macrolanguage else ""),
        ("members", ", ".join(_named(each) for each in members(language.part3))),
    ]


def likely_scripts(iso: str) -> list[str]:
    """Scripts that CLDR expects of a language anywhere, the most likely first."""
    from iso639 import Language
    from langcodes.data_dicts import LIKELY_SUBTAGS

    name = Language.from_part3(iso).part1 or iso
    others = sorted(str(each).split("-")[1] for key, each in LIKELY_SUBTAGS.items() if key.startswith(f"{name}-"))
    return list(dict.fromkeys(filter(None, (likely_script(iso), *others))))


def members(iso: str) -> list[str]:
    """The languages of a macrolanguage, sorted; empty for others."""
    from iso639 import ALL_LANGUAGES

    return sorted(each.part3 for each in ALL_LANGUAGES if each.macrolanguage == iso and each.status == "A")


def _named(iso: str) -> str:
    from iso639 import Language

    return f"{iso} {Language.from_part3(iso).name}"
