"""The `[collect]` section of a recipe: the sources and the benchmarks, one table each, and which licences are free."""

import codecs
import re
from functools import lru_cache
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from emma.config.section import Section, Settings
from emma.lang.tables import Scheme

SCHEMES = ("package:", "stdlib:", "hub:")
"""Beginnings of paths that do not start from the data folder, beside URLs such as `s3://`."""

CODE_READER = "code"
"""The one reader whose documents are program code."""
PAIR_READER = "moses"
"""The reader whose files are two and two translations of each other, line by line."""
DATASET_READER = "huggingface"
"""The reader of data sets of the library `datasets`, streamed from the hub or in folders that it saved."""

KEEP_ALL = "*"
"""Stands in `keep` for all that a source says beside its texts; in `Reader.metadata` for names that only it knows."""
FieldName = Literal["text", "lang", "text2", "lang2", "url"]
"""The contents that a field of a table or an object can have for a reader."""
FREE_LICENCES = re.compile(
    r"""CC0-1\.0|CC-PDDC|CC-PDM-1\.0|PDDL-1\.0|ODC-By-1\.0|ODbL-1\.0|CC-BY(-SA)?-[1-4]\.[05](-[A-Z]{2,3})?
    |MIT(-0)?|ISC|0BSD|Apache-[\d.]+|BSD-[1-4]-Clause|Zlib|Unlicense|WTFPL|BSL-1\.0|PSF-2\.0|Python-2\.0(\.1)?
    |(A|L)?GPL-[\d.]+-(only|or-later)|GFDL-[\d.]+(-no-invariants)?-(only|or-later)|MPL-2\.0|EPL-2\.0|EUPL-1\.[12]
    |Artistic-2\.0|OFL-1\.1|Unicode-3\.0|Unicode-DFS-201[56]|etalab-2\.0|OGL-UK-[123]\.0|NLOD-[12]\.0|DL-DE-BY-2\.0
    |MulanPSL-2\.0""",
    re.VERBOSE,
)
"""SPDX identifiers of licences under which a text may be passed on, changed and sold."""


@lru_cache(maxsize=1024)
def is_free(licence: str) -> bool:
    """Whether an SPDX expression lets anyone pass the text on: every part of an AND, or one side of an OR.

    Expressions with brackets, and phrases that are no SPDX expression, are not free: the recipe may say otherwise.
    """
    return any(all(FREE_LICENCES.fullmatch(part) for part in side.split(" AND ")) for side in licence.split(" OR "))


def is_spdx(licence: str) -> bool:
    """Whether a licence is an SPDX expression; the user is told where not, since a misspelt one helps nobody."""
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    try:
        return bool(canonicalize_license_expression(licence))
    except InvalidLicenseExpression:
        return False


