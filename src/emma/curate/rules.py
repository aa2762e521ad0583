"""The quality rules: which side of each feature may be too much or too little, and how strict a limit may ever get."""

from dataclasses import dataclass
from typing import get_args

from emma.curate.config import Feature

PAIR_FEATURES = frozenset({"length_ratio", "copied_share", "numeral_share"})
"""What is measured of a pair of translations: these have limits for each pair of languages, not for each language."""
SCORE = "lid_score"
"""How sure a model is of the declared language, side by side of a pair; its limits have a rule of their own."""


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


# Half of the characters may be anything, since tables, verse numbers and chats are text too. Half of the lines may
# repeat in songs and litanies, and more of the grams in cumulative tales and genealogies. Words of 15 characters are
# everyday in polysynthetic languages such as Greenlandic. Lines of two characters are Han set in columns, or a list of
# names. A text with less than a tenth of its letters in a script of its label is not in that language, or not in that
# script, whatever else the source holds.
# Of a pair: Chinese says in a fifth of the characters what Greenlandic needs, and neighbours such as Bosnian and
# Croatian share most of their words. Numbers have no rule: a digit on one side is a word on the other ("2 dogs",
# "mbwa wawili") in so much good text that only the recipe can know better.
JUDGED = (
    Rule("letter_share", "low", 0.5, short_too=True),
    Rule("label_script_share", "low", 0.5, widest=0.1, short_too=True),
    Rule(SCORE, "low", own_only=True),
    Rule("digit_share", "high", 0.4),
    Rule("punct_share", "high", 0.4),
    Rule("symbol_share", "high", 0.4),
    Rule("upper_share", "high", 0.5, own_only=True),
    Rule("repeated_line_share", "high", 0.5),
    Rule("repeated_gram_share", "high", 0.7),
    Rule("repeated_word_share", "high", 0.7),
    Rule("word_length", "low", 2.0, own_only=True),
    Rule("word_length", "high", 15.0, own_only=True),
    Rule("line_length", "low", 2.0),
    Rule("length_ratio", "low", 0.1),
    Rule("copied_share", "high", 0.8),
)
"""What is judged unless the recipe says otherwise."""

SIDES = frozenset((rule.feature, rule.side) for rule in JUDGED)
RULES = (
    *JUDGED,
    *(Rule(feature, side) for feature in get_args(Feature) for side in ("low", "high") if (feature, side) not in SIDES),
)
"""Every rule, in the order in which they are tried: a document is dropped by the first it breaks. Behind those of
JUDGED stand the ones that only a recipe can give a limit."""


def script_of(label: str) -> str:
    """The script of a label, or the two of a pair's: `Latn` of `hau_Latn`, `Deva-Latn` of `eng_Latn-hin_Deva`."""
    return "-".join(sorted(each.partition("_")[2] for each in label.split("-")))


def pair_label(first: str, second: str) -> str:
    """What a pair of translations is called, whichever side came first."""
    return "-".join(sorted((first, second)))
