"""The ways in which a document comes back as a near duplicate of itself."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from emma.lang.scripts import is_spaced


@dataclass(frozen=True)
class Language:
    """What is needed of one language to make and to alter its documents."""

    lang: str
    sentences: list[str]
    words: list[str]
    """As they occur, so that frequent ones are drawn often; characters where words are not spaced."""
    joiner: str
    bytes: int

    @classmethod
    def of(cls, lang: str, sentences: list[str]) -> "Language":
        """Take a sample of words or characters from the sentences."""
        spaced = is_spaced(lang[-4:])
        sample = sentences[:: max(1, len(sentences) // 2_000)]
        words = [unit for sentence in sample for unit in (sentence.split() if spaced else sentence)]
        return cls(lang, sentences, words, " " if spaced else "", sum(len(each.encode()) for each in sentences))

    @property
    def letters(self) -> set[str]:
        """The letters of the sample."""
        return {char for word in self.words for char in word if char.isalpha()}

    def boilerplate(self, chance: random.Random) -> list[str]:
        """Two lines that come back in many documents of the language."""
        at = chance.randrange(min(3, max(1, len(self.sentences) - 1)))
        return self.sentences[at : at + 2]


def case_and_punctuation(text: str, language: Language, chance: random.Random) -> str | None:  # noqa: ARG001
    """Other punctuation and, where the script has it, other case."""
    dotted = text.replace("i", "İ") if "ı" in text else text  # Turkic orthographies have two letters I
    marked = re.sub(r"[.,;:!?،。、።۔।]", lambda _: chance.choice(["", "!", " –", "…"]), dotted.upper())
    return f"«{marked}»" if len(text) >= 20 else None


def words(share: float) -> Callable[[str, Language, random.Random], str | None]:
    """Replaces a share of the words (of the characters in scripts without spaces) by others of the language."""

    def replace(text: str, language: Language, chance: random.Random) -> str | None:
        units = re.split(r"(\s+)", text) if language.joiner else list(text)
        places = [at for at, unit in enumerate(units) if unit.strip()]
        count = round(share * len(places))
        for at in chance.sample(places, count):
            units[at] = chance.choice(language.words)
        return "".join(units) if count else None

    return replace


def boilerplate(text: str, language: Language, chance: random.Random) -> str | None:
    """Adds a line before and one after, the same in many documents."""
    before, *after = language.boilerplate(chance)
    return "\n".join([before, text, *after]) if len(text) >= 100 else None


def truncated(text: str, language: Language, chance: random.Random) -> str | None:  # noqa: ARG001
    """Keeps the first 70 to 95 % of the characters."""
    return text[: int(chance.uniform(0.7, 0.95) * len(text))].strip() if len(text) >= 20 else None


def line(text: str, language: Language, chance: random.Random) -> str | None:
    """Replaces one line by a sentence of the language."""
    lines = text.split("\n")
    if len(lines) < 2:
        return None
    lines[chance.randrange(len(lines))] = chance.choice(language.sentences)
    return "\n".join(lines)


ALTERATIONS: dict[str, Callable[[str, Language, random.Random], str | None]] = {
    "case and punctuation": case_and_punctuation,
    "words 1 %": words(0.01),
    "words 2 %": words(0.02),
    "words 5 %": words(0.05),
    "words 10 %": words(0.1),
    "boilerplate": boilerplate,
    "truncated": truncated,
    "one line": line,
}


def alter(kind: str, text: str, language: Language, chance: random.Random) -> str | None:
    """The text altered in one way; None where that way cannot be gone, or leads nowhere."""
    made = ALTERATIONS[kind](text, language, chance)
    return made if made and made != text else None
