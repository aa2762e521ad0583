"""What the first use takes: 30 documents of six scripts up to curate, with no kernel compiled yet, and with all.

    python -m benchmarks.first_use [--before SRC]

Wall and CPU seconds of the whole process tree; three runs each. `--before` measures another checkout's package too.
"""

import argparse
import itertools
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.machine import machine, result_path

RUNS, DOCUMENTS = 3, 5
"""Runs cold and warm; documents of each language."""
SOURCE_FOLDER = Path(__file__).parents[1] / "src"
NOTE = (
    "Six sources of five documents, two workers. Cold: no kernel is compiled yet, as after installing or on another "
    "kind of processor; warm: all are. Wall and CPU seconds of the whole process tree."
)
HEAD = 'name = "first"\ndata = "{data}"\n'
SOURCE = """
[[collect.sources]]
name = "{name}"
reader = "jsonl"
path = "{name}.jsonl"
licence = "CC0-1.0"
"""
TEXTS = {
    "eng_Latn": "All human beings are born free and equal in dignity and rights.",
    "arb_Arab": "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق.",
    "hin_Deva": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।",
    "tha_Thai": "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ",
    "zho_Hans": "人人生而自由，在尊严和权利上一律平等。",
    "nqo_Nkoo": "ߡߐ߱ ߓߍ߯ ߟߊߘߏߦߊߣߍ߲߫ ߢߊߣߊ߲ߞߏ߫ ߟߊ߫",
}
"""The first sentence of article 1 of the Universal Declaration of Human Rights."""


@dataclass(frozen=True)
class Measured:
    """One run of the command line."""

    wall_s: float
    cpu_s: float
    said: str
    """What it said of kernels."""


def write_corpus(folder: Path) -> Path:
    """Write a source for each language, and a recipe that reads them."""
    for lang, text in TEXTS.items():
        rows = [{"text": each, "lang": lang} for each in documents(text)]
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{lang}.jsonl").write_text(lines, encoding="utf-8")
    recipe = folder / "first.toml"
    recipe.write_text(HEAD.format(data=folder) + "".join(SOURCE.format(name=lang) for lang in TEXTS), encoding="utf-8")
    return recipe


def documents(text: str) -> list[str]:
    """Documents of shuffled sentences; the last is a near duplicate of the first."""
    rng, space = random.Random(0), " " if " " in text else ""
    units = text.split() if space else list(text)
    made = ["\n".join(space.join(rng.sample(units, len(units))) for _ in range(8)) for _ in range(DOCUMENTS - 1)]
    return [*made, f"{made[0]}{space}{units[0]}"]


def measure(recipe: Path, home: Path, kernels: Path, source: Path) -> Measured:
    """Run the recipe up to curate into a new home, with compiled kernels in the folder `kernels`."""
    command = [
        sys.executable,
        "-m",
        "emma",
        "run",
        str(recipe),
        "--until",
        "curate",
        "--home",
        str(home),
        "--workers",
        "2",
    ]
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(kernels), "PYTHONPATH": str(source)}
    start, before = time.perf_counter(), psutil.Process().cpu_times()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    wall, after = time.perf_counter() - start, psutil.Process().cpu_times()
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    said = re.findall(r"kernels: (compiled \d+ .*?);", done.stderr)
    return Measured(wall, cpu, ", ".join(said))


def measure_all(folder: Path, sources: Mapping[str, Path]) -> list[str]:
    """A table row for each of RUNS runs with an empty folder for kernels, then for as many with the last one's."""
    recipe, rows = write_corpus(folder), []
    for kind, number, (label, source) in itertools.product(("cold", "warm"), range(1, RUNS + 1), sources.items()):
        # One package after the other within each round: the machine may get busier in the meantime.
        name = f"{label}{kind} {number}"
        kernels = folder / f"{label}{number if kind == 'cold' else RUNS}"
        run = measure(recipe, folder / name, kernels, source.absolute())
        rows.append(f"| {name} | {run.wall_s:.1f} | {run.cpu_s:.1f} | {run.said} |")
    return sorted(rows)


def main() -> None:
    """Measure, and write the dated result file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", type=Path, help="src of another checkout, to measure first")
    before = parser.parse_args().before
    packages = {"before, ": before, "": SOURCE_FOLDER} if before else {"": SOURCE_FOLDER}
    load = [os.getloadavg()[0]]
    with tempfile.TemporaryDirectory() as temporary:
        table = measure_all(Path(temporary), packages)
    head = ["# The first use: 30 documents up to curate", "", "`python -m benchmarks.first_use`", "", machine(), ""]
    load.append(os.getloadavg()[0])
    busy = f"Load of the machine when it began and ended: {load[0]:.1f}, {load[1]:.1f}; 2 of it at most are its own."
    lines = [*head, NOTE, busy, "", "| run | wall s | CPU s | said |", "|---|--:|--:|---|", *table, ""]
    result_path("first_use").write_text("\n".join(lines), encoding="utf-8")
    print(*lines, sep="\n")


if __name__ == "__main__":
    main()
