"""Licences are spelled as the hub's metadata wants them."""

import pytest

from emma.release.config import ReleaseConfig
from emma.release.licences import describe_licence, hub_licence, hub_licences


@pytest.mark.parametrize(
    ("licence", "name"),
    [
        ("CC-BY-SA-4.0", "cc-by-sa-4.0"),
        ("GPL-2.0-or-later", "gpl-2.0"),
        ("Apache-2.0", "apache-2.0"),
        ("ODC-By-1.0", "odc-by"),
        ("llama3.1", "llama3.1"),
        ("PSF-2.0", "other"),
        ("all rights reserved", "other"),
    ],
)
def test_licences_for_the_hub(licence: str, name: str) -> None:
    assert hub_licence(licence) == name


def test_an_expression_names_several() -> None:
    found = hub_licences(["CC-BY-SA-4.0 AND CC-BY-4.0", "GPL-2.0-or-later OR MIT", "public domain", "mit"])
    assert found == ["cc-by-4.0", "cc-by-sa-4.0", "gpl-2.0", "mit", "other"]


@pytest.mark.parametrize(
    ("settings", "front"),
    [
        ({"licence": "Apache-2.0"}, {"license": "apache-2.0"}),
        ({}, {"license": "other"}),
        ({"licence": "Qwen Licence 1.0"}, {"license": "other", "license_name": "qwen-licence-1.0"}),
        (
            {"licence_name": "ours-1.0", "licence_link": "LICENSE"},
            {"license": "other", "license_name": "ours-1.0", "license_link": "LICENSE"},
        ),
    ],
)
def test_a_licence_that_the_hub_does_not_know_has_a_name_of_its_own(
    settings: dict[str, str], front: dict[str, str]
) -> None:
    assert describe_licence(ReleaseConfig(**settings)) == front
