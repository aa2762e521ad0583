"""Planning a mix and putting its samples in order, at the size of EMMA-500: `python -m benchmarks.train.mix`.

How long it takes to plan and to reach a sample, and how far any language is from its share at any point of the run.
"""

import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from benchmarks.machine import machine, result_path
from emma.inspect.mix.inventory import list_sizes, read_inventories
from emma.mix.config import MixConfig
from emma.mix.plan import plan_mix
from emma.tokens.order import SampleOrder

INVENTORY = Path(__file__).parents[2] / "recipes" / "emma500_inventory.csv"
SAMPLES = (1_000_000, 50_000_000)
RATES = {"eng_Latn": 0.1, "high": 0.5, "medium": 5.0, "medium-low": 20.0, "low": 50.0}
MIXES: dict[str, dict[str, Any]] = {
    "EMMA-500's rates": {"strategy": "natural", "rates": RATES},
    "alpha 0.3, at most 4 epochs": {"alpha": 0.3, "max_epochs": 4},
    "UniMax, at most 4 epochs": {"strategy": "unimax", "max_epochs": 4},
}


def timed(step: Callable[[], Any]) -> tuple[Any, float, int]:
    """What a step gives, its CPU seconds, and the most bytes it held, measured in a second go."""
    start = time.process_time()
    found = step()
    seconds = time.process_time() - start
    tracemalloc.start()
    step()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found, seconds, peak


def inventory() -> pa.Table:
    """The languages of EMMA-500, a token a word."""
    rows = read_inventories([INVENTORY], 1.0)
    return rows.filter([each is not None for each in rows["tokens"].to_pylist()])


def counts(settings: dict[str, Any], samples: int) -> npt.NDArray[np.int64]:
    """Samples of each of the 546 languages, with sequences as long as make the corpus suffice."""
    rows = inventory()
    length = min(4096, int(70e9 // samples))
    section = MixConfig.model_validate(
        {"max_epochs": 60, **settings, "tokens": samples * length, "sequence_length": length}
    )
    return plan_mix(section, rows, list_sizes(rows)).stages[0].samples


def worst(order: SampleOrder, drawn: npt.NDArray[np.int64]) -> tuple[float, float]:
    """The largest distance between the samples drawn and a source's share of them, at any point; and of a shuffle."""
    sources = np.concatenate([each for each, _ in order.blocks()])
    shuffled = np.random.default_rng(0).permutation(sources)
    return distance(sources, drawn), distance(shuffled, drawn)


def distance(sources: npt.NDArray[np.int64], drawn: npt.NDArray[np.int64]) -> float:
    """Just before and just after each sample, where the distance is largest."""
    by_source = np.argsort(sources, kind="stable")
    ranks = np.arange(len(sources)) - np.repeat(np.cumsum(drawn) - drawn, drawn)
    share = np.repeat(drawn / len(sources), drawn)
    return float(max((by_source * share - ranks).max(), (ranks + 1 - (by_source + 1) * share).max()))


def row(name: str, settings: dict[str, Any], samples: int) -> str:
    """A line of the table."""
    drawn, planning, _ = timed(lambda: counts(settings, samples))
    order, ordering, memory = timed(lambda: SampleOrder(drawn, 0))
    _, reaching, block = timed(lambda: SampleOrder(drawn, 0).source_of(samples // 2))
    _, everything, _ = timed(lambda: sum(len(each) for each, _ in order.blocks()))
    ours, shuffled = worst(order, drawn)
    return (
        f"| {name} | {samples:,} | {planning:.3f} | {ordering:.4f} | {1000 * (reaching - ordering):.0f} | "
        f"{everything:.2f} | {memory / 1e3:.0f} | {block / 1e6:.1f} | {ours:.2f} | {shuffled:.0f} |"
    )


def uncapped() -> str:
    """What alpha does to the smallest languages when nothing holds it back."""
    rows = inventory()
    settings = {"alpha": 0.3, "max_epochs": 10_000, "tokens": 76_000_000_000, "sequence_length": 4096}
    (stage,) = plan_mix(MixConfig.model_validate(settings), rows, list_sizes(rows)).stages
    return (
        f"Of 76 billion tokens by alpha 0.3 and no cap on epochs, with a token a word, {stage.epochs.max():.0f} "
        f"epochs go to the language that gets most, and more than 4 to {(stage.epochs > 4).sum()} languages."
    )


def main() -> None:
    inventory()  # imports what else the first row would pay for
    heads = [
        "mix", "samples", "plan, s", "order, s", "any one sample, ms", "all in order, s", "order, kB", "block, MB",
        "worst distance from a share, samples", "after a shuffle",
    ]  # fmt: skip
    lines = [
        "# Planning a mix",
        "",
        "`python -m benchmarks.train.mix`",
        "",
        machine(),
        "",
        "546 languages with the sizes of the EMMA-500 corpus. `plan` reads the inventory and finds the samples of each",
        "language; `order` makes them a sequence of which any sample may be asked for. CPU seconds. The distance is",
        "the largest over all languages and all points of the run.",
        "",
        f"| {' | '.join(heads)} |",
        f"|---{'|--:' * (len(heads) - 1)}|",
        *(row(name, settings, samples) for samples in SAMPLES for name, settings in MIXES.items()),
        "",
        uncapped(),
        "",
    ]
    path = result_path("mix")
    path.write_text("\n".join(lines), encoding="utf-8")
    print(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
