"""The `[annotate]` section of a recipe."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from emma.config.section import Section, Settings
from emma.lang.tables import Scheme
from emma.lid.config import LidTraining


class LidConfig(Settings):
    """Which model identifies languages: one that exists, or one trained from the corpus' own clean sources."""

    model: str | None = Field(default=None, exclude=True)  # its content is part of the address, not its place
    """A fastText classifier (`.bin`, `.ftz`), from the recipe's data folder or from where `emma` is run, or a
    repository of the Hugging Face hub with a revision: `cis-lmu/glotlid@commit`, `owner/name/file.bin@commit`."""
    train: tuple[str, ...] = ()
    """Instead of a model: names of the sources whose labels can be trusted, to train one from."""
    training: LidTraining = LidTraining()
    """How that one is trained."""
    scheme: Scheme = "any"
    """How the model's labels are read, as in a source: `flores` for GlotLID and OpenLID, `wiki` for lid.176."""
    codes: dict[str, str] = Field(default_factory=dict)
    """What some of its labels stand for, where they need help: `{ocr = "oci_Latn"}`."""
    spelling: Literal["plain", "letters"] | None = None
    """How the model wants its text. `letters` is what OpenLID was trained on: small letters, no digits or
    punctuation. None: what the `lid.json` beside the model says, else `plain`."""
    max_chars: int = Field(default=1000, ge=30)
    """Characters of a text that are looked at: where it is longer, a third of them in the middle of each of its
    thirds, since headings, menus and licences stand at the ends."""
    root: str = Field(default=".", exclude=True)
    """The data folder; filled in from the recipe's `data`."""

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        if (self.model is None) == (not self.train):
            raise ValueError("name either a `model`, or sources to `train` one from")
        if self.train and self.spelling is not None:
            raise ValueError("`spelling` is for models from elsewhere; one trained here reads letters only")
        return self


class AnnotateConfig(Section):
    """Settings of the annotate stage: it measures, and `[curate]` decides."""

    version: ClassVar[int] = 4

    gram_words: int = Field(default=13, ge=5)
    """Words that a document must share with a benchmark, in the same order, to count as having it."""
    gram_chars: int = Field(default=50, ge=20)
    """The same in characters, for scripts that do not put spaces between words; wide ones (Han, kana) count double."""
    lid: LidConfig | None = None
    """Language identification, in the table `[annotate.lid]`; without it no language is identified."""
