"""The words of a sheet about how much there is."""

import pytest

from emma.inspect.audit.show import describe_premium


@pytest.mark.parametrize(
    "origin, words",
    [
        ("none", "not known, counted as 1"),
        ("script", "1.25, the median of languages in its script"),
        ("bitext", "1.25, measured on pairs of translations"),
        ("flores", "1.25, measured on flores"),
    ],
)
def test_how_a_byte_premium_is_known(origin: str, words: str) -> None:
    assert describe_premium({"premium": 1.25, "premium_from": origin}) == words
