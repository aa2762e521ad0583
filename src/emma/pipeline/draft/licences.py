"""The licence of texts, as each of their files says it, else README or LICENSE; no guess where several are named."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

from emma.pipeline.draft.places import Place, PlaceFile, head_of
from emma.pipeline.draft.rows import decode_head

FRONT_MATTER = re.compile(r"\A---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
FRONT_LICENCE = re.compile(r"^license:\s*\n?\s*-?\s*[\"']?([\w.+-]+)[\"']?\s*$", re.MULTILINE)
PHRASES: tuple[tuple[str, str], ...] = (
    (r"creativecommons\.org/publicdomain/zero", "CC0-1.0"),
    (r"creativecommons\.org/publicdomain/mark", "CC-PDM-1.0"),
    (r"creativecommons\.org/licenses/([a-z-]+/\d\.\d)", "CC-{}"),
    (r"\bCC0(?:[ -]1\.0)?\b|Creative Commons Zero|CC0 1\.0 Universal", "CC0-1.0"),
    (r"(?:CC[ -]BY|Attribution)[ -](?:SA|ShareAlike)[ -](?:v|version )?(\d\.\d)", "CC-BY-SA-{}"),
    (r"(?:CC[ -]BY|Attribution)[ -](?:NC|NonCommercial)[ -](?:SA|ShareAlike)[ -](\d\.\d)", "CC-BY-NC-SA-{}"),
    (r"(?:CC[ -]BY|Attribution)[ -](?:NC|NonCommercial)[ -](?:ND|NoDerivatives)[ -](\d\.\d)", "CC-BY-NC-ND-{}"),
    (r"(?:CC[ -]BY|Attribution)[ -](?:NC|NonCommercial)[ -](\d\.\d)", "CC-BY-NC-{}"),
    (r"(?:CC[ -]BY|Attribution)[ -](?:ND|NoDerivatives)[ -](\d\.\d)", "CC-BY-ND-{}"),
    (r"(?:CC[ -]BY|Creative Commons Attribution)[ -](?:v|International )?(\d\.\d)", "CC-BY-{}"),
    (r"\bApache(?: License)?,?\s*(?:Version )?2(?:\.0)?\b", "Apache-2.0"),
    (r"\bMIT Licen[sc]e\b|Permission is hereby granted, free of charge, to any person obtaining a copy", "MIT"),
    (r"\bISC Licen[sc]e\b", "ISC"),
    (r"\bGNU GENERAL PUBLIC LICENSE\s+Version 3", "GPL-3.0-or-later"),
    (r"\bGNU GENERAL PUBLIC LICENSE\s+Version 2", "GPL-2.0-or-later"),
    (r"\bODC[ -]By\b", "ODC-By-1.0"),
    (r"\bODbL\b", "ODbL-1.0"),
)
"""Phrases by which licences are known, and their SPDX identifiers."""
NO_VERSION = re.compile(
    r"\b(?:CC|Creative Commons)[ -](BY|Attribution)((?:[ -](?:SA|ShareAlike|NC|NonCommercial|ND|NoDerivatives))*)\b",
    re.I,
)
"""A licence of Creative Commons whose version is not told."""
SHORT = {"attribution": "BY", "sharealike": "SA", "noncommercial": "NC", "noderivatives": "ND"}
STATEMENTS = re.compile(
    r"^(?:\* |# *)?licen[cs]e *[:=] *\S.*$"
    r"|<(?:\w+:)?(licen[cs]e|rights|accessrights)\b[^>]*?(?:/>|>(?s:.*?)</(?:\w+:)?\1\s*>)"
    r"|<(?:a|link)\b[^>]*\brel=[\"']?license\b[^>]*>"
    r"|<meta\b[^>]*\bname=[\"']?(?:dc|dcterms)\.(?:rights|licen[cs]e)\b[^>]*>",
    re.IGNORECASE | re.MULTILINE,
)
"""Where a file says its own licence: the facts of a story, front matter, elements of XML (TEI, JATS, OLAC), HTML."""
MAX_LOOKED, MAX_PHRASE = 60, 60
"""Files of a source that are looked at for it, and the characters of a phrase that may stand for a licence."""
LICENCE_NAMES = ("licence", "license")
"""Names of columns."""
NOTHING = ("none", "null", "other", "unknown")
UNKNOWN = "unknown"
"""What a recipe says where nobody told: nothing of the text is passed on then."""


def find_licence(about: tuple[tuple[str, str], ...], folder: str) -> tuple[str, str]:
    """The licence that the nearest files about a folder name, and the file; empty, with what they say, else."""
    for name, text in sorted(about, key=lambda item: -len(PurePosixPath(item[0]).parts)):
        above = PurePosixPath(name).parent.as_posix()
        if above not in (".", "") and not f"{folder}/".startswith(f"{above}/") and above != folder:
            continue
        found = read_licences(text)
        if len(found) == 1:
            return found[0], name
        if found:
            return "", f"{name} names several: {', '.join(found)}"
    return "", ""


def read_licences(text: str) -> list[str]:
    """The licences that a text names, as SPDX identifiers, in the order of the table; the front matter's alone."""
    if (front := FRONT_MATTER.match(text)) and (match := FRONT_LICENCE.search(front[1])):
        return [to_spdx(match[1])]
    found = [
        spdx.format(match[1].upper().replace("/", "-") if match.groups() and match[1] else "")
        for phrase, spdx in PHRASES
        for match in re.finditer(phrase, text, re.IGNORECASE)
    ]
    return list(dict.fromkeys(found))


def to_spdx(licence: str) -> str:
    """A licence as the hub writes it (`cc-by-sa-4.0`) by its SPDX identifier; as it stands where it has none."""
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    try:
        return str(canonicalize_license_expression(licence))
    except InvalidLicenseExpression:
        return licence


def count_stated(place: Place, files: Sequence[PlaceFile]) -> Counter[str]:
    """What files say of their own licence, in some of them: files by licence, empty for those that say nothing."""
    step = -(-len(files) // MAX_LOOKED)
    heads = (head_of(place, file) for file in files[::step])
    return Counter(read_stated(decode_head(head)) for head in heads if head)


def read_stated(text: str) -> str:
    """The licence that a file says it has itself; empty where it says none, or several."""
    found = {name_licence(match[0]) for match in STATEMENTS.finditer(text)} - {""}
    return found.pop() if len(found) == 1 else ""


def name_licence(phrase: str) -> str:
    """A statement by its SPDX identifier; without the version where that is not told; else itself, if it is short."""
    words = re.sub(r"^[*# ]*licen[cs]e *[:=]|<[^>]*>|[\[\]]", " ", phrase, flags=re.IGNORECASE)
    plain = " ".join(words.split()).strip(" .\"'")
    if known := read_licences(phrase):
        return known[0] if len(known) == 1 else ""
    if match := NO_VERSION.search(plain):
        parts = re.findall(r"[A-Za-z]+", match[0].lower().replace("creative commons", "cc"))
        return "-".join(SHORT.get(part, part.upper()) for part in parts)
    says_something = any(map(str.isalpha, plain)) and plain.lower() not in NOTHING
    return to_spdx(plain) if len(plain) <= MAX_PHRASE and says_something else ""
