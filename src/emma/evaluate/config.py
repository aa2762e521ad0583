"""The `[evaluate]` section of a recipe."""

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from emma.config.section import Section
from emma.lid.files import find_model_file


class EvaluateConfig(Section):
    """Bits per UTF-8 byte of the test split, and benchmarks, for the base and for the adapted model and any other."""

    version: ClassVar[int] = 7

    tasks: tuple[str, ...] = ()
    """Benchmarks to run beside bits per byte, by the names that `emma tasks` lists. None: bits per byte alone."""
    benchmarks: str = Field(default=".", exclude=True)
    """Folder in which each benchmark has its own; a relative one starts in the recipe's `data`."""
    languages: str | tuple[str, ...] = "corpus"
    """Languages to run benchmarks in: `corpus` for those of which the corpus keeps text, a tier such as `low`, `all`
    for those that a benchmark has, or a list of labels. A language that a benchmark does not have is said."""
    models: tuple[str, ...] = ()
    """Further models to run benchmarks on, beside the base and the adapted one: a folder, an id of the Hugging Face hub
    with its revision (`id@revision`, looked for in the local cache), or a server (`http://…#model`). `NAME=` before
    it gives it a name."""
    baseline: str = "base"
    """Model that the others are compared with."""
    limit: int | None = Field(default=None, gt=0)
    """Items of a benchmark in each language, at most: the same ones for every model, and the same sentences in every
    language where a benchmark is parallel. None: all items."""
    shots: int | None = Field(default=None, ge=0)
    """Examples in a prompt. None: as many as each benchmark usually has."""
    mode: Literal["sound", "paper"] = "sound"
    """`sound` scores whole labels, decodes greedily and counts empty answers; `paper` repeats the published protocol of
    EMMA-500 with its faults, so that both can be seen on the same model."""
    samples: int = Field(default=1, ge=1)
    """Answers generated for each question. From two on they are drawn, and their variance is reported."""
    own_language: bool = False
    """Ask in the language of the question where its phrases are known; else in English."""
    run_generated_code: bool = False
    """Run the programs that models write for benchmarks of code, in a sandbox. They are a stranger's programs: without
    this, such benchmarks are refused."""
    flores200_model: str | None = Field(default=None, exclude=True)  # its content is part of the address
    """SentencePiece model of FLORES-200, a file in the recipe's data folder, over whose pieces spBLEU is counted. None:
    sacrebleu's own copy if it has one, else BLEU over words or characters, under that name."""
    families: str | None = Field(default=None, exclude=True)
    """Glottolog's table of languages (`languages.csv` of its CLDF data), for averages by family; a relative path starts
    in the recipe's `data`. None: the edition that EMMA brings."""
    lid: str | None = Field(default=None, exclude=True)
    """Name the language of every text that a model writes, by this model: a file or a repository of the Hugging Face
    hub. It tells a model that answers in English from one that answers badly. None: the one that `[annotate.lid]`
    names, if it does."""
    neural_metrics: tuple[str, ...] = ()
    """Further metrics of texts that have references: `bertscore=FOLDER` of an encoder, `comet=FILE.ckpt` by the command
    comet-score. A language whose script the model does not cover gets no score."""

    max_bytes_per_lang: int = Field(default=20_000, gt=0)
    """Score at most this much test text of each language, in UTF-8 bytes. Documents are taken in the order of a hash of
    their id until the limit is reached, so the last may go beyond. Both models are scored on the same documents."""
    context: int | None = Field(default=None, gt=1)
    """Longest window in tokens; longer documents slide by `stride` of it. None: each model's own context."""
    stride: float = Field(default=0.5, gt=0, le=1)
    """Share of a window by which it moves on in documents that are longer. At 0.5 every token is predicted from at
    least half a window, and a long document costs twice its tokens; at 1 it costs them once, and the first tokens of
    each window see little of what is before them, so that long documents look worse than they are."""
    batch_tokens: int = Field(default=8192, gt=0)
    """Tokens that go through a model at once, padding included. This bounds the memory."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """Precision of the computation; sums are in float64 either way. `auto` is `bf16` where the device has it in
    hardware, else `fp32`; the run's record says which."""
    position_streams: int = Field(default=16, ge=0)
    """Number of languages whose loss by position is measured, those with the most test text first. 0: not measured."""
    position_tokens: int | None = Field(default=None, gt=1)
    """Measure loss by position up to this many tokens, also for a model with a shorter context. None: up to the longest
    context of the models."""
    continuations: int = Field(default=3, ge=0)
    """Let both models go on writing from the beginnings of this many test documents of each language, for whoever reads
    the report. 0: none."""
    bootstrap: int = Field(default=1000, ge=100)
    """Draw the documents of a language this many times for its 95 % interval."""
    seed: int = 0
    """Random seed of the bootstrap, of the choice of documents to go on with, and of answers and examples that are
    drawn."""
    device: str = "auto"
    """Device to compute on: cpu, cuda, or auto for the accelerator if there is one. Results agree between devices only
    up to rounding."""
    root: str = Field(default=".", exclude=True)
    """The data folder. The recipe's `data` fills it in."""

    def benchmarks_folder(self) -> Path:
        """The folder in which each benchmark has its own."""
        return Path(self.root) / self.benchmarks

    def flores200_file(self) -> Path | None:
        """The SentencePiece model of spBLEU, if one is named."""
        return Path(self.root) / self.flores200_model if self.flores200_model else None

    def families_file(self) -> Path | None:
        """The table of families, if one is named."""
        return Path(self.root) / self.families if self.families else None

    def lid_file(self) -> Path | None:
        """The language-identification model, if one is named. Raises SourceError when it is not there."""
        return find_model_file(self.lid, Path(self.root)) if self.lid else None
