"""The bench set: some 160 MB of text in hundreds of languages, with planted duplicates whose truth is known.

    python -m benchmarks.corpus.made [--data ../shared/data] [--out DIR] [--seed 0]

No two of the original documents have a sentence in common, whatever its punctuation. Where the raw text is used up,
further originals are made of the same sentences, shuffled within their language: those from the id `stretched_from` on.
A
fifth as many exact copies, and a tenth as many altered ones, are then put at random places. `truth.jsonl` has a row for
each copy: ids of copy and original, kind, language, script class, length class.
"""

import argparse
import json
import math
import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.corpus.altered import ALTERATIONS, Language, alter
from benchmarks.corpus.sentences import sentences

TEXT_BYTES = 122_000_000
"""Bytes of the originals: with their copies, about 160 MB."""
EXACT, NEAR = 0.2, 0.1
"""Copies, as shares of the originals."""
FILE_BYTES = 16_000_000
MEDIAN, SPREAD, LONGEST = 500, 1.4, 50_000
"""Characters of an original: log-normal, cut."""
STRETCHED_FROM = 2_000
"""Characters of the shortest stretched document: of at least some ten sentences, no other has more than one or two."""
LENGTHS = ((1, "1"), (19, "2–19"), (99, "20–99"), (499, "100–499"), (1999, "500–1,999"), (9999, "2,000–9,999"))

_CLASSES = {
    "abjad": "Arab Hebr Syrc Thaa",
    "abugida": "Beng Cans Deva Ethi Gujr Guru Knda Mlym Orya Sinh Sylo Taml Telu Cakm Olck Bali Bugi Java",
    "unspaced": "Khmr Lana Laoo Mymr Tale Thai Tibt Yiii",
    "Han and kana": "Hani Hans Hant Jpan Bopo",
    "Hangul": "Hang Kore",
}
CLASSES = {script: name for name, scripts in _CLASSES.items() for script in scripts.split()}


@dataclass(frozen=True)
class Copy:
    """One planted duplicate."""

    copy: str
    original: str
    kind: str
    lang: str
    script_class: str
    length_class: str
    """Of the original."""


@dataclass(frozen=True)
class Document:
    """One document of the set; `id` begins with the number of the original."""

    id: str
    text: str
    lang: str


def arguments(about: str | None) -> argparse.Namespace:
    """What benchmarks on the set are told: `data`, `work`, and `print` where no result is to be kept."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "emma-corpus-bench")
    parser.add_argument("--print", action="store_true", help="only print, and write no result file")
    return parser.parse_args()


def script_class(lang: str) -> str:
    """The class of a label's script."""
    return CLASSES.get(lang[-4:], "alphabet")


def length_class(text: str) -> str:
    """The class of a text's length in characters."""
    return next((name for most, name in LENGTHS if len(text) <= most), "10,000 and more")


def original(document: str) -> int:
    """The number of the original that a document is, or is a copy of."""
    return int(document.partition("-")[0])


def make(data: Path, out: Path, seed: int = 0) -> Path:
    """Make the set in `out`, unless it is there; returns the folder of its JSONL files."""
    if not (out / "facts.json").exists():
        (out / "documents").mkdir(parents=True, exist_ok=True)
        languages = {lang: Language.of(lang, texts) for lang, texts in sentences(data).items()}
        originals = list(number(originals_of(languages, seed)))
        documents, truth = plant(originals, languages, seed)
        write_documents(documents, out / "documents")
        rows = "".join(json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in truth)
        (out / "truth.jsonl").write_text(rows, encoding="utf-8")
        (out / "facts.json").write_text(json.dumps(facts(documents, originals, truth), indent=1, ensure_ascii=False))
    return out / "documents"


def recipe(documents: Path) -> str:
    """A recipe that compiles the set, or a part of it."""
    return f"""
data = "{documents.absolute()}"
[[collect.sources]]
name = "made"
reader = "jsonl"
path = "*.jsonl"
licence = "various"

[curate]
max_drop = 1  # single words of small languages fall into the wrong script; the guard is not what is measured
"""


def originals_of(languages: Mapping[str, Language], seed: int) -> Iterator[tuple[str, str, bool]]:
    """Labels and texts of the originals, and whether they are stretched."""
    used = 0
    for lang, language in languages.items():
        chance = random.Random(f"{seed} originals {lang}")
        for text in (*shortest(language, chance), *documents_of(language, chance)):
            used += len(text.encode())
            yield lang, text, False
    large = [language for language in languages.values() if len(language.sentences) >= 2_000]
    share = (TEXT_BYTES - used) / sum(each.bytes for each in large)
    for language in large:
        chance = random.Random(f"{seed} stretched {language.lang}")
        some = chance.sample(language.sentences, int(share * len(language.sentences)))
        for text in documents_of(Language.of(language.lang, some), chance, STRETCHED_FROM):
            yield language.lang, text, True


