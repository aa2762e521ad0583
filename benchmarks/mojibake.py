"""Mending of mojibake on text that is good: how much is suspected, how much is changed, and what it costs.

    python -m benchmarks.mojibake FOLDER

FOLDER holds text files of any kind, plain or compressed, and tar archives of them; markup does not matter here. Every
line beyond ASCII is given to `mend` and to ftfy alone, and all differences are listed, since each is to be looked at.
"""

import argparse
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import ftfy

from benchmarks.machine import machine, result_path
from emma.collect.files.compression import decompress, without_suffix
from emma.collect.text.clean import SUSPECT, fix_mojibake

SHOWN = 40
"""Characters around a change."""
SPELLED = {ord("|"): "¦", ord("`"): "'", ord("\t"): " ", **{code: f"\\x{code:x}" for code in range(0x80, 0xA0)}}
"""What would break the table, and what cannot be seen."""


def main() -> None:
    """Measure, and write today's result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    texts = [(name, line) for name, text in files(folder) for line in text.split("\n") if not line.isascii()]
    characters = sum(len(line) for _, line in texts)
    start = time.process_time()
    mended = [(name, line, better) for name, line in texts if (better := fix_mojibake(line)) is not None]
    cost = (time.process_time() - start) / characters
    suspected = sum(SUSPECT.search(line) is not None for _, line in texts)
    alone = [(name, line, other) for name, line in texts if (other := ftfy.fix_encoding(line)) != line]
    harmed = [each for each in alone if fix_mojibake(each[1]) is None]
    lines = [
        "# Mojibake",
        "",
        "`python -m benchmarks.mojibake FOLDER`",
        "",
        machine(),
        "",
        f"{len(texts):,} lines beyond ASCII, {characters / 1e6:.0f} million characters: {suspected:,} suspected "
        f"({suspected / len(texts):.2%}), {len(mended):,} changed, {len(alone):,} by ftfy alone; "
        f"{cost * 1e8:.2f} µs per 100 characters.",
        "",
        *table("Changed", mended),
        *table("Changed by ftfy alone", harmed),
    ]
    path = result_path("mojibake")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(path)


def files(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and content of every file that is UTF-8."""
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        with path.open("rb") as raw, decompress(raw, path.name) as stream:
            if without_suffix(path.name).suffix == ".tar":
                with tarfile.open(fileobj=stream, mode="r|") as archive:
                    contents = [(each.name, part.read()) for each in archive if (part := archive.extractfile(each))]
            else:
                contents = [(path.name, stream.read())]
        for name, data in contents:
            if text := readable(data):
                yield name, text


def readable(data: bytes) -> str:
    """UTF-8 as text; nothing for what is not."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return ""


def table(title: str, changes: list[tuple[str, str, str]]) -> list[str]:
    """Changes with what stands around them, at most thirty."""
    rows = [f"| {name} | `{around(old, new)}` | `{around(new, old)}` |" for name, old, new in changes[:30]]
    return [f"## {title}", "", "| file | before | after |", "|---|---|---|", *rows, ""] if changes else []


def around(text: str, other: str) -> str:
    """The first place where two texts differ."""
    pairs = enumerate(zip(text, other, strict=False))
    place = next((place for place, (one, two) in pairs if one != two), min(len(text), len(other)))
    return text[max(0, place - SHOWN // 2) : place + SHOWN].translate(SPELLED)


if __name__ == "__main__":
    main()
