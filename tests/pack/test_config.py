"""Settings of packing that cannot be."""

import pytest
from pydantic import ValidationError

from emma.pack.config import PackConfig


@pytest.mark.parametrize(
    "template", ["{text}", "{text} {txet2}", "{text} {text2} {0}", "{text {text2}", "{text} {text2} {}"]
)
def test_templates_that_cannot_be_used(template: str) -> None:
    with pytest.raises(ValidationError, match="text2"):
        PackConfig(bitext_template=template)


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_shares_that_cannot_be(share: float) -> None:
    with pytest.raises(ValidationError, match="bitext_reversed"):
        PackConfig(bitext_reversed=share)