def shortest(language: Language, chance: random.Random) -> list[str]:
    """Texts of one character and of one word, all different in their letters."""
    characters = sorted({char for char in language.letters if char == char.casefold()})
    words = sorted({word for word in language.words if 2 <= len(word) < 20 and word.isalpha()})
    few = chance.sample(characters, min(5, len(characters))), chance.sample(words, min(40, len(words)))
    return [*few[0], *{word.casefold(): word for word in few[1]}.values()]


def documents_of(language: Language, chance: random.Random, least: int = 1) -> Iterator[str]:
    """The sentences in documents of all lengths, some on a line; what is left at the end is one too."""
    lines: list[str] = []
    size, wanted, per_line = 0, 0, 1
    line: list[str] = []
    for sentence in language.sentences:
        if not size:
            wanted = max(least, min(LONGEST, int(chance.lognormvariate(math.log(MEDIAN), SPREAD))))
            per_line = chance.randint(1, 4)
        line.append(sentence)
        size += len(sentence)
        if len(line) == per_line or size >= wanted:
            lines.append(language.joiner.join(line))
            line = []
        if size >= wanted:
            yield "\n".join(lines)
            lines, size = [], 0
    if least == 1 and (lines or line):
        yield "\n".join([*lines, *([language.joiner.join(line)] if line else [])])


def number(originals: Iterator[tuple[str, str, bool]]) -> Iterator[tuple[Document, bool]]:
    """The originals as documents."""
    for at, (lang, text, stretched) in enumerate(originals):
        yield Document(f"{at:07}", text, lang), stretched


def plant(
    originals: Sequence[tuple[Document, bool]], languages: Mapping[str, Language], seed: int
) -> tuple[list[Document], list[Copy]]:
    """All documents in random order, and the truth about the copies among them."""
    chance = random.Random(f"{seed} copies")
    documents, truth, counts = [each for each, _ in originals], [], Counter[str]()
    pool = list(documents)
    kinds = ["exact"] * int(EXACT * len(pool)) + [
        list(ALTERATIONS)[at % len(ALTERATIONS)] for at in range(int(NEAR * len(pool)))
    ]
    for kind in kinds:
        source, text = chosen(kind, pool, languages, chance)
        counts[source.id] += 1
        copy = Document(f"{source.id}-{counts[source.id]}", text, source.lang)
        documents.append(copy)
        classes = script_class(copy.lang), length_class(source.text)
        truth.append(Copy(copy.id, source.id, kind, copy.lang, *classes))
    chance.shuffle(documents)
    return documents, truth


def chosen(
    kind: str, pool: Sequence[Document], languages: Mapping[str, Language], chance: random.Random
) -> tuple[Document, str]:
    """A document that can be altered in this way, and how it then reads."""
    while True:
        source = chance.choice(pool)
        text = source.text if kind == "exact" else alter(kind, source.text, languages[source.lang], chance)
        if text is not None:
            return source, text


def write_documents(documents: Sequence[Document], folder: Path) -> None:
    """Write JSONL files of about FILE_BYTES of text."""
    files: dict[int, list[str]] = defaultdict(list)
    size = 0
    for each in documents:
        files[size // FILE_BYTES].append(json.dumps(asdict(each), ensure_ascii=False) + "\n")
        size += len(each.text.encode())
    for at, lines in files.items():
        (folder / f"{at:03}.jsonl").write_text("".join(lines), encoding="utf-8")


def facts(documents: Sequence[Document], originals: Sequence[tuple[Document, bool]], truth: Sequence[Copy]) -> object:
    """What the set is, for result files."""
    sizes = Counter[str]()
    for each in documents:
        sizes[script_class(each.lang)] += len(each.text.encode())
    return {
        "documents": len(documents),
        "text_bytes": sizes.total(),
        "languages": len({each.lang for each in documents}),
        "bytes_by_script_class": dict(sizes.most_common()),
        "originals": len(originals),
        "stretched_from": next(each.id for each, stretched in originals if stretched),
        "stretched": sum(stretched for _, stretched in originals),
        "stretched_bytes": sum(len(each.text.encode()) for each, stretched in originals if stretched),
        "copies": dict(Counter(each.kind for each in truth)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "emma-corpus-bench" / "set")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    make(arguments.data, arguments.out, arguments.seed)
    print((arguments.out / "facts.json").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
