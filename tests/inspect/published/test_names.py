import pytest

from emma.evaluate.tasks.registry import find_task
from emma.evaluate.tasks.task import Asking, Mode
from emma.inspect.published.names import (
    BASELINE,
    BENCHMARKS,
    GROUP,
    MODEL,
    SPELLINGS,
    Benchmark,
    find_benchmark,
    model_name,
    model_names,
)
from emma.lang.language import Lang

MODES: tuple[Mode, ...] = ("sound", "paper")


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("Llama-2-7b-hf", BASELINE),
        ("Llama 2 7B", BASELINE),
        ("emma-500-llama2-7b", MODEL),
        ("mala-500-10b-v2", "MaLA-500 Llama 2 10B v2"),
        ("Meta-Llama-3.1-8B", "Llama 3.1 8B"),
        ("LLaMAX2-7B-Alpaca", "LLaMAX Llama 2 7B Alpaca"),
        ("global_step9000", "global_step9000"),
        (" somebody's own ", "somebody's own"),
    ],
)
def test_models_have_one_name_however_they_are_spelled(spelling: str, name: str) -> None:
    assert model_name(spelling) == name


def test_models_of_one_table_are_told_apart() -> None:
    assert model_names(["global_step10000", "Llama-2-7b-hf"]) == (MODEL, BASELINE)
    assert model_names(["global_step10000", "emma-500-llama2-7b"]) == ("global_step10000", MODEL)
    assert model_names(["Llama-2-7b-hf", "Llama 2 7B "]) == (BASELINE, f"{BASELINE} (Llama 2 7B)")


def test_every_spelling_leads_to_a_model_of_the_chart() -> None:
    assert set(SPELLINGS.values()) <= set(GROUP)


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("SIB-200", "SIB-200"),
        ("MaLA evaluation - SIB-200", "SIB-200"),
        ("XL-Sum-ROUGE", "XL-Sum, ROUGE-L"),
        ("MaLA evaluation - XL-Sum-ROUGE-V1", "XL-Sum, ROUGE-L"),
        ("MaLA evaluation - MassiveSum_short-BERTScore", "MassiveSumm short, BERTScore"),
        ("Flores-200-Eng-X-chrF", "FLORES-200 from English, chrF++"),
        ("Aya-Self-BLEU", "Aya, Self-BLEU"),
        ("nll_pbc", "Parallel Bible Corpus, nats of a verse"),
        ("something else", "something else"),
    ],
)
def test_benchmarks_are_known_by_their_file(stem: str, name: str) -> None:
    assert find_benchmark(stem).name == name


def test_no_benchmark_has_the_name_of_another() -> None:
    assert len({benchmark.name for benchmark in BENCHMARKS.values()}) == len(BENCHMARKS)


@pytest.mark.parametrize("benchmark", [each for each in BENCHMARKS.values() if each.task], ids=lambda each: each.name)
def test_own_scores_are_looked_for_under_the_names_that_tasks_have(benchmark: Benchmark) -> None:
    metrics = {"spBLEU"}  # it needs a model that is not here
    for mode in MODES:
        found = find_task(benchmark.task).metrics(benchmark.variant or "cloze", Lang("swh", "Latn"), Asking(mode))
        metrics.update(metric.name for metric in found)
    assert (benchmark.own_metric or benchmark.metric) in metrics
