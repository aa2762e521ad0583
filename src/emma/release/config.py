"""The `[release]` section of a recipe."""

from typing import ClassVar, Literal

from pydantic import Field

from emma.config.section import Section, Settings
from emma.models.folder import FILE_SIZE

PersonalKind = Literal["email", "ip", "phone", "card"]
"""Personal data that rules can find: `emma.kernels.personal.KINDS`, which this file does not import since help must not
load numba."""


class EmissionsConfig(Settings):
    """What training emitted. Only you know where the machine stands and what feeds it, so nothing is guessed."""

    grams: float = Field(ge=0)
    """Grams of CO2-equivalent."""
    source: str = ""
    """How that is known: the name of the meter or calculator."""
    hardware: str = ""
    """What it ran on, such as `4 × H100`."""
    location: str = ""
    """Where it stands, such as `Kajaani, Finland`: a region's electricity decides."""


class ReleaseConfig(Section):
    """Settings of the release stage."""

    version: ClassVar[int] = 8

    title: str = "Multilingual language model"
    """Heading of the model card; the heading of the corpus card adds "corpus" to it."""
    base_model: str = ""
    """Name on the Hugging Face hub (`owner/name`) of the model that was adapted, for the model card. Empty: the name by
    which the recipe's `base` or the base itself says that it is there, if either does."""
    datasets: tuple[str, ...] = ()
    """Hub names of the data sets trained on, the released corpus among them, for the front matter of the model card."""
    licence: str = "other"
    """Licence of the model's weights, as the Hub writes it (`apache-2.0`, `cc-by-sa-4.0`). Whether it agrees with the
    licences of the base model and of the sources, which the card lists, is yours to judge."""
    licence_name: str = Field(default="", pattern=r"^[a-z0-9.-]*$")
    """Short name of a licence that the Hub has no word for (`my-licence-1.0`); `licence` stays `other`."""
    licence_link: str = ""
    """Where the text of such a licence stands: an address, or the name of a file that you add to the model."""
    authors: tuple[str, ...] = ()
    """Who answers for the release, for the cards."""
    contact: str = ""
    """Where people may write to: an address, a page of issues."""
    citation: str = ""
    """How to cite the release, such as an entry of BibTeX. Empty: an entry is made of title and authors."""
    intended_use: str = ""
    """What the model is meant for, in your words; the card adds what holds for every model of this kind."""
    generations: bool = True
    """Whether what the models wrote and answered in evaluation is released too, as a data set of its own."""
    emissions: EmissionsConfig | None = None
    """What training emitted, for the model card; None: the card says that nobody measured it."""
    dtype: Literal["trained", "bf16", "fp16", "fp32"] = "trained"
    """Type of the released weights, of all alike; `trained`: each has that in which training wrote it
    (`adapt.dtype`)."""
    shard_size: str | None = Field(default=None, pattern=f"^{FILE_SIZE}$")
    """The most that a file of weights may hold, such as `5GB` or `500MB`; larger models get several, and an index.
    None: as training wrote them, in files of 50 GB."""
    exclude_sources: tuple[str, ...] = ()
    """Sources whose documents stay out of the released corpus, because their licence does not allow it, say. They were
    still trained on, and both cards name them."""
    mask: tuple[PersonalKind, ...] = ()
    """Kinds of personal data that are replaced in all texts that go out, by `<EMAIL>`, `<IP>`, `<PHONE>` and `<CARD>`:
    in the corpus, and in what the models wrote and answered; the cards name them. The model was trained on the texts as
    they were."""
    max_configs: int | None = Field(default=None, ge=0)
    """Languages of the released corpus that may have a configuration each; with more there is one for all. None: as
    many as the Hugging Face hub shows. Lower it where the hub refuses the card, which grows with each, as too large."""
    ledger: bool = True
    """Put `ledger.parquet` beside the model: each document that trained it, its source, licence and address, and how
    many of its tokens were seen. It has no text."""
    buckets: int = Field(default=16, ge=1, exclude=True)
    """Write the corpus in this many groups of languages. More groups need less memory."""
