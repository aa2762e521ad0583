"""The proof on a CPU: SmolLM2-135M, a real base, adapted to languages in eleven scripts by EMMA's own stages.

    python -m benchmarks.proof --home DIR [--parts main,rows,…]       # from the repository's root

Text comes from `recipes/smollm2.toml`, less whatever shares a passage with a benchmark; loss is measured on FLORES-200,
a domain that no source has. The parts: `main` is the recipe as it stands, with its report; `merges` mixes what it
trained with the base in several shares; `benchmarks` asks base and result; `vocabulary`, `rows` and `options` are arms
of twenty steps that differ from the recipe in one thing. Run again after a kill, it goes on where it was. The result is
one dated file and a picture, written anew after every part from what there is.
"""

import argparse
import json
import time
from pathlib import Path
from typing import TypedDict

from benchmarks.machine import machine, result_path
from benchmarks.proof.arms import KEPT, LANGUAGES
from benchmarks.proof.parts import PARTS, Proof, recipe_settings
from benchmarks.proof.trials import Trials, setting
from emma.pipeline.home import Home

SETTINGS = ("mix.tokens=500000", "train.evaluate_every=61", "evaluate.max_bytes_per_lang=4000", "train.merge=0")
"""What fits into the time: half an hour of training on one core. What the main run trained is merged afterwards, and
arms are not, so that what each change does is seen alone."""
RECIPE = Path(__file__).parents[2] / "recipes" / "smollm2.toml"


def main() -> None:
    """Measure what was asked for, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True, help="keep trials here, and take up those that are there")
    parser.add_argument("--data", default="../shared/data", help="folder of the shared data")
    parser.add_argument("--parts", default=",".join(PARTS), help="what to measure, between commas (default: all)")
    parser.add_argument("--set", action="append", default=[], metavar="a.b=c", help="change the recipe of all trials")
    arguments = parser.parse_args()
    languages = setting("curate.languages", (*LANGUAGES, *KEPT))
    settings = (f'data="{arguments.data}"', languages, *SETTINGS, *arguments.set)
    proof = Proof(Trials(Home(arguments.home), RECIPE, settings), Path(arguments.data) / "bench")
    for name in arguments.parts.split(","):
        measure(name, proof)
        write(proof, settings)


class Section(TypedDict):
    """A section of the report."""

    lines: list[str]
    minutes: float
    """Time that it took, over all calls."""


def measure(name: str, proof: Proof) -> None:
    """Measure one part, and keep its section and what it cost."""
    start = time.perf_counter()
    lines = PARTS[name][1](proof)
    sections = read_sections(proof)
    before = sections[name]["minutes"] if name in sections else 0.0
    sections[name] = {"lines": lines, "minutes": before + (time.perf_counter() - start) / 60}
    (proof.trials.home.path / "proof-sections.json").write_text(json.dumps(sections), encoding="utf-8")


def read_sections(proof: Proof) -> dict[str, Section]:
    """The sections measured so far."""
    path = proof.trials.home.path / "proof-sections.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def write(proof: Proof, settings: tuple[str, ...]) -> None:
    """Write the report from the sections that there are."""
    sections = read_sections(proof)
    shared = ", ".join(f"`{name} = {value}`" for name, value in recipe_settings(RECIPE, settings).items())
    body = [
        line
        for name, (title, _) in PARTS.items()
        if name in sections
        for line in (f"## {title}", "", *sections[name]["lines"], "")
    ]
    minutes = sum(each["minutes"] for each in sections.values())
    head = ["# The proof: SmolLM2-135M, adapted", "", "`python -m benchmarks.proof --home DIR`", "", machine(), ""]
    text = "\n".join([*head, f"Shared by all: {shared}. {minutes:.0f} minutes in all.", "", *body])
    result_path("proof").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
