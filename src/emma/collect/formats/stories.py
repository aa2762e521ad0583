"""The block that tells about a story and is no part of it: `* License: CC BY`, `* Text: Letta Machoga`."""

import re

FACT = re.compile(r"[*+-][ \t]+\W*(\w[\w \t]*?)\W{0,4}:")
"""A line of such a block, with the name of the fact."""
NEEDED = "license"
"""What makes a list of names and values one: other lists of this form may be text."""


def story(content: str) -> str:
    """The text without its blocks: lines one after the other, but for empty ones, that all are facts.

    A line without a bullet goes on with the fact before it, as in any list of Markdown.
    """
    kept: list[str] = []
    block: list[str] = []
    told: set[str] = set()
    for line in [*content.split("\n"), "#"]:
        is_more = bool(block) and (not line.strip() or (block[-1].strip() and NEEDED in told and line[0] != "#"))
        if (fact := FACT.match(line[:200])) or is_more:
            block.append(line)
            told.add(fact[1].lower() if fact else "")
            continue
        kept += [] if NEEDED in told else block
        kept.append(line)
        block, told = [], set()
    return "\n".join(kept[:-1])
