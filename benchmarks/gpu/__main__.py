"""The steps of the proof on a GPU, in order, each in its own time: `benchmarks/gpu/run.sh [--dry] [STEP …]`.

A step that has run over is ended, and said to be; what it wrote before stays. All of them take twelve minutes.
"""

import argparse
import sys
import time
from pathlib import Path

from benchmarks.gpu.place import default_out, run_limited

STEPS = {
    "speed_7b": (290, "tokens a second of a 7B model on one GPU, in bfloat16 and in 8 bits, and its memory"),
    "proof": (360, "a real model trained on the corpus of all languages, and measured before and after"),
    "scoring": (70, "tokens a second of scoring SIB-200 in all its languages"),
}
"""Seconds of each step, and what it is for; the most important first."""
LEAST = 40
"""Seconds below which a step is not begun."""
BUDGET = 720


def main() -> int:
    """Run the steps; returns how many gave no result."""
    parser = argparse.ArgumentParser(prog="benchmarks.gpu", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("steps", nargs="*", metavar="STEP", help=f"of {', '.join(STEPS)} (default: all of them)")
    parser.add_argument("--dry", action="store_true", help="rehearse every step on a processor, with a tiny model")
    parser.add_argument("--out", type=Path, default=default_out(), help="folder of the results (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=BUDGET, help="of all steps together (default: %(default)s)")
    given = parser.parse_args()
    names = given.steps or list(STEPS)
    if unknown := [name for name in names if name not in STEPS]:
        parser.error(f"there is no step '{unknown[0]}'")
    say(
        f"Budget: {given.seconds:.0f} s. " + "; ".join(f"{name} {STEPS[name][0]} s, {STEPS[name][1]}" for name in names)
    )
    deadline = time.monotonic() + given.seconds
    told = {name: run_step(name, deadline, given.out, given.dry) for name in names}
    for name, outcome in told.items():
        say(f"{name}: {outcome}")
    say(f"{deadline - time.monotonic():.0f} s of {given.seconds:.0f} are left.")
    return sum(not outcome.startswith("done") for outcome in told.values())


def run_step(name: str, deadline: float, out: Path, dry: bool) -> str:
    """Run one step in a process of its own; returns what became of it."""
    start = time.monotonic()
    seconds = min(STEPS[name][0], deadline - start)
    if seconds < LEAST:
        return "not begun: no time is left"
    say(f"== {name}: {seconds:.0f} s at most")
    command = [sys.executable, "-m", f"benchmarks.gpu.{name}", "--out", str(out), "--seconds", f"{seconds - 10:.0f}"]
    code = run_limited([*command, *(["--dry"] if dry else [])], seconds, dry)
    took = f"{time.monotonic() - start:.0f} s"
    if code is None:
        return f"ended after {took}: it ran over; what it had measured is written"
    return f"done in {took}" if code == 0 else f"failed with exit code {code} after {took}"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
