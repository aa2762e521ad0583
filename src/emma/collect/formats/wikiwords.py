"""The text that links, templates and language variants of wikitext show."""

import re
from collections.abc import Sequence
from functools import lru_cache

from emma.collect.formats.text_builder import split_names
from emma.errors import LanguageError
from emma.lang.codes import resolve
from emma.lang.scripts import scripts_agree

HIDDEN_PREFIXES = frozenset({"file", "image", "media", "category"})
"""Canonical prefixes of links that show no text; a wiki's own names for them are given with its dump."""
MEDIA_FILES = split_names(
    "jpg jpeg png gif svg tif tiff webp xcf pdf djvu ogg oga ogv opus webm mp3 mp4 mpg mpeg wav flac mid midi stl"
)
"""Endings of media files: a link to one shows the file, whatever prefix the wiki has for files."""
SHOWS_FIRST = split_names("nowrap nobr nobreak small smaller big larger sc smallcaps abbr nobold noitalic polytonic")
"""Templates that show their first parameter in another style."""
SHOWS_SECOND = split_names("lang langue")
SHOWS_LAST = split_names("transliteration translit transl")
CHARACTER_TEMPLATES = {
    "'": "'",
    "-'": "'",
    "'s": "'s",
    "’": "’",
    "okina": "ʻ",
    "=": "=",
    "·": "·",
    "•": "•",
    "–": "–",
    "—": "—",
}
"""Templates that stand for a character that would be markup, or is hard to type."""
OF_LANGUAGE = re.compile(r"lang-[a-z]{2,3}(?:-[a-z0-9]+)*")
CODE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
PARAMETER_NAME = re.compile(r"[^=]*=")
HIDDEN_FLAGS = frozenset("HTDN-")
"""Flags of variants that show nothing: rules, the page's title, descriptions, names, a rule taken back."""
VARIANT_RULE = re.compile(r"\s*+(?:[^;:=]*+=>\s*+)?([a-z]{2,3}(?:-[a-zA-Z0-9]++)*+)\s*+:(.*)", re.DOTALL)
SCRIPTS = {"sr-ec": "Cyrl", "sr-el": "Latn"}
"""Scripts of the variants whose names are no language tags."""


def show_link(parts: Sequence[str], hidden_prefixes: frozenset[str]) -> str:
    """The words of a link; empty if it shows a picture, sets a category or leads to another language."""
    target = parts[0].strip()
    if is_hidden_link(target, hidden_prefixes):
        return ""
    if len(parts) == 1:
        return target.removeprefix(":")  # with the colon a link to a category or file shows its name
    # `[[Help:A (b)|]]` shows `A`: MediaWiki's pipe trick
    return parts[-1] or re.sub(r"\([^()]*\)$", "", target.rpartition(":")[2]).rstrip()


def is_hidden_link(target: str, hidden_prefixes: frozenset[str]) -> bool:
    """Whether a link to this target shows no text."""
    prefix, colon, _ = target.partition(":")
    prefix = prefix.strip().lower().replace("_", " ")
    ending = target.rpartition(".")[2].lower()
    return bool(colon and prefix) and (prefix in HIDDEN_PREFIXES or prefix in hidden_prefixes or ending in MEDIA_FILES)


def show_external_link(text: str) -> str:
    """The words of a link that leads out of the wiki, which stand behind the address."""
    words = text.split(None, 1)
    return words[1] if len(words) > 1 else ""


def show_template(parts: Sequence[str]) -> str:
    """The parameter that a template shows as it is; empty for nearly all templates.

    Those that put a word in another style, or say what language it is in, show that word. The latter have other names
    in other wikis and are recognised by their parameters: the code of a language, and one thing more.
    """
    name, colon, value = parts[0].strip().partition(":")
    name = name.replace("_", " ").lower()
    if colon:
        return value if name == "formatnum" else ""  # all other parser functions compute what they show
    if sign := CHARACTER_TEMPLATES.get(name):
        return sign.replace("'", "\x01")  # LITERAL of wikimarkup, which imports this module
    # `1=a` is the first parameter, and needed where the text has an equals sign
    words = [part.removeprefix(f"{at}=") for at, part in enumerate(parts[1:], 1) if not is_named_parameter(part, at)]
    if name in SHOWS_FIRST or OF_LANGUAGE.fullmatch(name):
        return words[0] if words else ""
    if (name in SHOWS_SECOND and len(words) > 1) or (len(words) == 2 and is_language_code(words[0].strip())):
        return words[1]
    return words[-1] if name in SHOWS_LAST and words else ""


def is_named_parameter(part: str, at: int) -> bool:
    """Whether a parameter has a name other than its number."""
    return bool(PARAMETER_NAME.match(part)) and not part.startswith(f"{at}=")


@lru_cache(maxsize=4096)  # every template with two parameters asks
def is_language_code(code: str) -> bool:
    """Whether this is the code of a language."""
    return bool(CODE.fullmatch(code)) and bool(script_of_code(code))


def show_variant(parts: Sequence[str], script: str) -> str:
    """The text of `-{flags|zh-hans:…;zh-hant:…}-` in the variant for an article in `script`, else the first."""
    flags, body = (parts[0].strip(), "|".join(parts[1:])) if len(parts) > 1 else ("", parts[0])
    if HIDDEN_FLAGS & set(flags.split(";")):
        return ""
    rules = [(match[1], match[2].strip()) for rule in body.split(";") if (match := VARIANT_RULE.fullmatch(rule))]
    rules = [(code, text) for code, text in rules if script_of_code(code)]  # else a colon is text
    fitting = [text for code, text in rules if scripts_agree(script or "Zyyy", script_of_code(code))]
    return next(iter([*fitting, *(text for _, text in rules)]), body)


@lru_cache(maxsize=4096)
def script_of_code(code: str) -> str:
    """The script of a language code or of a variant's name; empty for what is neither."""
    if code in SCRIPTS:
        return SCRIPTS[code]
    try:
        return resolve(code).lang.script
    except LanguageError:
        return ""
