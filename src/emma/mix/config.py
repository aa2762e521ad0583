"""The `[mix]` section of a recipe: how many training tokens each language and domain gives, and in what stages."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, SerializerFunctionWrapHandler, field_validator, model_serializer

from emma.config.section import Section, Settings

Strategy = Literal["alpha", "unimax", "natural"]
Share = Annotated[float, Field(gt=0, le=1)]
Factor = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Epochs = Annotated[float, Field(gt=0)]


class MixtureSettings(Settings):
    """Settings that the whole mix and each of its stages may have.

    Where a setting has keys, a key is a language and domain (`hin_Deva/news`), a domain (`news`), a language
    (`hin_Deva`) or a tier (`low`). Of several that name a text, the first of these kinds counts.
    """

    strategy: Strategy = "alpha"
    """How languages share the tokens. `alpha`: in proportion to their tokens to the power `alpha`. `natural`: in
    proportion to their tokens. `unimax`: all get the same, as far as `max_epochs` lets them (arXiv 2304.09151).
    Domains of a language keep their proportions."""
    alpha: float = Field(default=0.3, ge=0, le=1)
    """The exponent of the strategy `alpha`, p ∝ n^alpha, as in XLM-R and mT5: 1 keeps the proportions of the corpus, 0
    treats all languages alike. A sampling temperature T is alpha = 1/T."""
    rates: dict[str, Factor] = Field(default={})
    """Factors on what the strategy gives, by key: `{ high = 0.5, low = 50, eng_Latn = 0.1 }`. What no key names has
    the factor 1, and 0 leaves a text out. With the strategy `natural`, a rate is how many times each token is taken,
    relative to the other rates."""
    shares: dict[str, Share] = Field(default={})
    """Fixed shares, by key, of the tokens that `replay` leaves: `{ code = 0.15, bitext = 0.3 }`. Inside each the
    strategy holds. What they leave goes to all that they do not name; if they sum to 1, nothing else is trained on."""
    replay: dict[str, Share] = Field(default={})
    """Fixed shares of all training tokens, by key, for what must not be forgotten: `{ eng_Latn = 0.15, code = 0.10 }`.
    Inside each, languages and domains keep their proportions."""
    max_epochs: Epochs = 8.0
    """Number of times that any token may be seen at most, replayed ones included, give or take a sequence. What a small
    language cannot give goes to the others."""
    epoch_caps: dict[str, Epochs] = Field(default={})
    """Other limits than `max_epochs`, by key: `{ high = 1, books = 4 }`."""


class StageConfig(MixtureSettings):
    """A stretch of the training with a mix of its own. What it leaves out is as in `[mix]`."""

    default_table: ClassVar[str] = "mix"

    name: str = Field(pattern=r"^\w[\w -]*$")
    """The name of the stage in the plan."""
    share: Share
    """The stage's share of the training tokens; the shares of all stages sum to 1."""

    @model_serializer(mode="wrap")
    def _write_what_is_set(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # the artifact's address must tell a setting that is left to [mix] from one that states the same default
        return {name: value for name, value in handler(self).items() if name in self.model_fields_set}


class MixConfig(MixtureSettings, Section):
    """Settings of the mix: the texts to train on, and how often. All shares are of tokens, never of documents."""

    version: ClassVar[int] = 3

    tokens: int = Field(default=2_000_000, gt=0)
    """The number of training tokens in all; it is rounded down to whole sequences."""
    sequence_length: int = Field(default=256, gt=0)
    """The number of tokens in a training sequence."""
    tier_by: Literal["words", "bytes", "tokens"] = "words"
    """The unit that decides the tier of a language. `words`: white-space words, as in EMMA-500's tiers; scripts without
    spaces come out too low. `bytes`: UTF-8 bytes, 6.03 of them for a word, as in English. `tokens`: one for a word."""
    stages: tuple[StageConfig, ...] = ()
    """Stretches of the training with settings of their own, in `[[mix.stages]]` tables; what a stage leaves out is as
    in `[mix]`. Unless it sets `max_epochs` or `epoch_caps`, it may use its share of those. Without this there is one
    stage, called `all`."""
    packing: Literal["concatenate", "best_fit"] = "concatenate"
    """How documents fill sequences. `concatenate`: one after the other, cut where a sequence ends. `best_fit`: whole
    where they fit, with some padding (arXiv 2404.10830), which counts as tokens here."""
    allow_short: bool = False
    """Train on less than was asked for, in all or of a fixed share, when the epochs allowed do not suffice. Otherwise
    that is an error, since the learning-rate schedule would end elsewhere than planned."""
    seed: int = 0
    """The random seed of the order of the samples."""
    inventory: tuple[str, ...] = Field(default=(), exclude=True)
    """CSV files with the sizes of languages, beside the recipe, from which `emma mix show` plans before there is
    any text. Their columns are lang, domain, and tokens, words, bytes or documents."""
    tokens_per_word: float = Field(default=1.5, gt=0, exclude=True)
    """Number of tokens that a word is taken to be, for inventories that count words and no tokens."""

    @field_validator("stages")
    @classmethod
    def _check_stages(cls, stages: tuple[StageConfig, ...]) -> tuple[StageConfig, ...]:
        names = [stage.name for stage in stages]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two stages are called '{repeated[0]}'; give each a name of its own")
        if names and abs((total := sum(stage.share for stage in stages)) - 1) > 1e-6:
            raise ValueError(f"the shares of the stages sum to {total:g}; make them sum to 1")
        return stages

    def split_stages(self) -> tuple[tuple[str, float, "MixConfig"], ...]:
        """Name, share of the tokens, and settings of each stage."""
        if not self.stages:
            return (("all", 1.0, self),)
        return tuple((stage.name, stage.share, self._within(stage)) for stage in self.stages)

    def _within(self, stage: StageConfig) -> "MixConfig":
        """The settings that hold in a stage."""
        # the limits of [mix] are for the whole run, so a stage that sets none gets its part of them
        caps = {key: cap * stage.share for key, cap in self.epoch_caps.items()}
        limits: dict[str, Any] = {"max_epochs": self.max_epochs * stage.share, "epoch_caps": caps}
        own = {name: getattr(stage, name) for name in stage.model_fields_set - {"name", "share"}}
        return self.model_copy(update=limits | own)