class SourceConfig(Settings):
    """One source: files of one format, licence and domain."""

    name: str = Field(pattern=r"^[\w.-]+$")
    """The name of the source in documents, rejects and reports."""
    reader: str
    """The format, by the name of its reader: one of EMMA's or of another package (`emma readers` lists them)."""
    path: str | tuple[str, ...]
    """The files to read: a glob or several, from the recipe's data folder (`**` crosses folders).
    `package:django/**/*.po` looks inside an installed Python package, `stdlib:*.py` inside Python's own library,
    `s3://bucket/texts/*.jsonl.gz` (or another protocol of fsspec) on another machine, `hub:owner/name@revision` in a
    data set of the Hugging Face hub."""
    licence: str
    """The licence of the texts as an SPDX expression, or a phrase where none fits. It stands with every document."""
    redistribution: Literal["public", "derived", "private"] = "derived"
    """Who may see the text. `public`: it may be published. `derived`: it stays here, what is made from it (a model,
    counts) may be published. `private`: nothing made from it leaves. Unless said, `public` where `licence` is a free
    one by its SPDX identifier, else `derived`."""
    origin: str = ""
    """The origin of the source: a web address, a commit, a citation."""
    domain: str = "general"
    """The kind of text, such as `news` or `religion`; the mix can weigh domains."""
    priority: int = 0
    """Keep, of several duplicates, the one whose source has the smallest priority."""
    lang: str | None = None
    """The language of all texts, as a label (`swh_Latn`) or code, whatever the files themselves say."""
    lang2: str | None = None
    """The language of all texts on the other side of pairs."""
    scheme: Scheme = "any"
    """Read this source's codes by this scheme, since the same code may mean different languages (Wikipedia's `als`)."""
    codes: dict[str, str] = Field(default_factory=dict)
    """The languages that this source's codes stand for, where they need help: `{nrm = "nrf_Latn"}`."""
    lang_from: str | None = None
    """A regular expression whose one group is the language in a file's name: `([a-z]{3})-000\\.txt$`. It outranks what
    the text says; a file whose name it does not match must say its language itself."""
    member: str | None = None
    """Read these members of files that are tar or zip archives: a glob (`*` crosses folders here)."""
    encoding: str | None = None
    """The character encoding of the files, where it is not UTF-8; the reader `text` finds out by itself."""
    group_bytes: int = Field(default=0, ge=0)
    """Join consecutive short texts of one file, language and web address, a line each, to documents of at least this
    many UTF-8 bytes; what is left at the end, if less than half of it, joins the document before. With 0 nothing is
    joined."""
    fields: dict[FieldName, str | Annotated[tuple[str, ...], Field(min_length=1)]] = Field(default_factory=dict)
    """The columns or keys under which tables and objects have text and language, `text` and `lang` unless said:
    `{text = "body", lang = "meta.iso"}`. With `text2` and `lang2` the rows are pairs of translations. A dot goes
    one level down, and into each element of a list; of several fields, `["title", "body"]`, each is a line."""
    keep: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """What else a source says of its texts, to travel with them in the column `meta`, to export and release: columns or
    keys, as in `["date", "author.name"]`, headers of a web archive, and what other formats say (`emma readers NAME`).
    `["*"]` keeps all that `fields` does not use."""
    options: dict[str, bool | int | str] = Field(default_factory=dict)
    """Settings that only this reader knows; `emma readers NAME` lists them."""
    limit_bytes: int | None = Field(default=None, gt=0)
    """Take files in order only until they have this many bytes; the summary counts the files left out."""
    max_reject: float | None = Field(default=None, ge=0, le=1, exclude=True)
    """The share of this source that may be lost, in place of `max_reject` of `[collect]`."""

    @model_validator(mode="before")
    @classmethod
    def _redistribution_by_licence(cls, values: object) -> object:
        # Before validation, since afterwards a default cannot be told from a word of the recipe.
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
    """Go on although some rows cannot be read, so that nobody looks for their text. They are counted as rejects."""

    def as_read(self) -> SourceConfig:
        """The benchmark without what its documents do not depend on; what is allowed does not change what is read."""
        return super().as_read().model_copy(update={"allow_unread": False})


class CollectConfig(Section):
    """Settings of the collect stage."""

    version: ClassVar[int] = 6

    sources: tuple[SourceConfig, ...] = ()
    """The sources to read, in `[[collect.sources]]` tables."""
    benchmarks: tuple[BenchmarkConfig, ...] = ()
    """The texts that models will be tested on, in `[[collect.benchmarks]]` tables: read like sources, never trained on,
    and looked for in the corpus."""
    macrolanguages: dict[str, str | dict[str, str]] = Field(default_factory=dict)
    """The language of text under a macrolanguage's code: `{swa = "swh", aze = {Latn = "azj", Arab = "azb"}, zho =
    "keep", est = "script"}`. `script` chooses the member by the script, `lid` by language identification. Those not
    named are kept as they are."""
    lid: str | None = None
    """The language-identification model for the policy `lid`: a fastText file, or an id of the Hugging Face hub."""
    shard_bytes: int = Field(default=32_000_000, gt=0)
    """Read this many bytes of source files per task. A larger file is split where its format allows, else it is a task
    of its own."""
    max_row_bytes: int = Field(default=16_000_000, gt=0)
    """The longest line, or file of a format that is read at once, in bytes; longer ones become rejects. Bounds the
    memory of a worker."""
    max_reject: float = Field(default=0.05, ge=0, le=1, exclude=True)
    """The share of a source, in units or in bytes, that may be lost: in damaged files, broken rows, or languages that
    nobody can tell. More stops the run and shows the worst. What has no text is no loss, nor is a single unit, unless
    this is 0. Does not change what is read: raise it, and the run goes on from there."""
    root: str = Field(default=".", exclude=True)
    """The data folder. The recipe's `data` fills it in."""

    @model_validator(mode="after")
    def _names_differ(self) -> "CollectConfig":
        names = [source.name for source in (*self.sources, *self.benchmarks)]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two sources are called '{twice[0]}'; give each a name of its own")
        return self
