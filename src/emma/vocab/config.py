"""The `[vocab]` section of a recipe: how many pieces the vocabulary gains, from what text, and by which method."""

from typing import ClassVar, Literal

from pydantic import Field

from emma.config.section import Section
from emma.lang.language import CODE, ENGLISH

Method = Literal["continue", "append_below", "append_scores", "append_zero"]


class VocabConfig(Section):
    """Settings for expanding the base vocabulary."""

    version: ClassVar[int] = 5

    new_pieces: int = Field(default=8000, ge=0)
    """The most pieces to add; fewer are added when the text holds too few that are frequent enough. 0 keeps the base's
    tokenizer as it is."""
    method: Method = "continue"
    """Method of expanding the vocabulary. `continue` goes on with the merges of the base where its own segmentation
    ends. The others learn a second vocabulary from nothing and append those of its pieces that the base lacks:
    `append_below` after all merges of the base, `append_scores` at their own ranks among them (MaLA-500), `append_zero`
    before all of them (Chinese-LLaMA)."""
    sample_bytes: int = Field(default=50_000_000, gt=0)
    """UTF-8 bytes of training text to learn the pieces from."""
    alpha: float = Field(default=0.3, ge=0, le=1)
    """A language's share of the sample is in proportion to its bytes to the power `alpha`, as in XLM-R and mT5: 1 keeps
    the proportions of the corpus, 0 gives every language the same."""
    boost: int = Field(default=4, ge=1)
    """A language with less text than its share of the sample is counted up to this many times."""
    character_coverage: float = Field(default=0.9999, gt=0, le=1)
    """The share of the sample's characters that are to have a piece of their own; rarer ones stay bytes."""
    character_share: float = Field(default=0.5, ge=0, le=1)
    """The share of the new pieces that may go to single characters, and to parts of them where the base works on bytes;
    the rest are merges."""
    minimum_count: int = Field(default=10, ge=1)
    """Least number of times that a piece must occur in the sample."""
    max_piece_chars: int = Field(default=16, ge=2)
    """The most characters that a new piece may have, its leading space counted."""
    freeze_base: bool = False
    """Reject every piece that would change how the base segments the text of `freeze_langs` in the sample. Other text
    of these languages may still change where it has neighbours that the sample does not. This holds for the methods
    `continue` and `append_below` only."""
    freeze_langs: tuple[str, ...] = Field(default=(ENGLISH.label, CODE.label), min_length=1)
    """Labels of the languages that the base knows; `zxx_Zyyy` is program code."""
    freeze_count: int = Field(default=1, ge=1)
    """Reject a piece that occurs this many times in the frozen text. 1 leaves that text as it was; a little more lets
    it change in rare places, such as words quoted from other languages."""
    pad_to: int = Field(default=128, ge=1)
    """The model gets rows for a multiple of this many pieces, since GPUs multiply such matrices faster. The tokenizer
    keeps its size: ids beyond it are never met in text, and stand in the softmax only."""
    fertility_bytes: int = Field(default=200_000, gt=0)
    """UTF-8 bytes of each language and domain on which its tokens are counted; held-out text where there is any."""
