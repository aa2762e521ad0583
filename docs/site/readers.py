"""The readers of formats: what each reads, its options, and an example, as `emma readers NAME` shows them."""

from collections.abc import Iterator

from docs.site.markdown import code, plain, sentence, table
from docs.site.settings import show_value
from emma.inspect.readers import OptionFacts, ReaderFacts, list_facts

ABOUT = """# Readers

What a source names after `reader =`; `emma readers` shows the same in the terminal, and readers of other packages too.
How one is written: [Read a new format](../new-format.md).
"""


def describe_readers() -> Iterator[str]:
    """The page, without readers of other packages that are installed here."""
    yield ABOUT
    own = [facts for facts in list_facts() if not facts.package]
    yield from table(
        ("reader", "files", "what it reads"),
        ((f"[{facts.name}](#{facts.name})", files(facts), facts.purpose) for facts in own),
    )
    for facts in own:
        yield from describe_reader(facts)


def files(facts: ReaderFacts) -> str:
    """The ends that names of such files have."""
    return " ".join(map(code, facts.suffixes))


def describe_reader(facts: ReaderFacts) -> Iterator[str]:
    """One reader."""
    yield f"## {facts.name}\n"
    yield plain(sentence(facts.purpose)) + "\n"
    if facts.language:
        yield f"Its language: {plain(facts.language)}\n"
    if facts.metadata:
        kept = "; ".join(f"{code(name)}: {what}" for name, what in facts.metadata.items())
        yield f"What `keep` may name: {plain(kept)}.\n"
    yield from table(("option", "value", "default", "meaning"), map(row, facts.options))
    if facts.example:
        yield f"```toml\n{facts.example}```\n"


def row(option: OptionFacts) -> tuple[str, str, str, str]:
    """An option; where its help says what holds without it, no default is shown."""
    default = "" if option.default is None else show_value(option.default)
    return code(option.name), option.values, default, option.help
