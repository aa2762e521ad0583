"""The readers that there are, and how each is used: what `emma readers` shows, and what a notebook may ask."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from emma.collect.readers.reader import Option, Reader, Value
from emma.collect.readers.registry import list_readers, load_reader, reader_package
from emma.errors import RecipeError
from emma.ui.terminal import WIDTH, fold_line, format_table

LICENCE = 'licence = "CC-BY-4.0"'
"""The licence in examples, which every source must state."""


PACKED = "also compressed (.gz .bz2 .xz .zst), and in archives with `member`"
FIELDS = (
    "The columns or keys that hold text and language are `text` and `lang`, unless the source's `fields` names others."
)


@dataclass(frozen=True)
class OptionFacts:
    """A setting under `options` of a source."""

    name: str
    values: str
    """What it takes, in words."""
    default: Value | None
    """What holds where the source does not say; None: what `help` says."""
    help: str


@dataclass(frozen=True)
class ReaderFacts:
    """A reader as a user of recipes knows it."""

    name: str
    package: str
    """Name and version of the package that it comes from; empty for EMMA's own."""
    purpose: str = ""
    language: str = ""
    suffixes: Sequence[str] = ()
    """Ends that names of such files usually have."""
    has_fields: bool = False
    """Whether `fields` of the source names its columns or keys."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """What a source may `keep` beside the texts, by name; under `*` any other name."""
    options: Sequence[OptionFacts] = ()
    example: str = ""
    """The table of a source that uses it, in TOML; empty where its package gives none."""
    problem: str = ""
    """Why it cannot be used; empty if it can."""


def list_facts() -> list[ReaderFacts]:
    """Every reader, of EMMA and of other packages, by name."""
    return [describe_reader(name) for name in list_readers()]


def find_facts(name: str) -> ReaderFacts:
    """A reader by name. Raises RecipeError, with what may be meant, where there is none or it cannot be loaded."""
    load_reader(name)
    return describe_reader(name)


def describe_reader(name: str) -> ReaderFacts:
    """What is known of a reader; one that cannot be loaded says why."""
    try:
        reader = load_reader(name)
    except RecipeError as error:
        return ReaderFacts(name, reader_package(name), problem=str(error))
    options = [
        OptionFacts(key, describe_values(option), option.default, option.help) for key, option in reader.options.items()
    ]
    return ReaderFacts(
        name,
        reader_package(name),
        reader.summary,
        reader.language,
        reader.suffixes,
        reader.has_fields,
        reader.metadata,
        options,
        make_example(name, reader),
    )


def describe_values(option: Option) -> str:
    """What an option takes, in words."""
    if isinstance(option.kind, tuple):
        return " or ".join(f'"{value}"' for value in option.kind)
    return {bool: "true or false", int: "a whole number", str: "a text"}.get(option.kind, option.kind.__name__)


def make_example(name: str, reader: Reader) -> str:
    """The table of a source that uses a reader; empty where nobody wrote an example."""
    head = f'[[collect.sources]]\nname = "example"\nreader = "{name}"\n'
    return f"{head}{reader.example.strip()}\n{LICENCE}\n" if reader.example else ""


def render_list(facts: Sequence[ReaderFacts]) -> Iterator[str]:
    """A row for each reader, then how to go on."""
    rows = [
        [
            each.name,
            " ".join(each.suffixes[:3]),
            (each.problem or each.purpose) + (f" (of {each.package})" if each.package else ""),
        ]
        for each in facts
    ]
    yield from format_table([["reader", "files", "what it reads"], *rows])
    yield ""
    yield "`emma readers NAME` shows how one is used. docs/new-format.md says how to add another."


def render_text(facts: ReaderFacts) -> Iterator[str]:
    """A reader: what it reads, its options with what holds without them, and an example."""
    package = f" Of the package {facts.package}." if facts.package else ""
    yield from fold_line(f"{facts.name}: {facts.purpose}.{package}", WIDTH)
    yield ""
    if facts.suffixes:
        yield from _render_entry("files", f"{' '.join(facts.suffixes)}; {PACKED}")
    if facts.language:
        yield from _render_entry("language", f"{facts.language} The source's `lang` outranks it.")
    if facts.has_fields:
        yield from _render_entry("fields", FIELDS)
    if facts.metadata:
        yield from _render_entry("keep", "; ".join(f"{name}: {what}" for name, what in facts.metadata.items()))
    yield from _render_options(facts)
    if facts.example:
        yield "example"
        yield from (f"    {line}" for line in facts.example.splitlines())


def _render_options(facts: ReaderFacts) -> Iterator[str]:
    if not facts.options:
        yield "options    none"
    for option in facts.options:
        default = "" if option.default is None else f" (unless said: {_as_toml(option.default)})"
        yield f"option     {option.name} = {option.values}{default}"
        yield from _render_entry("", option.help)


def _render_entry(name: str, text: str) -> Iterator[str]:
    first, *rest = fold_line(text, WIDTH - 11)
    yield f"{name:<11}{first}"
    yield from (f"{'':<11}{line}" for line in rest)


def _as_toml(value: Value) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()
