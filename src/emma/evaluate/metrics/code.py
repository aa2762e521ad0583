"""Programs that a model wrote, judged by their tests: pass@k, without bias (Chen et al. 2021, arXiv 2107.03374)."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import comb

import numpy as np

from emma.errors import RecipeError
from emma.evaluate.engine.requests import Output
from emma.evaluate.metrics.mean import divide, list_texts
from emma.evaluate.metrics.metric import Floats
from emma.evaluate.metrics.sandbox import LIMITS, SECONDS, find_tool, run_program
from emma.evaluate.tasks.task import Item

Assemble = Callable[[Item, str], str]
"""The whole program of an item and what a model wrote for it: prompt, completion, tests."""


class PassAtK:
    """The chance that one of k programs passes its tests, from n ≥ k of them for each item.

    `language` is one of `sandbox.TOOLCHAINS`. Raises RecipeError unless the recipe allows generated code to run, and
    where no tool or no sandbox is here.
    """

    higher_is_better = True
    highest = 1.0

    def __init__(self, language: str, assemble: Assemble, allowed: bool, k: int = 1) -> None:
        if not allowed:
            raise RecipeError(
                "This benchmark runs programs that a model wrote. They run in a sandbox, and only when asked for: "
                "run_generated_code = true in [evaluate], or --run-generated-code."
            )
        self.name, self._language, self._assemble, self._k = f"pass@{k}", language, assemble, k
        tool = find_tool(language).name
        self.signature = f"k:{k}|estimator:unbiased|tool:{tool}|seconds:{SECONDS:g}|cpu:{LIMITS['RLIMIT_CPU']}"

    def statistics(self, items: Sequence[Item], outputs: Sequence[Output]) -> Floats:
        """Each item's chance and a one beside it, (items, 2). Programs run once each, on all cores."""
        programs = [
            [self._assemble(item, text) for text in list_texts(output)]
            for item, output in zip(items, outputs, strict=True)
        ]
        distinct = sorted({program for group in programs for program in group})
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            passed = dict(zip(distinct, pool.map(self._passes, distinct), strict=True))
        chances = [pass_at_k(len(group), sum(passed[one] for one in group), self._k) for group in programs]
        return np.array([(chance, 1.0) for chance in chances], np.float64).reshape(len(items), 2)

    def total(self, sums: Floats) -> Floats:
        """Means (…) of sums (…, 2)."""
        return divide(sums[..., 0], sums[..., 1])

    def _passes(self, program: str) -> bool:
        return run_program(self._language, program).reason == "passed"


def pass_at_k(samples: int, passed: int, k: int) -> float:
    """The chance that k of the samples, drawn without putting back, have one that passed."""
    if samples < k:
        raise RecipeError(f"pass@{k} needs at least {k} answers for each item, and there are {samples}: see `samples`.")
    return 1 - comb(samples - passed, k) / comb(samples, k)
