"""What a filled-in template and a copy without its diacritics become: pages that say other things stay, copies go.

    python -m benchmarks.corpus.templates [--data ../shared/data] [--work DIR]

Of every language with enough sentences, texts in which two places are left open, or all numbers, are filled in several
ways: each page says something else, so each that is dropped as a near duplicate is one too many. Beside them stand
copies without diacritics in the scripts that have them, of which every one should go.
"""

import json
import random
import shutil
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.corpus import made
from benchmarks.corpus.altered import Language
from benchmarks.corpus.made import script_class, write_documents
from benchmarks.corpus.recall import CLASSES, annotated, names
from benchmarks.corpus.sentences import sentences
from benchmarks.machine import machine, publish
from emma.curate.config import CurateConfig
from emma.curate.duplicates.find import Copies, find_duplicates
from emma.kernels.sets import KEPT
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.local import Local
from emma.work.progress import Reporter
from emma.work.work import Work

ENOUGH = 200
"""Sentences of a language that takes part."""
PAGES = (2, 3, 5, 20)
"""Pages of a template."""
CHARACTERS = (300, 1200)
"""Length of a text, at least and at most about."""
DIGITS = {"Deva": 0x966, "Beng": 0x9E6, "Arab": 0x660, "Thai": 0xE50, "Khmr": 0x17E0, "Mymr": 0x1040, "Nkoo": 0x7C0}
"""Zero, where a script has digits of its own; half of the languages' numbers are in these."""


@dataclass(frozen=True)
class Page:
    """A document of the set; `id` begins with the number of the template."""

    id: str
    text: str
    lang: str
    kind: str


def numeral(lang: str, chance: random.Random) -> str:
    """A number, in the digits of the script now and then."""
    plain, zero = str(chance.randrange(2, 10 ** chance.randint(1, 6))), DIGITS.get(lang[-4:])
    return plain if zero is None or chance.random() < 0.5 else "".join(chr(zero + int(each)) for each in plain)


def name(language: Language, chance: random.Random) -> str:
    """One to three words, or two to eight characters, that make a name."""
    some = chance.choices(language.words, k=chance.randint(1, 3) if language.joiner else chance.randint(2, 8))
    return language.joiner.join(some)


def words(language: Language, chance: random.Random) -> list[str]:
    """The words, or characters, of some sentences."""
    wanted, text = chance.randint(*CHARACTERS), ""
    while len(text) < wanted:
        text += language.joiner + chance.choice(language.sentences)
    return text.split() if language.joiner else list(text)


Fill = Callable[[Language, random.Random], str]
KINDS: Mapping[str, tuple[Fill, ...]] = {
    "two names": (name, name),
    "a name and a number": (name, lambda language, chance: numeral(language.lang, chance)),
    "numbers only": (lambda language, chance: numeral(language.lang, chance),) * 3,
}


def pages(kind: str, language: Language, count: int, chance: random.Random) -> list[str]:
    """Pages of one template, no two the same in any place."""
    text, fills = words(language, chance), KINDS[kind]
    places = sorted(chance.sample(range(len(text) + 1), len(fills)), reverse=True)
    found, said = [], set[str]()
    while len(found) < count:
        page = list(text)
        for place, fill in zip(places, fills, strict=True):
            page.insert(place, fill(language, chance))
        made = language.joiner.join(page)
        if made not in said:
            said.add(made)
            found.append(made)
    return found


def bare(text: str) -> str:
    """The text without diacritics: marks of letters of alphabets and abjads, which are written without them too."""
    plain = "".join(
        char for char in unicodedata.normalize("NFD", text)
        if not (unicodedata.category(char) == "Mn" and (0x300 <= ord(char) <= 0x36F or 0x591 <= ord(char) <= 0x5C7
                or 0x610 <= ord(char) <= 0x61A or 0x64B <= ord(char) <= 0x65F or char == "\u0670"))
    )  # fmt: skip
    return unicodedata.normalize("NFC", plain)


