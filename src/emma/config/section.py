"""What every recipe section has in common: typed, frozen, unknown keys refused, and a semantic part that is hashed."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

AS_SAID = "as the recipe says"
"""Why a setting is what it is, where nothing was left to machine or model."""


class Settings(BaseModel):
    """A table of a recipe. Attribute docstrings are its help texts."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Section(Settings):
    """The recipe section of one stage.

    A field declared with `Field(exclude=True)` does not change the result (worker counts, checkpoint
    intervals) and stays out of the artifact's address.
    """

    version: ClassVar[int] = 1
    """Raised by hand when the stage's meaning changes; part of the artifact's address."""

    def semantic(self) -> dict[str, Any]:
        """Everything in this section that the result depends on, as plain JSON values."""
        return self.model_dump(mode="json")
