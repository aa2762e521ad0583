"""Settings of the annotate stage: the `[annotate]` section of a recipe."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from emma.config.section import Section, Settings
from emma.lang.tables import Scheme
from emma.lid.config import LidTraining
from emma.work.removal.rules import Withdrawals


class LidConfig(Settings):
    """Which model identifies languages: one that exists, or one trained from the corpus' own clean sources."""

    model: str | None = Field(default=None, exclude=True)  # its content is part of the address, not its place
    """Use this fastText classifier: a file (`.bin`, `.ftz`) in the recipe's data folder or where `emma` is run, or a
    repository of the Hugging Face hub with a revision: `cis-lmu/glotlid@commit`, `owner/name/file.bin@commit`."""
    train: tuple[str, ...] = ()
    """Train a model, instead of naming one, from the sources with these names, whose labels can be trusted."""
    training: LidTraining = LidTraining()
    """Train that model by the settings of the table `[annotate.lid.training]`."""
    scheme: Scheme = "any"
    """Read the model's labels by this scheme, as in a source: `flores` for GlotLID and OpenLID, `wiki` for lid.176."""
    codes: dict[str, str] = Field(default_factory=dict)
    """The languages of labels that the scheme cannot resolve: `{ocr = "oci_Latn"}`."""
    spelling: Literal["plain", "letters"] | None = None
    """Spell the text as the model was trained on it. `letters` is right for OpenLID: small letters, no digits or
    punctuation. None: as the `lid.json` beside the model says, else `plain`."""
    max_chars: int = Field(default=1000, ge=30)
    """Look at no more characters of a text than this: of a longer one at a third of them in the middle of each of its
    thirds, since headings, menus and licences stand at the ends."""
    root: str = Field(default=".", exclude=True)
    """The data folder. It is filled in from the recipe's `data`."""
    withdrawn: Withdrawals = Field(default=Withdrawals(), exclude=True)  # the address has which documents these are
    """What such a model does not learn from. It is filled in from what was removed and the domains that opted out."""

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        if (self.model is None) == (not self.train):
            raise ValueError("name either a `model`, or sources to `train` one from")
        if self.train and self.spelling is not None:
            raise ValueError("`spelling` is for models from elsewhere; one trained here reads letters only")
        return self


class AnnotateConfig(Section):
    """Settings of the annotate stage: it measures, and `[curate]` decides."""

    version: ClassVar[int] = 6

    gram_words: int = Field(default=13, ge=5)
    """Count a document as contaminated when it shares this many words in a row with an item of a benchmark."""
    gram_chars: int = Field(default=50, ge=20)
    """The same length in characters, for scripts that do not put spaces between words. Wide ones (Han, kana) count
    double."""
    lid: LidConfig | None = None
    """Identify languages as the table `[annotate.lid]` says. Without it no language is identified."""
