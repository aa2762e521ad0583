import pytest

from emma.inspect.published.names import BASELINE, BENCHMARKS, GROUP, MODEL, SPELLINGS, find_benchmark, model_name


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("Llama-2-7b-hf", BASELINE),
        ("Llama 2 7B", BASELINE),
        ("emma-500-llama2-7b", MODEL),
        ("global_step10000", MODEL),
        ("mala-500-10b-v2", "MaLA-500 Llama 2 10B v2"),
        ("Meta-Llama-3.1-8B", "Llama 3.1 8B"),
        ("LLaMAX2-7B-Alpaca", "LLaMAX Llama 2 7B Alpaca"),
        ("global_step9000", "global_step9000"),
        (" somebody's own ", "somebody's own"),
    ],
)
def test_models_have_one_name_however_they_are_spelled(spelling: str, name: str) -> None:
    assert model_name(spelling) == name


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
