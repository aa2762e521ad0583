"""The solutions that MBXP's authors give, put together and judged as a model's answers are; and answers that are none.

    python -m benchmarks.evaluate.programs BENCH [--every 10] [--only-print]

BENCH is a folder with a folder `mbxp`. Of every language that a tool of this machine runs, each tenth function with a
solution is taken: with the solution itself, with rubbish behind it as a model writes on, with nothing, and with a call
that leaves before the tests. A solution that fails without rubbish is one that its own file's tests refuse.
"""

import argparse
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks.machine import machine, publish
from emma.evaluate.metrics.sandbox import run_program
from emma.evaluate.tasks.code import TASKS, assemble
from emma.evaluate.tasks.data import find_folder
from emma.evaluate.tasks.rows import read_rows
from emma.evaluate.tasks.task import Item
from emma.lang.language import CODE

MBXP = TASKS[0]
RUBBISH = {"python": "\n\ndef other(:\n", "javascript": "\nfunction (((", "java": "\nclass Other {{{"}
LEAVES = {"python": "    exit(0)", "javascript": "  process.exit(0)\n}", "java": "        System.exit(0);\n    }\n}"}


def main() -> None:
    """Run them and write the dated result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path, metavar="BENCH")
    parser.add_argument("--every", type=int, default=10, help="take one function in this many")
    parser.add_argument("--only-print", action="store_true")
    arguments = parser.parse_args()
    folder = find_folder(MBXP.info, arguments.bench)
    head = ["| language | functions | solution | with rubbish | nothing | leaves |", "| --- |" + " --: |" * 5]
    table = "\n".join([*head, *list_rows(folder, arguments.every)])
    text = f"# Programs of MBXP\n\n{__doc__}\nPrograms that passed:\n\n{table}\n\n{machine()}\n"
    publish("programs", text, only_print=arguments.only_print)


def list_rows(folder: Path, every: int) -> Iterator[str]:
    """A line of the table for each language."""
    solutions = {
        row.values["task_id"]: row.values.get("canonical_solution")
        for path in sorted(folder.glob("mb*"))
        for row in read_rows(path, folder)
    }
    items = [item for item in MBXP.read(folder, CODE).items if solutions[item.id]]
    for language in sorted({item.fields["language"] for item in items}):
        mine = [item for item in items if item.fields["language"] == language][::every]
        texts = [solutions[item.id] for item in mine]
        answers = (
            texts,
            [text + RUBBISH[language] for text in texts],
            [""] * len(mine),
            [LEAVES[language]] * len(mine),
        )
        counts = [count_passed(language, mine, texts) for texts in answers]
        yield "| " + " | ".join(map(str, (language, len(mine), *counts))) + " |"


def count_passed(language: str, items: Sequence[Item], texts: Sequence[str]) -> int:
    """How many programs pass their tests, where answers end at the first of the item's stop strings."""
    pairs = zip(items, texts, strict=True)
    programs = [assemble(item, cut(text, item.fields["stop"])) for item, text in pairs]
    with ThreadPoolExecutor(2) as pool:
        return sum(outcome.reason == "passed" for outcome in pool.map(partial(run_program, language), programs))


def cut(text: str, stops: Sequence[str]) -> str:
    """The text before the first stop string, as a backend gives it."""
    return min((text.partition(stop)[0] for stop in stops), key=len, default=text)


if __name__ == "__main__":
    main()
