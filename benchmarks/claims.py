"""What a finished run may claim, read from its own report and release: `python -m benchmarks.claims emma-runs demo`."""

import argparse
import json
from pathlib import Path
from typing import Any

from emma.lang.language import CODE
from emma.pipeline.home import Home, Run

ENOUGH_BYTES = 10_000
"""UTF-8 bytes of training text from which a language is expected to gain."""
PROBES = ("eng_Latn", CODE.label)


def claims(run: Run) -> list[str]:
    """One line a claim."""
    rows: list[dict[str, Any]] = json.loads((run.path / "report" / "languages.json").read_text(encoding="utf-8"))
    compared = [row for row in rows if row["gain"] is not None and row["lang"] not in PROBES]
    enough = [row for row in compared if row["train_bytes"] >= ENOUGH_BYTES]
    released = {path.name for path in (run.path / "release" / "corpus" / "data").iterdir()} - {CODE.label}
    return [
        f"- Languages with at least {ENOUGH_BYTES:,} bytes of training text, measured with base and adapted model: "
        f"{len(enough)}; with more bits per byte after than before: {losers(enough)}.",
        f"- Languages with less, measured: {len(compared) - len(enough)}; worse: "
        f"{losers([row for row in compared if row not in enough])}.",
        *(f"- {row['lang']}: {row['bits_per_byte_base']:.3f} → {row['bits_per_byte']:.3f} bits per byte, gain "
          f"{row['gain']:.3f}, 95 % interval {interval(row)}." for row in rows if row["lang"] in PROBES),
        f"- Released: {len(released)} languages with their scripts, {len({name[:3] for name in released})} distinct "
        "ISO 639-3 codes, program code not counted.",
    ]  # fmt: skip


def losers(rows: list[dict[str, Any]]) -> str:
    """The languages that got worse, by label."""
    return ", ".join(row["lang"] for row in rows if row["gain"] <= 0) or "none"


def interval(row: dict[str, Any]) -> str:
    """The interval of a gain, if there were documents enough for one."""
    return "not known" if row["gain_low"] is None else f"{row['gain_low']:.3f} to {row['gain_high']:.3f}"


def main() -> None:
    """Print the claims of one run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("run")
    arguments = parser.parse_args()
    print("\n".join(claims(Home(arguments.home).run(arguments.run))))


if __name__ == "__main__":
    main()