def documents(languages: Mapping[str, Language], seed: int = 0) -> Iterator[Page]:
    """The whole set, in the order in which it is preferred: originals before their copies."""
    number = 0
    for lang, language in languages.items():
        chance = random.Random(f"{seed} templates {lang}")
        for kind in KINDS:
            for count in PAGES:
                for at, text in enumerate(pages(kind, language, count, chance)):
                    yield Page(f"{number:06}-{at}", text, lang, f"{kind}, {count} pages")
                number += 1
        for _ in range(4):
            text = language.joiner.join(words(language, chance))
            if (copy := bare(text)) != text:
                yield Page(f"{number:06}-0", text, lang, "original")
                yield Page(f"{number:06}-1", copy, lang, "without diacritics")
                number += 1


def fates(langs: Sequence[str], sets: Artifact, *, all_near: bool) -> np.ndarray:
    """What becomes of each document, where all near pairs count as copies, or those that are."""
    copies = Copies.of(sets)
    if all_near:
        pairs = shards.read(sets.file("near.parquet"))
        left, right = (pairs[name].to_numpy() for name in ("left", "right"))
        copies = Copies(copies.texts, left, right, np.zeros_like(copies.last))
    codes = np.unique(np.array(langs), return_inverse=True)[1].astype(np.int32)
    found: np.ndarray = copies.choose_survivors(codes, np.ones(len(langs), np.bool_))[0]
    return found


def table(pages_: Sequence[Page], fate: Mapping[str, np.ndarray]) -> Iterator[str]:
    """A row for each kind: the share dropped, before and now, in all and by class of script."""
    yield f"| | documents | before | now | {' | '.join(CLASSES)} |"
    yield "|---" * (4 + len(CLASSES)) + "|"
    rows: dict[str, list[int]] = defaultdict(list)
    for at, page in enumerate(pages_):
        rows[page.kind].append(at)
    for kind, mine in rows.items():
        if kind != "original":
            by_class = [[at for at in mine if script_class(pages_[at].lang) == each] for each in CLASSES]
            shares = [share(fate["before"], mine), *(share(fate["now"], some) for some in (mine, *by_class))]
            yield f"| {kind} | {len(mine):,} | {' | '.join(shares)} |"


def share(fate: np.ndarray, places: Sequence[int]) -> str:
    """Per cent that are dropped."""
    return f"{100 * float(np.mean(fate[places] != KEPT)):.1f}" if places else "–"


def main() -> None:
    arguments = made.arguments(__doc__)
    folder, home = arguments.work / "documents", arguments.work / "home"
    if not folder.exists():
        found = {lang: each for lang, each in sentences(arguments.data).items() if len(each) >= ENOUGH}
        folder.mkdir(parents=True)
        write_documents([*documents({lang: Language.of(lang, each) for lang, each in found.items()})], folder)
    home.mkdir(parents=True, exist_ok=True)
    parts = annotated(folder, home)
    shutil.rmtree(home / "store" / "bench", ignore_errors=True)
    work = Work(home / "store", "bench", 1, "templates", home, Local(), Reporter())
    with work.executor:
        sets = find_duplicates(parts, work, buckets=16, near_threshold=CurateConfig().near_threshold)
    ids, langs = names(folder, parts)
    known = {row["id"]: Page(**row) for path in sorted(folder.glob("*.jsonl"))
             for row in map(json.loads, path.open(encoding="utf-8"))}  # fmt: skip
    pages = [known[each] for each in ids]
    fate = {"before": fates(langs, sets, all_near=True), "now": fates(langs, sets, all_near=False)}
    result = "\n".join([
        "# Pages of templates, and copies without diacritics", "", f"{machine()}.", "",
        f"Run again with `python -m benchmarks.corpus.templates`. {len(pages):,} documents in {len(set(langs))} "
        "languages; per cent dropped as duplicates. Of pages every one is one too many, of copies every "
        "one is right. Before: any near pair counts as a copy, and nothing else.", "",
        *table(pages, fate),
    ]) + "\n"  # fmt: skip
    publish("corpus-templates", result, only_print=arguments.print)


if __name__ == "__main__":
    main()
