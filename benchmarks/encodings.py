"""Code pages: texts in all pages that can write them, and how many are read right, refused, or read as something else.

    python -m benchmarks.encodings FOLDER

FOLDER holds the Universal Declaration of Human Rights as XML files (`udhr_*.xml`). Every translation is encoded in
every code page in which it loses nothing, whole and cut, and judged with its language known. Nobody ever used most of
these pages for most of these languages: those that are customary are counted apart.
"""

import argparse
import html
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.machine import machine, result_path
from emma.collect.text.codepages import (
    EAST_ASIAN_PAGES,
    MIN_FOREIGN_SPELLINGS,
    PAGES,
    customary_pages,
    is_unusual,
    judge_code_page,
    page_script,
)
from emma.collect.text.encodings import is_utf8
from emma.errors import LanguageError
from emma.lang.codes import resolve
from emma.lang.spelling import find_spellings

SIZES = (None, 3_000, 600)
"""Characters of a text; None: all."""
KINDS = ("customary page", "other page, spelling known", "spelling unknown")
RESULTS = ("right", "refused", "wrong")
SHOWN = 40
"""Wrong readings that are listed."""


def main() -> None:
    """Measure, and write today's result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    declarations = list(texts(parser.parse_args().folder))
    lines = ["# Encodings", "", "`python -m benchmarks.encodings FOLDER`", "", machine(), ""]
    lines += [f"{len(declarations)} translations in {len({iso for iso, _, _ in declarations})} languages.", ""]
    lines += ["| characters | page | right | refused | wrong | ms a text |", "|---|---|---|---|---|---|"]
    wrong: list[str] = []
    for size in SIZES:
        counts, cost = measured(declarations, size, wrong)
        for kind in KINDS:
            row = " | ".join(f"{counts[kind, result]:,}" for result in RESULTS)
            lines.append(f"| {size or 'all'} | {kind} | {row} | {cost * 1000:.0f} |")
    lines += ["", "Wrong:", "", *(wrong[:SHOWN] or ["none"])]
    path = result_path("encodings")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(path)


def texts(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Language, script and text of each translation that is not ASCII and whose language is known."""
    for path in sorted(folder.glob("udhr_*.xml")):
        content = path.read_text(encoding="utf-8")
        lines = (html.unescape(re.sub("<[^>]+>", "", line)).strip() for line in content.split("\n"))
        text = unicodedata.normalize("NFC", "\n".join(filter(None, lines)))
        code = re.search(r"iso639-3='(\w+)'", content)
        try:
            lang = resolve(code[1] if code else "und", text).lang
        except LanguageError:
            continue
        if not text.isascii():
            yield lang.iso639_3, lang.script, text


def measured(
    declarations: list[tuple[str, str, str]], size: int | None, wrong: list[str]
) -> tuple[Counter[tuple[str, str]], float]:
    """Results by kind of page, and seconds a text."""
    counts: Counter[tuple[str, str]] = Counter()
    start = time.process_time()
    for iso, script, text in declarations:
        part = text if size is None else text[300 : 300 + size]
        for page, data in encoded(part, script):
            found = judge_code_page(data, iso, script).encoding
            read = found and unicodedata.normalize("NFC", data.decode(found, "replace"))
            result = "refused" if read is None else "right" if read == part else "wrong"
            counts[kind_of(iso, script, page), result] += 1
            if result == "wrong":
                wrong.append(f"- {iso}_{script}, {size or 'all'} characters: {page} read as {found}")
    return counts, (time.process_time() - start) / max(1, counts.total())


def kind_of(iso: str, script: str, page: str) -> str:
    """How natural a page is for a language."""
    if len(find_spellings(iso, script)) >= MIN_FOREIGN_SPELLINGS:
        return KINDS[2]
    usual = customary_pages(iso)
    is_usual = (bool(usual) or page_script(page) != "Latn") and not is_unusual(page, usual)
    return KINDS[0] if is_usual else KINDS[1]


def encoded(text: str, script: str) -> Iterator[tuple[str, bytes]]:
    """The text in every page that loses nothing, each form once; East Asia's pages for its own scripts."""
    seen = set()
    for page in PAGES:
        if (page in EAST_ASIAN_PAGES) != (script in ("Hans", "Hant", "Hani", "Jpan", "Kore")):
            continue
        try:
            data = text.encode(page)
        except UnicodeEncodeError:
            continue
        if data not in seen and not is_utf8(data):
            seen.add(data)
            yield page, data


if __name__ == "__main__":
    main()
