"""The `[release]` section of a recipe."""

from typing import ClassVar, Literal

from pydantic import Field

from emma.config.section import Section
from emma.models.folder import FILE_SIZE


class ReleaseConfig(Section):
    """Settings of the release stage."""

    version: ClassVar[int] = 3

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
    dtype: Literal["trained", "bf16", "fp16", "fp32"] = "trained"
    """Type of the released weights, of all alike; `trained`: each has that in which training wrote it
    (`adapt.dtype`)."""
    shard_size: str | None = Field(default=None, pattern=f"^{FILE_SIZE}$")
    """The most that a file of weights may hold, such as `5GB` or `500MB`; larger models get several, and an index.
    None: as training wrote them, in files of 50 GB."""
    exclude_sources: tuple[str, ...] = ()
    """Sources whose documents stay out of the released corpus, because their licence does not allow it, say. They were
    still trained on, and both cards name them."""
    buckets: int = Field(default=16, ge=1, exclude=True)
    """Write the corpus in this many groups of languages. More groups need less memory."""
