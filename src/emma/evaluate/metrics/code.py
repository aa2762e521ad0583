"""Programs that a model wrote, judged by their tests: pass@k, without bias (Chen et al. 2021, arXiv 2107.03374)."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from math import comb

from emma.errors import RecipeError
from emma.evaluate.engine.requests import Output
from emma.evaluate.metrics.metric import Mean, list_texts
from emma.evaluate.metrics.sandbox import LIMITS, SECONDS, find_tool, run_program
from emma.evaluate.tasks.task import Item


def pass_rate(language: str, assemble: Callable[[Item, str], str], allowed: bool, k: int = 1) -> Mean:
    """The chance that one of k programs passes its tests, from n ≥ k of them for each item.

    `language` is one of `sandbox.TOOLCHAINS`; `assemble` makes the whole program of an item and what a model wrote for
    it: prompt, completion, tests. Raises RecipeError unless the recipe allows generated code to run, and
    where no tool or no sandbox is here.
    """
    if not allowed:
        raise RecipeError(
            "This benchmark runs programs that a model wrote. They run in a sandbox, and only when asked for: "
            "run_generated_code = true in [evaluate], or --run-generated-code."
        )

    def score(items: Sequence[Item], outputs: Sequence[Output]) -> list[float]:
        pairs = zip(items, outputs, strict=True)
        programs = [[assemble(item, text) for text in list_texts(output)] for item, output in pairs]
        passed = judge_programs(language, {program for group in programs for program in group})
        return [pass_at_k(len(group), sum(passed[one] for one in group), k) for group in programs]

    signature = f"estimator:unbiased|tool:{find_tool(language).name}|seconds:{SECONDS:g}|cpu:{LIMITS['RLIMIT_CPU']}"
    return Mean(f"pass@{k}", score, signature)


def judge_programs(language: str, programs: Iterable[str]) -> dict[str, bool]:
    """Run distinct programs on all cores; whether each one passed."""
    ordered = sorted(programs)
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        outcomes = pool.map(partial(run_program, language), ordered)
        return {program: outcome.reason == "passed" for program, outcome in zip(ordered, outcomes, strict=True)}


def pass_at_k(samples: int, passed: int, k: int) -> float:
    """The chance that k of the samples, drawn without putting back, have one that passed."""
    if samples < k:
        raise RecipeError(f"pass@{k} needs at least {k} answers for each item, and there are {samples}: see `samples`.")
    return 1 - comb(samples - passed, k) / comb(samples, k)
