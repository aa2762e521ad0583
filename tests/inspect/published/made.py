"""Made-up tables in the layout of the published ones, whose averages are the published averages."""

from collections.abc import Mapping, Sequence
from pathlib import Path

BASE, EMMA = "Llama 2 7B", "EMMA-500 Llama 2 7B"
AVERAGES: Mapping[str, tuple[float, float]] = {
    "xcopa": (56.67, 63.11),
    "xstorycloze": (57.55, 66.38),
    "xnli": (40.19, 45.14),
    "SIB-200/SIB-200": (22.41, 31.27),
    "Taxi-1500/Taxi-1500": (17.54, 19.82),
    "belebele": (26.27, 26.75),
    "arc_multilingual": (27.56, 29.53),
    "mgsm_direct": (6.69, 17.02),
    "mgsm_cot": (6.36, 18.09),
    "FLORES-200/Flores-200-X-Eng-BLEU": (12.93, 25.37),
    "FLORES-200/Flores-200-Eng-X-BLEU": (4.62, 15.58),
    "FLORES-200/Flores-200-X-Eng-chrF": (30.32, 45.78),
    "FLORES-200/Flores-200-Eng-X-chrF": (15.13, 33.25),
}
"""Average scores of the baseline and of the model in the authors' tables, to two decimals (arXiv 2409.17892 and the
files of its repository)."""

XCOPA: Mapping[str, float] = {
    "Llama 2 7B": 56.67, "Llama 2 7B Chat": 55.85, "CodeLlama 2 7B": 54.69, "LLaMAX Llama 2 7B": 54.38,
    "LLaMAX Llama 2 7B Alpaca": 56.60, "MaLA-500 Llama 2 10B v1": 53.09, "MaLA-500 Llama 2 10B v2": 53.09,
    "YaYi Llama 2 7B": 56.71, "TowerBase Llama 2 7B": 56.33, "TowerInstruct Llama 2 7B": 57.05,
    "EMMA-500 Llama 2 7B": 63.11, "Occiglot Mistral 7B v0.1": 56.67, "BLOOM 7B": 56.89, "Aya Expanse 8B": 56.38,
    "Llama 3 8B": 61.71, "Llama 3.1 8B": 61.71, "LLaMAX Llama 3 8B Alpaca": 64.36, "Gemma 7B": 63.64,
    "Gemma 2 9B": 66.33, "Qwen 1.5 7B": 59.44, "Qwen 2 7B": 60.31, "Qwen 2.5 7B": 61.71, "Marco-LLM GLO 7B": 62.45,
    "EMMA-500 Llama 3.1 8B Bi": 67.25,
}  # fmt: skip
"""Averages of models in the authors' table of XCOPA, to two decimals."""


def write(folder: Path, name: str, heading: str, *rows: str) -> Path:
    """Write a table `name`.csv."""
    path = folder / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
    return path


def write_all(folder: Path, langs: Sequence[str] = ("swh_Latn", "hin_Deva", "tha_Thai")) -> None:
    """Write a table for each published average: scores one below it, at it and one above it."""
    for name, pair in AVERAGES.items():
        rows = [
            ",".join([model, f"{mean:.2f}", *(f"{mean + step:.2f}" for step in (-1, 0, 1)[: len(langs)])])
            for model, mean in zip((BASE, EMMA), pair, strict=True)
        ]
        write(folder, name, ",".join(["Model", "Avg", *langs]), *rows)
