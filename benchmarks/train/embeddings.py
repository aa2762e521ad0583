"""Ways to start the rows of new pieces: loss before any training, and after 200 steps, on a small English base.

    python -m benchmarks.train.embeddings [--home DIR]        # from the repository's root

The base of `small-base.toml` takes on some 6,000 pieces for a hundred languages in twenty-eight scripts; every way then
trains on the same sequences in the same order. Run again after a kill, it goes on where it was.
"""

import argparse
import tempfile
from pathlib import Path

from benchmarks.train.study import Loss, Study, table
from emma.pipeline.home import Home

STEPS = 200
BATCH_TOKENS = 1024
METHODS = ("subword_mean", "focus")
HEAD = (
    "new rows",
    "bits/byte, step 0",
    f"step {STEPS}",
    "nats/token, step 0",
    f"step {STEPS}",
    "English bits/byte, step 0",
    f"step {STEPS}",
)


def trial(study: Study, name: str) -> tuple[Loss, Loss]:
    """The loss of one way before training and after."""
    steps = (f"mix.tokens={STEPS * BATCH_TOKENS}", f"train.batch_tokens={BATCH_TOKENS}")
    run = study.run(name, f'adapt.init="{name}"', *steps)
    return study.loss(run.artifact("adapt")), study.loss(run.artifact("train"))


def rows(study: Study) -> list[list[str]]:
    """The table's rows: the base as it was, then every way."""
    base = study.loss(study.base)
    found = [
        ["the base, its own pieces", cell(base.others), "", cell(base.others_per_token), "", cell(base.english), ""]
    ]
    for name in METHODS:
        losses = trial(study, name)
        numbers = [[each.others for each in losses], [each.others_per_token for each in losses]]
        numbers.append([each.english for each in losses])
        found.append([name, *(cell(each) for pair in numbers for each in pair)])
    return found


def cell(value: float) -> str:
    """A loss as the table has it."""
    return f"{value:.3f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="keep the trials here, and take up those that are there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        print("\n".join(table(HEAD, rows(Study(Home(arguments.home or Path(temporary)))))))


if __name__ == "__main__":
    main()
