"""Ten thousand damaged and crafted files, each read by the real collect stage: what crashes, hangs or is lost.

    python -m benchmarks.hostile [--inputs 10000] [--minutes M] [--forms FORM,…] [--again FORM NUMBER]

The generator is that of the tests (tests/hostile): the same number gives the same bytes. `--again` reads one input and
says what became of it, `--keep FILE` writes it. Every input may take 10 s of CPU and 2 GB.
"""

import argparse
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.hostile.crafted import CRAFTED
from tests.hostile.forms import FORMS, Form
from tests.hostile.mutate import mutate_form
from tests.hostile.trial import Outcome, fresh, run_collect, run_confined, try_files, write

from benchmarks.machine import machine, result_path

BATCH = 25
"""Inputs that one process reads, as long as none ends it."""


@dataclass
class Tally:
    """What became of the inputs of one form."""

    inputs: int = 0
    whole: int = 0
    """That gave documents and rejects."""
    refused: int = 0
    """That EMMA refused with an error of its own."""
    faults: list[tuple[str, str]] = field(default_factory=list)
    """Inputs that crashed, hung, or left traces: which, and how."""
    slowest: tuple[float, str] = (0.0, "")

    def add(self, name: str, outcome: Outcome) -> None:
        """Count an outcome."""
        self.inputs += 1
        self.slowest = max(self.slowest, (outcome.cpu_s, name))
        if outcome.fault:
            self.faults.append((name, outcome.fault))
        elif "Error: " in outcome.message.split("(")[0]:
            self.refused += 1
        else:
            self.whole += 1


def warm(room: Path) -> None:
    """Read every form once in this process, so that no input pays for imports, tables and kernels."""
    long = replace(FORMS["lines"], content=FORMS["lines"].content * 50)  # texts are looked at together from a length on
    for form in (long, *FORMS.values()):
        with fresh(room):
            for folder in ("in", "good"):
                write(form, room / "data" / folder, form.pack(form.content))
            try:
                run_collect(form, room)
            except AssertionError as error:
                print(f"{form.name}: {error}, and it is whole")


def batch(form: Form, first: int, count: int, room: Path) -> Iterator[tuple[str, Outcome]]:
    """Inputs of a form from number `first` on."""
    numbers = range(first, first + count)
    with fresh(room):
        for number, outcome in zip(
            numbers, try_files(form, [mutate_form(form, each) for each in numbers], room), strict=True
        ):
            yield f"{form.name} {number}", outcome


def crafted(room: Path) -> Iterator[tuple[str, Outcome]]:
    """The inputs that somebody thought of."""
    for name, run in CRAFTED.items():
        with fresh(room):
            (outcome,) = run_confined([lambda run=run: run(room)], [room])  # type: ignore[misc]
            yield name, outcome


def campaign(names: list[str], inputs: int, minutes: float, room: Path) -> dict[str, Tally]:
    """Try inputs of all forms in turn until there were enough, or time is up."""
    tallies = {name: Tally() for name in (*names, "crafted")}
    end = time.monotonic() + 60 * minutes
    for name, outcome in crafted(room):
        tallies["crafted"].add(name, outcome)
    for first in range(0, -(-inputs // len(names)), BATCH):
        for name in names:
            if time.monotonic() > end:
                return tallies
            for number, outcome in batch(FORMS[name], first, BATCH, room):
                tallies[name].add(number, outcome)
                if outcome.fault:
                    print(number, outcome.fault, flush=True)
    return tallies


def rows(tallies: dict[str, Tally]) -> Iterator[str]:
    """The table, a line a form."""
    yield "| form | inputs | read | refused | crashes | hangs | slowest, CPU s |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    total = Tally()
    for name, each in tallies.items():
        yield _row(name, each)
        total.inputs, total.whole, total.refused = (
            total.inputs + each.inputs, total.whole + each.whole, total.refused + each.refused
        )  # fmt: skip
        total.faults += each.faults
        total.slowest = max(total.slowest, each.slowest)
    yield _row("all", total)


def _row(name: str, each: Tally) -> str:
    hangs = sum(fault.startswith("hang") for _, fault in each.faults)
    slowest = f"{each.slowest[0]:.2f} ({each.slowest[1]})"
    return (
        f"| {name} | {each.inputs} | {each.whole} | {each.refused} | {len(each.faults) - hangs} | {hangs} | {slowest} |"
    )


def faults(tallies: dict[str, Tally]) -> Iterator[str]:
    """Each kind of fault with how often it was seen and the first input that showed it."""
    found = [(name.split(" ")[0], fault, name) for each in tallies.values() for name, fault in each.faults]
    kinds = Counter((form, fault[:160]) for form, fault, _ in found)
    first: dict[tuple[str, str], str] = {}
    for form, fault, name in found:
        first.setdefault((form, fault[:160]), name)
    for (form, fault), count in kinds.most_common():
        yield f"- {count} of {form}: {fault} (`--again {first[form, fault]}`)"


def again(name: str, number: int, keep: Path | None, room: Path) -> None:
    """Read one input and say what became of it."""
    data = mutate_form(FORMS[name], number)
    if keep is not None:
        keep.write_bytes(data)
    with fresh(room):
        print(*try_files(FORMS[name], [data], room), sep="\n")


def main() -> None:
    """Try inputs, and write the dated result file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--forms", default=",".join(FORMS))
    parser.add_argument("--again", nargs=2, metavar=("FORM", "NUMBER"))
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    load = [os.getloadavg()[0]]
    with tempfile.TemporaryDirectory() as temporary:
        room = Path(temporary) / "room"
        warm(room)
        if arguments.again:
            again(arguments.again[0], int(arguments.again[1]), arguments.keep, room)
            return
        tallies = campaign(arguments.forms.split(","), arguments.inputs, arguments.minutes, room)
    load.append(os.getloadavg()[0])
    head = ["# Hostile input: damaged and crafted files", "", "`python -m benchmarks.hostile`", "", machine(), ""]
    note = (
        "Each input is read by the collect stage in a process that may take 10 s of CPU and 2 GB, beside a good file "
        "of its form. A crash is any error but EMMA's own, a signal, units that do not add up, an id twice, the good "
        "file not read, or anything written outside of the store, run, or called over the network. Runs that are "
        "killed at any moment are tried by tests/test_whole.py and tests/work, not here. "
        f"Load of the machine when it began and ended: {load[0]:.1f}, {load[1]:.1f}."
    )
    lines = [*head, note, "", *rows(tallies), "", "## Faults", "", *(list(faults(tallies)) or ["None."]), ""]
    result_path("hostile").write_text("\n".join(lines), encoding="utf-8")
    print(*lines, sep="\n")


if __name__ == "__main__":
    main()
