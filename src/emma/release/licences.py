"""Licences as the hub's metadata names them.

Source of the names: the table of docs/hub/repositories-licenses.md in huggingface/hub-docs, and what was added to it
since for the licences of models (Llama 3 to 4).
"""

import re
from collections.abc import Iterable

from emma.release.config import ReleaseConfig

OTHER = "other"
# fmt: off
HUB_LICENCES = frozenset({
    "afl-3.0", "agpl-3.0", "apache-2.0", "artistic-2.0", "bigcode-openrail-m", "bigscience-bloom-rail-1.0",
    "bigscience-openrail-m", "bsd", "bsd-2-clause", "bsd-3-clause", "bsd-3-clause-clear", "bsl-1.0", "c-uda", "cc",
    "cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0",
    "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0", "cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0", "cc-by-nd-4.0",
    "cc-by-sa-3.0", "cc-by-sa-4.0", "cc0-1.0", "cdla-permissive-1.0", "cdla-permissive-2.0", "cdla-sharing-1.0",
    "creativeml-openrail-m", "ecl-2.0", "epl-1.0", "epl-2.0", "etalab-2.0", "eupl-1.1", "eupl-1.2", "gemma", "gfdl",
    "gpl", "gpl-2.0", "gpl-3.0", "isc", "lgpl", "lgpl-2.1", "lgpl-3.0", "lgpl-lr", "llama2", "llama3", "llama3.1",
    "llama3.2", "llama3.3", "llama4", "lppl-1.3c", "mit", "mpl-2.0", "ms-pl", "ncsa", "odbl", "odc-by", "ofl-1.1",
    "openrail", "openrail++", "osl-3.0", "pddl", "postgresql", "unknown", "unlicense", "wtfpl", "zlib",
})
# fmt: on


def hub_licence(licence: str) -> str:
    """An SPDX identifier as the hub's metadata spells it, or `other`."""
    # The hub has one name for each licence, whatever later versions are allowed.
    plain = re.sub(r"-(only|or-later)$", "", licence.strip().lower())
    return {"pddl-1.0": "pddl", "odc-by-1.0": "odc-by", "odbl-1.0": "odbl"}.get(
        plain, plain if plain in HUB_LICENCES else OTHER
    )


def hub_licences(licences: Iterable[str]) -> list[str]:
    """The licences of several sources, each once; of an SPDX expression (`MIT OR GPL-2.0-only`) all that it names."""
    return sorted({hub_licence(name) for licence in licences for name in re.split(r"\s+(?:AND|OR)\s+", licence)})


def describe_licence(section: ReleaseConfig) -> dict[str, str]:
    """The fields of the model card's front matter: the licence, and its name and place where the hub knows none."""
    licence = hub_licence(section.licence)
    if licence != OTHER:
        return {"license": licence}
    stated = section.licence if section.licence != OTHER else ""
    # The hub takes an id for a name of its own: small letters, figures, hyphens and dots.
    name = section.licence_name or re.sub(r"[^a-z0-9.]+", "-", stated.lower()).strip("-")
    named = {"license_name": name, "license_link": section.licence_link}
    return {"license": OTHER, **{key: value for key, value in named.items() if value}}
