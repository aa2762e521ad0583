"""The licence of a folder as its README or LICENSE says it; never a guess where they name several."""

import re
from pathlib import PurePosixPath

FRONT_MATTER = re.compile(r"\A---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
FRONT_LICENCE = re.compile(r"^license:\s*\n?\s*-?\s*[\"']?([\w.+-]+)[\"']?\s*$", re.MULTILINE)
PHRASES: tuple[tuple[str, str], ...] = (
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
        spdx.format(match[1] if match.groups() and match[1] else "")
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
