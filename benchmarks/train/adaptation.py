"""What adaptation brings: gain by language, expanded against unexpanded, ways to start rows, and what replay keeps.

    python -m benchmarks.train.adaptation [--home DIR]        # from the repository's root

A small English base (`small-base.toml`) and the languages of `languages.toml`, on the shared data. Run again after a
kill, it goes on where it was. The result is one dated file.
"""

import argparse
import tempfile
import time
from pathlib import Path

from benchmarks.machine import machine, result_path
from benchmarks.train import embeddings
from benchmarks.train.study import (
    ENGLISH,
    RECIPE,
    TRAINING_BYTES,
    Loss,
    Study,
    flops,
    table,
)
from emma.pipeline.home import Home, Run
from emma.pipeline.recipe import Recipe

REPLAY = (0.0, 0.05, 0.1, 0.2)
REPLAY_TOKENS = 200_000
GENTLE = {"learning_rate": 0.001, "embedding_lr": 0.006, "head_lr": 0.002}
"""A fifth of the rates of `languages.toml`."""
GOAL = 0.95
"""Share of languages that are to gain."""
ENGLISH_GOAL = 0.03
"""How much more English may cost with 10 % of replay."""


def expanded(study: Study) -> Run:
    """The recipe as it stands."""
    return study.run("expanded")


def unexpanded(study: Study) -> Run:
    """The base's own vocabulary, trained for as many operations as the expanded one."""
    mix = Recipe.read(RECIPE).mix
    costs = [
        flops(study.run(name, *changes, until="adapt").artifact("adapt"), mix.sequence_length)
        for name, changes in (("expanded", ()), ("unexpanded", ("vocab.new_pieces=0",)))
    ]
    tokens = int(mix.tokens * costs[0] / costs[1])
    return study.run("unexpanded", "vocab.new_pieces=0", f"mix.tokens={tokens}", "mix.max_epochs=16")


def replayed(study: Study, share: float) -> Run:
    """A shorter training with such a share of English."""
    english = (
        ("mix.replay={}", f"mix.rates={{{ENGLISH} = 0}}") if not share else (f"mix.replay={{{ENGLISH} = {share}}}",)
    )
    return study.run(f"replay-{share:g}", f"mix.tokens={REPLAY_TOKENS}", *english)


def gentle(study: Study) -> Run:
    """The same with 10 % of English and lower learning rates."""
    rates = [f"train.{rate}={value}" for rate, value in GENTLE.items()]
    return study.run("gentle", f"mix.tokens={REPLAY_TOKENS}", *rates)


def gains(base: Loss, adapted: Loss) -> list[str]:
    """How many languages gain, in words."""
    languages = len(adapted.sums) - 1
    better = adapted.better(base)
    worse = sorted(set(adapted.sums) - set(better) - {ENGLISH})
    return [
        f"- Languages with at least {TRAINING_BYTES:,} bytes of training text, English aside: {languages}. Fewer bits "
        f"per byte than with the base: {len(better)} ({len(better) / languages:.1%}; the goal is {GOAL:.0%})"
        f"{'' if not worse else '; not in ' + ', '.join(worse)}.",
        f"- English: {base.english:.3f} → {adapted.english:.3f} bits per byte with 10 % replay, "
        f"{adapted.english / base.english - 1:+.1%} (the goal is at most {ENGLISH_GOAL:+.0%}).",
    ]


def vocabularies(study: Study, base: Loss) -> list[str]:
    """The table of expanded against unexpanded."""
    found = [["the base", "", "", "", *losses(base)]]
    for name, run in (("unexpanded", unexpanded(study)), ("expanded", expanded(study))):
        tokens, adapted = run.artifact("train").counts["tokens"], run.artifact("adapt")
        cost = flops(adapted, Recipe.read(RECIPE).mix.sequence_length)
        facts = [f"{adapted.counts['rows']:,}", f"{tokens:,}", f"{cost * tokens:.3g}"]
        found.append([name, *facts, *losses(study.loss(run.artifact("train")))])
    head = ("vocabulary", "rows", "training tokens", "operations", "bits/byte", "nats/token", "English bits/byte")
    return table(head, found)


def losses(loss: Loss) -> list[str]:
    """Three numbers of a loss."""
    return [f"{each:.3f}" for each in (loss.others, loss.others_per_token, loss.english)]


def curve(study: Study, base: Loss) -> list[str]:
    """English against the share of replay."""
    runs = [(f"{share:.0%}", replayed(study, share)) for share in REPLAY]
    found = []
    runs.append(("10%, a fifth of the learning rates", gentle(study)))
    for name, run in runs:
        loss = study.loss(run.artifact("train"))
        found.append([name, f"{loss.english:.3f}", f"{loss.english / base.english - 1:+.1%}", f"{loss.others:.3f}"])
    return table(("replay", "English bits/byte", "against the base", "others bits/byte"), found)


def report(study: Study) -> list[str]:
    """The whole result."""
    start = time.perf_counter()
    base = study.loss(study.base)
    adapted = study.loss(expanded(study).artifact("train"))
    sections = [
        ("## Gain", gains(base, adapted)),
        ("## Expanded and unexpanded vocabulary, equal compute", vocabularies(study, base)),
        ("## New rows", table(embeddings.HEAD, embeddings.rows(study))),
        (f"## Replay, {REPLAY_TOKENS:,} tokens", curve(study, base)),
    ]
    took = f"{(time.perf_counter() - start) / 60:.0f} minutes in all, less what was there already."
    body = [line for title, lines in sections for line in (title, "", *lines, "")]
    return ["# Adaptation", "", "`python -m benchmarks.train.adaptation`", "", machine(), "", took, "", *body]


def main() -> None:
    """Measure, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="keep the trials here, and take up those that are there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        text = "\n".join(report(Study(Home(arguments.home or Path(temporary)))))
    result_path("adaptation").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
