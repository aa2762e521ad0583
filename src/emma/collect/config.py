"""The `[collect]` section of a recipe: the sources and the benchmarks, one table each."""

import codecs
import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from emma.collect.licences import is_free
from emma.config.section import Section, Settings
from emma.lang.tables import Scheme

SCHEMES = ("package:", "stdlib:", "hub:")
"""How paths begin that do not start from the data folder, beside addresses such as `s3://`."""

CODE_READER = "code"
"""The one reader whose documents are program code."""
PAIR_READER = "moses"
"""The reader whose files are two and two translations of each other, line by line."""
DATASET_READER = "huggingface"
"""The reader of data sets of the library `datasets`, streamed from the hub or in folders that it saved."""

Name = Literal["text", "lang", "text2", "lang2", "url"]
"""What a field of a table or an object can be for us."""


class SourceConfig(Settings):
    """One source: files of one format, licence and domain."""

    name: str = Field(pattern=r"^[\w.-]+$")
    """Names the source in documents, rejects and reports."""
    reader: str
    """The format, by the name of its reader: one of EMMA's (docs/new-format.md lists them) or of another package."""
    path: str | tuple[str, ...]
    """Glob or globs, from the recipe's data folder (`**` crosses folders). `package:django/**/*.po` looks inside an
    installed Python package, `stdlib:*.py` inside Python's own library, `s3://bucket/texts/*.jsonl.gz` (or another
    protocol of fsspec) on another machine, `hub:owner/name@revision` in a data set of the Hugging Face hub."""
    licence: str
    """SPDX expression, or a phrase where none fits; stands with every document."""
    redistribution: Literal["public", "derived", "private"] = "derived"
    """Who may see the text. `public`: it may be published. `derived`: it stays here, what is made from it (a model,
    counts) may be published. `private`: nothing made from it leaves. Unless said, `public` where `licence` is a free
    one by its SPDX identifier, else `derived`."""
    origin: str = ""
    """Where the source comes from: an address, a commit, a citation."""
    domain: str = "general"
    """What kind of text this is; mixing can weigh domains."""
    priority: int = 0
    """Of duplicates in several sources, the one whose source has the smallest priority is kept."""
    lang: str | None = None
    """Language of all texts, as a label (`swh_Latn`) or code, whatever the files themselves say."""
    lang2: str | None = None
    """Of pairs, the language of all texts on the other side."""
    scheme: Scheme = "any"
    """How this source's codes are to be read, since the same code may mean different languages (Wikipedia's `als`)."""
    codes: dict[str, str] = Field(default_factory=dict)
    """What this source's codes stand for, where they need help: `{nrm = "nrf_Latn"}`."""
    lang_from: str | None = None
    """Regular expression whose one group is the language in a file's name: `([a-z]{3})-000\\.txt$`. It outranks what
    the text says; a file whose name it does not match must say it itself."""
    member: str | None = None
    """The files are tar or zip archives: glob of the members to read (`*` crosses folders here)."""
    encoding: str | None = None
    """Character encoding of the files, where it is not UTF-8; the reader `text` finds out by itself."""
    group_bytes: int = Field(default=0, ge=0)
    """Consecutive short texts of one file and language are joined, a line each, into documents of at least this many
    UTF-8 bytes; what is left at the end, if less than half of it, joins the document before. 0: no joining."""
    fields: dict[Name, str | Annotated[tuple[str, ...], Field(min_length=1)]] = Field(default_factory=dict)
    """For tables and objects, the column or key under which they have text and language, `text` and `lang` unless
    said: `{text = "body", lang = "meta.iso"}`. With `text2` and `lang2` the rows are pairs of translations. A dot goes
    one level down, and into each element of a list; of several fields, `["title", "body"]`, each is a line."""
    options: dict[str, bool | int | str] = Field(default_factory=dict)
    """What only this reader knows; see its description."""
    limit_bytes: int | None = Field(default=None, gt=0)
    """Take files in order only until this many bytes of them; the summary counts the files left out."""
    max_reject: float | None = Field(default=None, ge=0, le=1, exclude=True)
    """Share of this source that may be lost, in place of `max_reject` of `[collect]`."""

    @model_validator(mode="before")
    @classmethod
    def _redistribution_by_licence(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("redistribution") is None:
            return {**values, "redistribution": "public" if is_free(str(values.get("licence"))) else "derived"}
        return values

    @field_validator("path")
    @classmethod
    def _within_data(cls, path: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for pattern in (path,) if isinstance(path, str) else path:
            inner = re.sub(f"^({'|'.join(SCHEMES)}|[\\w+.-]+://)", "", pattern)
            if not inner or inner.startswith("/") or ".." in inner.split("/"):
                raise ValueError(f"'{pattern}' must lie inside the recipe's data folder; set `data` to a folder above")
        return path

    @field_validator("lang_from")
    @classmethod
    def _one_group(cls, pattern: str | None) -> str | None:
        try:
            groups = 1 if pattern is None else re.compile(pattern).groups
        except re.error as error:
            raise ValueError(f"'{pattern}' is not a regular expression ({error})") from None
        if groups != 1:
            raise ValueError(f"'{pattern}' must have exactly one group, in brackets, around the language")
        return pattern

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, encoding: str | None) -> str | None:
        try:
            return None if encoding is None else codecs.lookup(encoding).name
        except LookupError:
            raise ValueError(f"Python knows no encoding '{encoding}'; examples: cp1256, big5, utf-16") from None

    @property
    def patterns(self) -> tuple[str, ...]:
        """`path` as a tuple."""
        return (self.path,) if isinstance(self.path, str) else self.path

    def as_read(self) -> "SourceConfig":
        """The source without what its documents do not depend on, so that they are not read again when it changes."""
        plain = {"path": "", "origin": "", "redistribution": "derived", "priority": 0, "limit_bytes": None}
        return self.model_copy(update=plain)


class BenchmarkConfig(SourceConfig):
    """A source that models are tested on. Its text is looked for whatever its language, so no code is refused."""

    allow_unread: bool = False
    """Go on although some of its rows cannot be read, so that nobody looks for them. They are counted as rejects."""

    def as_read(self) -> SourceConfig:
        """As of a source: what is allowed does not change what is read."""
        return super().as_read().model_copy(update={"allow_unread": False})


class CollectConfig(Section):
    """Settings of the collect stage."""

    version: ClassVar[int] = 4

    sources: tuple[SourceConfig, ...] = ()
    """What to read, in `[[collect.sources]]` tables."""
    benchmarks: tuple[BenchmarkConfig, ...] = ()
    """What models will be tested on, in `[[collect.benchmarks]]` tables: read like sources, never trained on, and
    looked for in the corpus."""
    macrolanguages: dict[str, str | dict[str, str]] = Field(default_factory=dict)
    """What becomes of text under a macrolanguage's code: `{swa = "swh", aze = {Latn = "azj", Arab = "azb"}, zho =
    "keep", est = "script"}`. `script` chooses the member by the script, `lid` by language identification. Those not
    named are kept as they are."""
    lid: str | None = None
    """Language-identification model (a fastText file, or an id of the Hugging Face hub) for the policy `lid`."""
    shard_bytes: int = Field(default=32_000_000, gt=0)
    """Bytes of source files a task. A larger file is split where its format allows, else it is a task of its own."""
    max_row_bytes: int = Field(default=16_000_000, gt=0)
    """Longest line, or file of a format that is read whole; longer ones become rejects. Bounds a worker's memory."""
    max_reject: float = Field(default=0.05, ge=0, le=1, exclude=True)
    """Share of a source, in units or in bytes, that may be lost: in damaged files, broken rows, or languages that
    nobody can tell. More stops the run and shows the worst. What has no text is no loss, nor is a single unit, unless
    this is 0. Does not change what is read: raise it, and the run goes on from there."""
    root: str = Field(default=".", exclude=True)
    """The data folder; filled in from the recipe's `data`."""

    @model_validator(mode="after")
    def _names_differ(self) -> "CollectConfig":
        names = [source.name for source in (*self.sources, *self.benchmarks)]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two sources are called '{twice[0]}'; give each a name of its own")
        return self
