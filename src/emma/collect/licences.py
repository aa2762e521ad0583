"""What a licence says about passing text on: only free licences by their SPDX identifiers, anything else is unknown."""

import re
from functools import lru_cache

FREE = re.compile(
    r"""CC0-1\.0|CC-PDDC|CC-PDM-1\.0|PDDL-1\.0|ODC-By-1\.0|ODbL-1\.0|CC-BY(-SA)?-[1-4]\.[05](-[A-Z]{2,3})?
    |MIT(-0)?|ISC|0BSD|Apache-[\d.]+|BSD-[1-4]-Clause|Zlib|Unlicense|WTFPL|BSL-1\.0|PSF-2\.0|Python-2\.0(\.1)?
    |(A|L)?GPL-[\d.]+-(only|or-later)|GFDL-[\d.]+(-no-invariants)?-(only|or-later)|MPL-2\.0|EPL-2\.0|EUPL-1\.[12]
    |Artistic-2\.0|OFL-1\.1|Unicode-3\.0|Unicode-DFS-201[56]|etalab-2\.0|OGL-UK-[123]\.0|NLOD-[12]\.0|DL-DE-BY-2\.0
    |MulanPSL-2\.0""",
    re.VERBOSE,
)
"""SPDX identifiers of licences under which a text may be passed on, changed and sold."""


@lru_cache(maxsize=1024)
def is_free(licence: str) -> bool:
    """Whether an SPDX expression lets anyone pass the text on: every part of an AND, or one side of an OR.

    Expressions with brackets, and phrases that are no SPDX expression, are not free: the recipe may say otherwise.
    """
    return any(all(FREE.fullmatch(each) for each in side.split(" AND ")) for side in licence.split(" OR "))


def is_spdx(licence: str) -> bool:
    """Whether a licence is an SPDX expression; to be told to the user, since a misspelt one helps nobody."""
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    try:
        return bool(canonicalize_license_expression(licence))
    except InvalidLicenseExpression:
        return False
