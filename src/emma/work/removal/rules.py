"""What is to be left out at somebody's wish: a source, a file or document, addresses of the web, or whole domains.

Removals stand in the recipe or in the home's `removed.toml`; domains whose owners opted out in `curate.opt_out`.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from emma.config.section import Settings
from emma.errors import RecipeError, SourceError

LIST_SUFFIXES = (".txt", ".csv", ".tsv", ".lst", ".list", ".json", ".toml")
_HOST = re.compile(r"(?!-)[\w-]{1,63}(?:\.[\w-]{1,63})+", re.ASCII)


class Removal(Settings):
    """Documents that somebody wants left out, as they are named: one of `source`, `id` and `url`."""

    source: str | None = None
    """Leave this source out."""
    id: str | None = None
    """Leave out the document with this id (`source:file#row`), or all of a file (`source:file`)."""
    url: str | None = None
    """Leave out documents whose web address matches this pattern, in which `*` stands for any characters:
    `example.com/private/*`. With `://` it is compared with the whole address, else with what follows the scheme."""
    copies: bool = False
    """Leave out their copies and near copies too, whichever source these are from."""
    reason: str = Field(default="", exclude=True)
    """The reason, for whoever reads the list later."""
    date: str = Field(default="", exclude=True)
    """The day on which it was asked for, for whoever reads the list later."""

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if sum(value is not None for value in (self.source, self.id, self.url)) != 1:
            raise ValueError("name one of source, id and url")
        if self.id is not None and ":" not in self.id:
            raise ValueError(f"'{self.id}' is no id: write source:file#row, or source:file for all of a file")
        return self

    @property
    def key(self) -> tuple[str, str]:
        """What it is named by, and its name: `("source", "wiki")`."""
        return next((kind, value) for kind in ("source", "id", "url") if (value := getattr(self, kind)) is not None)

    def concerns(self, sources: Iterable[str]) -> bool:
        """Whether a corpus of these sources may have what it names."""
        kind, name = self.key
        return kind == "url" or (name if kind == "source" else name.partition(":")[0]) in sources


class Withdrawals(Settings):
    """Everything that is to be left out. A rule's number is its place among removals, then among domains."""

    removals: tuple[Removal, ...] = ()
    """Of ids and addresses; sources are left out whole."""
    domains: tuple[str, ...] = ()
    """In which, and below which, nothing is kept."""

    def __bool__(self) -> bool:
        return bool(self.removals or self.domains)

    def rule(self, number: int) -> tuple[str, str]:
        """What a rule goes by, and its name: `("url", "example.com/*")`, `("domain", "example.com")`."""
        if number < len(self.removals):
            return self.removals[number].key
        return "domain", self.domains[number - len(self.removals)]


def read_domains(entries: Sequence[str], data: Path) -> tuple[str, ...]:
    """The domains of `curate.opt_out`, sorted: those that stand there, and those of the files that it names.

    Raises SourceError for a file that is missing or a line that is no domain, RecipeError for an entry that is neither.
    """
    domains = set[str]()
    for entry in entries:
        path = next((root / entry for root in (data, Path()) if (root / entry).is_file()), None)
        if path is not None:
            domains.update(read_domain_list(path))
        elif "/" in entry.removeprefix("https://").removeprefix("http://").rstrip("/") or entry.endswith(LIST_SUFFIXES):
            raise SourceError(f"curate.opt_out names the file '{entry}', which is neither in {data} nor here.")
        elif (domain := parse_domain(entry)) is not None:
            domains.add(domain)
        else:
            raise RecipeError(
                f"curate.opt_out: '{entry}' is neither a file nor a domain such as example.com. The domain of a whole "
                "country or kind, such as com, cannot be opted out."
            )
    return tuple(sorted(domains))


def read_domain_list(path: Path) -> Iterable[str]:
    """The domains in a file: one a line, first in the line; what follows a `#`, a comma or white space is passed over.

    Raises SourceError with the number of a line that has none.
    """
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        entry = re.split(r"[\s,;]", line.partition("#")[0].strip(), maxsplit=1)[0]
        if not entry:
            continue
        if (domain := parse_domain(entry)) is None:
            raise SourceError(f"{path}, line {number}: '{entry[:100]}' is no domain such as example.com.")
        yield domain


def parse_domain(entry: str) -> str | None:
    """A domain as hosts are compared with it, from a domain or an address; None where it is neither.

    In small letters and ASCII (IDNA), without scheme, port, path and a leading `www.` or `*.`.
    """
    host = re.sub(r"^[a-z][a-z0-9+.-]*://", "", entry.strip().lower()).partition("/")[0]
    host = ascii_host(re.sub(r":\d*$", "", host.rpartition("@")[2]).rstrip("."))
    host = re.sub(r"^(?:\*\.)?(?:www\.(?=.*\.))?", "", host)
    return host if _HOST.fullmatch(host) else None


def ascii_host(host: str) -> str:
    """A host in ASCII, as names in other scripts are sent over the wire; as it is where it is no host."""
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host
