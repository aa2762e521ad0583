"""Languages and licences are spelled as the Hub's metadata wants them."""

import pytest

from emma.release.facts import hub_languages, hub_licence


def test_names_for_the_hub() -> None:
    labels = ["nor_Latn", "swh_Latn", "zxx_Zyyy", "srp_Cyrl", "srp_Latn"]
    assert hub_languages(labels) == ["code", "no", "sr", "swh"]


@pytest.mark.parametrize(
    ("licence", "name"),
    [
        ("CC-BY-SA-4.0", "cc-by-sa-4.0"),
        ("GPL-2.0-or-later", "gpl-2.0"),
        ("Apache-2.0", "apache-2.0"),
        ("PSF-2.0", "other"),
        ("all rights reserved", "other"),
    ],
)
def test_licences_for_the_hub(licence: str, name: str) -> None:
    assert hub_licence(licence) == name
