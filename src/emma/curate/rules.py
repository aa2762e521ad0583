"""The quality rules: which side of each feature may be too much or too little, and how strict a limit may ever get."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """Drop documents whose feature is beyond a limit on one side."""

    feature: str
    side: str
    """low or high."""
    mildest: float
    """However narrow a language's distribution, documents on the good side of this value are never dropped by it."""
    widest: float | None = None
    """However wide a language's distribution, documents beyond this value are always dropped by it. A source that is
    wrong throughout would otherwise set the limit that lets it pass."""
    short_too: bool = False
    """Whether the rule judges documents of a few characters."""
    own_only: bool = False
    """Whether no other language's distribution can stand in: case and word length are matters of orthography."""

    @property
    def reason(self) -> str:
        """The drop reason, such as `letter_share low`."""
        return f"{self.feature} {self.side}"


# Half of the characters may be anything, since tables, verse numbers and chats are text too. Half of the lines may
# repeat in songs and litanies, and more of the grams in cumulative tales and genealogies. Words of 15 characters are
# everyday in polysynthetic languages such as Greenlandic. A text with less than a tenth of its letters in a script of
# its label is not in that language, or not in that script, whatever else the source holds.
RULES = (
    Rule("letter_share", "low", 0.5, short_too=True),
    Rule("label_script_share", "low", 0.5, widest=0.1, short_too=True),
    Rule("digit_share", "high", 0.4),
    Rule("punct_share", "high", 0.4),
    Rule("upper_share", "high", 0.5, own_only=True),
    Rule("repeated_line_share", "high", 0.5),
    Rule("repeated_gram_share", "high", 0.7),
    Rule("word_length", "low", 2.0, own_only=True),
    Rule("word_length", "high", 15.0, own_only=True),
)
"""In the order in which they are tried: a document is dropped by the first rule it breaks."""
