"""The `[mix]` section of a recipe: how many training tokens each language and domain gives, and in what stages."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from emma.config.section import Section, Settings

Strategy = Literal["temperature", "unimax", "natural"]
Share = Annotated[float, Field(gt=0, le=1)]
Factor = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Epochs = Annotated[float, Field(gt=0)]


class StageConfig(Settings):
    """A stretch of the training with a mix of its own. What it leaves out is as in `[mix]`."""

    name: str = Field(pattern=r"^\w[\w -]*$")
    """Names the stage in the plan."""
    share: Share
    """Of the training tokens; the shares of all stages sum to 1."""
    strategy: Strategy | None = None
    """As `mix.strategy`, in this stage."""
    temperature: float | None = Field(default=None, ge=0, le=1)
    """As `mix.temperature`, in this stage."""
    rates: dict[str, Factor] | None = None
    """In place of `mix.rates`."""
    shares: dict[str, Share] | None = None
    """In place of `mix.shares`; of the tokens of this stage."""
    replay: dict[str, Share] | None = None
    """In place of `mix.replay`; of the tokens of this stage."""
    max_epochs: Epochs | None = None
    """In this stage alone. Unless said, a stage may use its share of `mix.max_epochs`, and of `mix.epoch_caps`."""
    epoch_caps: dict[str, Epochs] | None = None
    """In place of `mix.epoch_caps`; of this stage alone."""


class MixConfig(Section):
    """What to train on, and how often. Shares and weights are always of tokens, never of documents.

    Where a setting has keys, a key is a language and domain (`hin_Deva/news`), a domain (`news`), a language
    (`hin_Deva`) or a tier (`low`). Of several that name a text, the first of these kinds counts.
    """

    version: ClassVar[int] = 3

    tokens: int = Field(default=2_000_000, gt=0)
    """Training tokens in all."""
    sequence_length: int = Field(default=256, gt=0)
    """Tokens a training sequence; `tokens` is rounded down to whole sequences."""
    strategy: Strategy = "temperature"
    """What languages get in proportion to: `temperature`, their tokens to the power `temperature`; `natural`, their
    tokens; `unimax`, all alike as far as `max_epochs` lets them (arXiv 2304.09151). Domains of a language keep their
    proportions."""
    temperature: float = Field(default=0.3, ge=0, le=1)
    """Of the strategy `temperature`: 1 keeps the proportions of the corpus, 0 treats all languages alike."""
    rates: dict[str, Factor] = Field(default={})
    """Factors on what the strategy gives, by key: `{ high = 0.5, low = 50, eng_Latn = 0.1 }`; 1 for what no key names,
    and 0 leaves out. With the strategy `natural`, how many times each token is taken, in proportion."""
    shares: dict[str, Share] = Field(default={})
    """Fixed shares, by key, of the tokens that `replay` leaves: `{ code = 0.15, bitext = 0.3 }`. Inside each the
    strategy holds. What they leave goes to all that they do not name; if they sum to 1, nothing else is trained on."""
    replay: dict[str, Share] = Field(default={})
    """Fixed shares of all training tokens, by key, for what must not be forgotten: `{ eng_Latn = 0.15, code = 0.10 }`.
    Inside each, languages and domains keep their proportions."""
    max_epochs: Epochs = 8.0
    """How often any token may be seen, replayed ones included, give or take a sequence. What a small language cannot
    give goes to the others."""
    epoch_caps: dict[str, Epochs] = Field(default={})
    """Other limits than `max_epochs`, by key: `{ high = 1, books = 4 }`."""
    tier_by: Literal["words", "bytes", "tokens"] = "words"
    """What a language's tier is told by: white-space words, as EMMA-500's tiers are, which scripts without spaces lose
    by; bytes, each the 6.03rd part of a word, as in English; or tokens, a word each."""
    stages: tuple[StageConfig, ...] = ()
    """Stretches of the training with other settings, in `[[mix.stages]]` tables. None: one stage, called `all`."""
    packing: Literal["concatenate", "best_fit"] = "concatenate"
    """How documents fill sequences: one after the other and cut where a sequence ends, or whole where they fit, with
    some padding (arXiv 2404.10830), which counts as tokens here."""
    allow_short: bool = False
    """Train on less than asked for, in all or of a fixed share, when the epochs allowed do not suffice. Otherwise that
    is an error, since the learning-rate schedule would end elsewhere than planned."""
    seed: int = 0
    """Of the order of the samples."""
    inventory: tuple[str, ...] = Field(default=(), exclude=True)
    """CSV files with the sizes of languages, beside the recipe, from which `emma mix show` plans before there is
    any text: columns lang, domain, and tokens, words, bytes or documents."""
    tokens_per_word: float = Field(default=1.5, gt=0, exclude=True)
    """For inventories that count words and no tokens: how many tokens a word is taken to be."""

    @field_validator("stages")
    @classmethod
    def _stages_fit(cls, stages: tuple[StageConfig, ...]) -> tuple[StageConfig, ...]:
        names = [stage.name for stage in stages]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two stages are called '{twice[0]}'; give each a name of its own")
        if names and abs((total := sum(stage.share for stage in stages)) - 1) > 1e-6:
            raise ValueError(f"the shares of the stages sum to {total:g}; make them sum to 1")
        return stages

    def in_stages(self) -> tuple[tuple[str, float, "MixConfig"], ...]:
        """Name, share of the tokens, and settings of each stage."""
        if not self.stages:
            return (("all", 1.0, self),)
        return tuple((stage.name, stage.share, self._in(stage)) for stage in self.stages)

    def _in(self, stage: StageConfig) -> "MixConfig":
        caps = {key: cap * stage.share for key, cap in self.epoch_caps.items()}
        limits = {"max_epochs": self.max_epochs * stage.share, "epoch_caps": caps}
        own = {name: value for name in StageConfig.model_fields if (value := getattr(stage, name)) is not None}
        return self.model_copy(update=limits | {name: own[name] for name in own if name not in ("name", "share")})
