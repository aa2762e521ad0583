"""The quality rules: which side of each feature may be too much or too little, and how strict a limit may ever get."""

from dataclasses import dataclass
from typing import get_args

from emma.curate.config import Feature

PAIR_FEATURES = frozenset({"length_ratio", "copied_share", "numeral_share"})
"""Features of pairs of translations: their limits are for each pair of languages, not for each language."""
SCORE = "lid_score"
"""The feature that says how sure a model is of the declared language; its limits have a rule of their own."""


@dataclass(frozen=True)
class Rule:
    """Drop documents whose feature is beyond a limit on one side."""

    feature: str
    side: str
    """low or high."""
    mildest: float | None = None
    """However narrow a language's distribution, documents on the good side of this value are never dropped by it.
    None: there is no limit unless the recipe fixes one."""
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


# Tables, verse numbers, sums ("10 plus 10 er 100.") and chats are text too, so most of the characters may be anything,
# though not half of them of one kind. Names keep their script ("Tom達唔到Mary嘅期望。"), and two Latin words outweigh a
# Han sentence, so three quarters of the letters may be foreign; but a text with less than a tenth of its letters in a
# script of its label is not in that language, or not in that script, whatever else the source holds. Half of the lines
# may repeat in songs and litanies, and more of the grams in cumulative tales and genealogies. Words of 15 characters
# are everyday in Greenlandic and Malayalam. Lines of two characters are Han set in columns, or a list of names.
# Of a pair: Chinese says in a fifth of the characters what Greenlandic needs, neighbours such as Bosnian and Croatian
# share most of their words, and alphabets are the same on both sides. Numbers have no rule: of 94,878 pairs of Tatoeba
# 0.4 % have none of their numbers on both sides, and nearly all of these are good ("2 lantai", "兩層樓").
JUDGED = (
    Rule("letter_share", "low", 0.3, short_too=True),
    Rule("label_script_share", "low", 0.25, widest=0.1, short_too=True),
    Rule(SCORE, "low", own_only=True),
    Rule("digit_share", "high", 0.5),
    Rule("punct_share", "high", 0.5),
    Rule("symbol_share", "high", 0.5),
    Rule("upper_share", "high", 0.5, own_only=True),
    Rule("repeated_line_share", "high", 0.5),
    Rule("repeated_gram_share", "high", 0.7),
    Rule("repeated_word_share", "high", 0.7),
    Rule("word_length", "low", 2.0, own_only=True),
    Rule("word_length", "high", 25.0, own_only=True),
    Rule("line_length", "low", 2.0),
    Rule("length_ratio", "low", 0.1),
    Rule("copied_share", "high", 0.9),
)
"""The rules that hold unless the recipe says otherwise."""

SIDES = frozenset((rule.feature, rule.side) for rule in JUDGED)
RULES = (
    *JUDGED,
    *(Rule(feature, side) for feature in get_args(Feature) for side in ("low", "high") if (feature, side) not in SIDES),
)
"""Every rule, in the order in which they are tried: a document is dropped by the first it breaks. Behind those of
JUDGED stand the ones that only a recipe can give a limit."""
