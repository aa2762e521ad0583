"""Choose the columns, or keys, that hold the text, its language and its translation, by their names and contents."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from emma.lang.codes import resolve
from emma.lang.tables import Scheme
from emma.pipeline.draft.columns import (
    PAIRS,
    TEXT_NAMES,
    URL,
    Column,
    choose_scheme,
    is_exact,
    is_known,
    is_language,
    name_language,
)

SIDES = (("src", "tgt"), ("source", "target"), ("src", "trg"), ("lang1", "lang2"), ("1", "2"))


@dataclass
class Choice:
    """The columns that were chosen, and what is unsure about them."""

    fields: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    lang: str | None = None
    """The language of all texts, where the name of their column says it."""
    lang2: str | None = None
    scheme: Scheme = "any"
    more: tuple[tuple[str, str], ...] = ()
    """Other columns of the same text, each with the label of its language: each is a source too."""
    doubts: list[tuple[str, str]] = field(default_factory=list)
    """Settings and sentences."""
    why_none: str = ""
    """Why there is no text, where there is none."""

    def key(self) -> tuple[object, ...]:
        """What tells two choices apart."""
        return (tuple(sorted(self.fields.items())), self.lang, self.lang2, self.scheme, self.why_none)


def choose_columns(columns: Sequence[Column]) -> Choice:
    """Choose among the columns of a table."""
    texts = [column for column in columns if column.is_text() and not is_language(column)]
    if not texts:
        listed = ", ".join(column.name for column in columns) or "no texts"
        return Choice(why_none=f"no column holds text (columns: {listed})")
    if all(column.is_code() for column in texts):
        return Choice(why_none="its texts are program code; EMMA reads code from files, with the reader 'code'")
    choice = _choose_pair(columns, texts) or _choose_by_language(texts) or _choose_text(texts)
    if not choice.lang and "lang" not in choice.fields:
        _choose_language(columns, choice)
    if "text2" not in choice.fields:
        _choose_url(columns, choice)
    return choice


def _choose_pair(columns: Sequence[Column], texts: Sequence[Column]) -> Choice | None:
    """A text and its translation, by the names of both, with the columns that say the languages."""
    names = {column.name.lower(): column for column in texts}
    for first, second in PAIRS:
        if first in names and second in names:
            choice = Choice({"text": names[first].name, "text2": names[second].name})
            _choose_side_languages(columns, choice)
            return choice
    return None


def _choose_side_languages(columns: Sequence[Column], choice: Choice) -> None:
    languages = [column for column in columns if is_language(column)]
    for one, two in SIDES:
        first = next((column for column in languages if one in re.split(r"[_.-]", column.name.lower())), None)
        second = next((column for column in languages if two in re.split(r"[_.-]", column.name.lower())), None)
        if first and second and first is not second:
            choice.fields |= {"lang": first.name, "lang2": second.name}
            choice.scheme = choose_scheme([*first.values, *second.values])
            return


def _choose_by_language(texts: Sequence[Column]) -> Choice | None:
    """Columns that are named after the languages of their texts: pairs, with English or the last on the second side."""
    last = [column.name.rpartition(".")[2] for column in texts]
    named = {column.name: label for column, word in zip(texts, last, strict=True) if (label := name_language(word))}
    if len(named) < 2 or len(named) < 0.5 * len(texts):
        return None
    for column, word in zip(texts, last, strict=True):  # beside those, names that few people know are languages too
        if column.name not in named and len(word) > 3 and is_known(word, "name"):
            named[column.name] = resolve(word, scheme="name").label
    order = sorted(named, key=lambda name: named[name].startswith("eng_"))
    first, pivot = order[0], order[-1]
    more = tuple((name, named[name]) for name in order[1:-1])
    return Choice({"text": first, "text2": pivot}, named[first], named[pivot], more=more)


def _choose_text(texts: Sequence[Column]) -> Choice:
    """The column with the best name for text, else all columns of text, a line each."""
    rank = {name: place for place, name in enumerate(TEXT_NAMES)}
    plain = [column for column in texts if not column.is_code()]
    longest = max(column.chars for column in plain)

    def strength_of(column: Column) -> int:
        # of two names for text, the one under which there is hardly any is no use: answers beside their passage
        named = rank.get(column.name.rpartition(".")[2].lower(), len(rank))
        return named if 8 * column.chars > longest else named + len(rank)

    best = min(plain, key=strength_of)
    strength = strength_of(best)
    if len(plain) == 1 or strength < rank["premise"]:
        choice = Choice({"text": best.name})
        if others := [column.name for column in plain if column is not best]:
            listed = ", ".join(others)
            choice.doubts.append(
                ("fields", f"Text is also in {listed}; the column '{best.name}' alone is read. Name them to read them.")
            )
        return choice
    names = tuple(column.name for column in plain)
    choice = Choice({"text": names})
    choice.doubts.append(("fields", f"Several columns hold text ({', '.join(names)}); all are read, a line each."))
    return choice


def _choose_language(columns: Sequence[Column], choice: Choice) -> None:
    languages = [column for column in columns if is_language(column)]
    languages.sort(key=lambda column: not is_exact(column))
    if languages:
        choice.fields["lang"] = languages[0].name
        choice.scheme = choose_scheme(languages[0].values)


def _choose_url(columns: Sequence[Column], choice: Choice) -> None:
    for column in columns:
        if column.values and not column.is_list and all(map(URL.fullmatch, column.values)):
            choice.fields["url"] = column.name
            return
