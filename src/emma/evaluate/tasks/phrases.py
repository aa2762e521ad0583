"""Words that join sentences of a prompt, by language, and how sentences are joined in each script.

The table beside this module has a line for each language: "because" and "so" are those of XCOPA in
lm-evaluation-harness; "right?", "yes", "also" and "no" those of its XNLI (after Lin et al. 2022, arXiv:2112.10668), but
for the Arabic "no", which is "number" there; "question" and "answer" are what a recipe with `own_language` asks with;
"problem", "number" and "solution" are what the authors of MGSM call question, answer and chain of thought.
"""

from functools import lru_cache
from pathlib import Path

from emma.evaluate.tasks.rows import read_rows
from emma.lang.language import Lang
from emma.lang.scripts import is_spaced

TABLE = Path(__file__).with_suffix(".tsv")
DOTTED = frozenset({"aze", "azj", "crh", "gag", "tur"})
"""Languages that keep i and ı apart."""
ENDS = " .!?。．！？…؟۔։।॥།။።፧។"
"""What a sentence ends with, where it is to go on."""


def say(word: str, lang: Lang) -> str:
    """A word of the table's header in a language, in English where it is not known."""
    words = _read_words()
    return words.get((lang.iso639_3, word)) or words["eng", word]


def list_words(word: str) -> list[str]:
    """A word of the table's header in every language that has it."""
    return [found for (_, name), found in _read_words().items() if name == word and found]


@lru_cache(maxsize=1)
def _read_words() -> dict[tuple[str, str], str]:
    rows = [row.values for row in read_rows(TABLE, TABLE.parent)]
    return {(code, word): row[word] for row in rows for code in row["languages"].split() for word in row}


def space_of(lang: Lang) -> str:
    """What stands between two words: nothing in scripts that put no space there."""
    return " " if is_spaced(lang.script) else ""


def strip_end(sentence: str) -> str:
    """A sentence without its full stop, whatever that is in its script."""
    return sentence.rstrip(ENDS)


def lower_first(sentence: str, lang: Lang) -> str:
    """A sentence as it goes on from another; in Turkish I becomes ı, and İ i."""
    first = {"I": "ı", "İ": "i"}.get(sentence[0]) if lang.iso639_3 in DOTTED else None
    return (first or sentence[0].lower()) + sentence[1:]
