"""The `[collect]` section of a recipe: the sources, one table each."""

from typing import ClassVar, Literal

from pydantic import Field, field_validator

from emma.section import Section, Settings

SCHEMES = ("package:", "stdlib:")


class SourceConfig(Settings):
    """One source: files of one format, licence and domain."""

    name: str = Field(pattern=r"^[\w.-]+$")
    """Names the source in documents, rejects and reports."""
    reader: str
    """The format: the name of a module in `emma.collect.readers`."""
    path: str | tuple[str, ...]
    """Glob or globs, from the recipe's data folder (`**` crosses folders). `package:django/**/*.po` looks inside an
    installed Python package, `stdlib:*.py` inside Python's own library."""
    licence: str
    """SPDX identifier, or a phrase where none fits; stands with every document."""
    origin: str = ""
    """Where the source comes from: an address, a commit, a citation."""
    domain: str = "general"
    """What kind of text this is; mixing can weigh domains."""
    lang: str | None = None
    """Language of all texts, as a label (`swh_Latn`) or code, whatever the files themselves say."""
    codes: dict[str, str] = Field(default_factory=dict)
    """What this source's codes stand for, where they need help: `{nrm = "nrf_Latn"}`."""
    member: str | None = None
    """The files are tar archives: glob of the members to read (`*` crosses folders here)."""
    group_bytes: int = Field(default=0, ge=0)
    """Consecutive short texts of one file and language are joined, a line each, into documents of at least this many
    UTF-8 bytes; what is left at the end, if less than half of it, joins the document before. 0: no joining."""
    fields: dict[Literal["text", "lang", "text2", "lang2"], str] = Field(default_factory=dict)
    """For `jsonl`, the keys under which it has them, `text` and `lang` unless said: `{text = "body", lang = "iso"}`.
    With `text2` and `lang2` the rows are pairs of translations."""
    limit_bytes: int | None = Field(default=None, gt=0)
    """Take files in order only until this many bytes of them; the summary counts the files left out."""

    @field_validator("path")
    @classmethod
    def _within_data(cls, path: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for pattern in (path,) if isinstance(path, str) else path:
            inner = pattern.split(":", 1)[1] if pattern.startswith(SCHEMES) else pattern
            if not inner or inner.startswith("/") or ".." in inner.split("/"):
                raise ValueError(f"'{pattern}' must lie inside the recipe's data folder; set `data` to a folder above")
        return path

    @property
    def patterns(self) -> tuple[str, ...]:
        """`path` as a tuple."""
        return (self.path,) if isinstance(self.path, str) else self.path


class CollectConfig(Section):
    """Settings of the collect stage."""

    version: ClassVar[int] = 2

    sources: tuple[SourceConfig, ...] = ()
    """What to read, in `[[collect.sources]]` tables."""
    shard_bytes: int = Field(default=32_000_000, gt=0)
    """Bytes of source files a task; a larger file is a task of its own."""
    max_row_bytes: int = Field(default=16_000_000, gt=0)
    """Longest line, or file of a format that is read whole; longer ones become rejects. Bounds a worker's memory."""
    root: str = Field(default=".", exclude=True)
    """The data folder; filled in from the recipe's `data`."""

    @field_validator("sources")
    @classmethod
    def _names_differ(cls, sources: tuple[SourceConfig, ...]) -> tuple[SourceConfig, ...]:
        names = [source.name for source in sources]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two sources are called '{twice[0]}'; give each a name of its own")
        return sources
