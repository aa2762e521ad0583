"""What the published tables are about: benchmarks by the name of their file, and models by their many spellings."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Benchmark:
    """What a table measures."""

    name: str
    metric: str
    """In the field's words, as in the tables of `emma evaluate`."""
    task: str = ""
    """The task of `emma tasks` with the same items; empty where there is none."""
    variant: str = ""
    """The direction of translation, or how the answer was asked for; empty where all of a task's are meant."""
    own_metric: str = ""
    """The metric of `emma evaluate` that computes the same; empty: the one of the same name."""
    chance: float | None = None
    """The accuracy of guessing; None where nobody can guess."""
    items: int | None = None
    """Items in each language, where the table has no standard errors that say it."""
    higher_is_better: bool = True

    @property
    def is_accuracy(self) -> bool:
        """Whether its scores are shares of right answers."""
        return self.metric in ("accuracy", "exact match")


BENCHMARKS: Mapping[str, Benchmark] = {
    "xcopa": Benchmark("XCOPA", "accuracy", "xcopa", chance=1 / 2),
    "xstorycloze": Benchmark("XStoryCloze", "accuracy", "xstorycloze", chance=1 / 2),
    "xnli": Benchmark("XNLI", "accuracy", "xnli", chance=1 / 3),
    "sib200": Benchmark("SIB-200", "accuracy", "sib200", chance=1 / 7, items=204),
    "taxi1500": Benchmark("Taxi1500", "accuracy", "taxi1500", chance=1 / 6, items=111),
    "belebele": Benchmark("Belebele", "accuracy", "belebele", chance=1 / 4),
    "arcmultilingual": Benchmark("multilingual ARC", "accuracy", "arc_multilingual", chance=1 / 4),
    "mgsmdirect": Benchmark("MGSM direct", "exact match", "mgsm", "direct", "number_match"),
    "mgsmcot": Benchmark("MGSM chain of thought", "exact match", "mgsm", "chain of thought", "number_match"),
    "flores200xengbleu": Benchmark("FLORES-200 into English, BLEU", "BLEU", "flores200", "into eng_Latn", "spBLEU"),
    "flores200engxbleu": Benchmark("FLORES-200 from English, BLEU", "BLEU", "flores200", "from eng_Latn", "spBLEU"),
    "flores200xengchrf": Benchmark("FLORES-200 into English, chrF++", "chrF++", "flores200", "into eng_Latn"),
    "flores200engxchrf": Benchmark("FLORES-200 from English, chrF++", "chrF++", "flores200", "from eng_Latn"),
    "xlsumrouge": Benchmark("XL-Sum, ROUGE-L", "ROUGE-L", "xlsum", own_metric="ROUGE-L-whitespace"),
    "xlsumbertscore": Benchmark("XL-Sum, BERTScore", "BERTScore"),
    "massivesumlongrouge": Benchmark(
        "MassiveSumm long, ROUGE-L", "ROUGE-L", "massivesumm_long", own_metric="ROUGE-L-whitespace"
    ),
    "massivesumlongbertscore": Benchmark("MassiveSumm long, BERTScore", "BERTScore"),
    "massivesumshortrouge": Benchmark(
        "MassiveSumm short, ROUGE-L", "ROUGE-L", "massivesumm_short", own_metric="ROUGE-L-whitespace"
    ),
    "massivesumshortbertscore": Benchmark("MassiveSumm short, BERTScore", "BERTScore"),
    "ayaselfbleu": Benchmark("Aya, Self-BLEU", "Self-BLEU", higher_is_better=False),
    "ayableu": Benchmark("Aya, BLEU", "BLEU", "aya", own_metric="BLEU-13a"),
    "polywrite": Benchmark("PolyWrite, Self-BLEU", "Self-BLEU", higher_is_better=False),
    "nllglot500": Benchmark("Glot500-c, nats of a text", "nats", higher_is_better=False),
    "nllpbc": Benchmark("Parallel Bible Corpus, nats of a verse", "nats", higher_is_better=False),
}
"""By the beginning of a file's name in small letters and digits alone. Numbers of items: arXiv 2409.17892, table of its
benchmarks."""

BASELINE, MODEL = "Llama 2 7B", "EMMA-500 Llama 2 7B"
LLAMA_2, MULTILINGUAL, RECENT, EMMA = "on Llama 2", "multilingual", "recent", "EMMA-500"
"""The groups of the authors' chart of wins; the two LLaMAX on Llama 3 are in none."""

MODELS: Mapping[str, tuple[str, ...]] = {
    LLAMA_2: (
        "Llama 2 7B", "Llama 2 7B Chat", "CodeLlama 2 7B", "LLaMAX Llama 2 7B", "LLaMAX Llama 2 7B Alpaca",
        "MaLA-500 Llama 2 10B v1", "MaLA-500 Llama 2 10B v2", "YaYi Llama 2 7B", "TowerBase Llama 2 7B",
        "TowerInstruct Llama 2 7B",
    ),
    MULTILINGUAL: (
        "Occiglot Mistral 7B v0.1", "Occiglot Mistral 7B v0.1 Instruct", "BLOOM 7B", "BLOOMZ 7B", "YaYi 7B",
        "Aya 23 8B", "Aya Expanse 8B",
    ),
    RECENT: (
        "Llama 3 8B", "Llama 3.1 8B", "Gemma 7B", "Gemma 2 9B", "Qwen 1.5 7B", "Qwen 2 7B", "Qwen 2.5 7B",
        "Marco-LLM GLO 7B",
    ),
    EMMA: (MODEL,),
}  # fmt: skip
SPELLINGS: Mapping[str, str] = {
    "llama27bhf": "Llama 2 7B",
    "llama27bchathf": "Llama 2 7B Chat",
    "codellama7bhf": "CodeLlama 2 7B",
    "llamax27b": "LLaMAX Llama 2 7B",
    "llamax27balpaca": "LLaMAX Llama 2 7B Alpaca",
    "mala50010bv1": "MaLA-500 Llama 2 10B v1",
    "mala50010bv2": "MaLA-500 Llama 2 10B v2",
    "yayi7bllama2": "YaYi Llama 2 7B",
    "towerbase7bv01": "TowerBase Llama 2 7B",
    "towerinstruct7bv02": "TowerInstruct Llama 2 7B",
    "occiglot7beu5": "Occiglot Mistral 7B v0.1",
    "occiglot7beu5instruct": "Occiglot Mistral 7B v0.1 Instruct",
    "bloom7b1": "BLOOM 7B",
    "bloomz7b1": "BLOOMZ 7B",
    "metallama38b": "Llama 3 8B",
    "metallama318b": "Llama 3.1 8B",
    "qwen157b": "Qwen 1.5 7B",
    "qwen27b": "Qwen 2 7B",
    "qwen257b": "Qwen 2.5 7B",
    "marcollmglo": "Marco-LLM GLO 7B",
    "emma500llama27b": MODEL,
}
"""Spellings of other tables."""
CHECKPOINT = "global_step10000"
"""The name under which two tables have the released model; a table that has both names has two models."""
GROUP = {name: group for group, names in MODELS.items() for name in names}


def bare_name(name: str) -> str:
    """A name in small letters and digits alone."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


_KNOWN = {**SPELLINGS, **{bare_name(name): name for name in GROUP}}


def model_name(spelling: str) -> str:
    """The name that stands for all spellings of a model; a spelling that nobody listed is its own."""
    return _KNOWN.get(bare_name(spelling), spelling.strip())


def model_names(spellings: Sequence[str]) -> tuple[str, ...]:
    """The names of a table's models; where rows have one name, the later ones say how they are spelled."""
    names: list[str] = []
    for spelling in spellings:
        name = model_name(spelling)
        names.append(f"{name} ({spelling.strip()})" if name in names else name)
    return tuple(MODEL if name == CHECKPOINT and MODEL not in names else name for name in names)


def find_benchmark(stem: str) -> Benchmark:
    """What a file with this name (without suffix) is about; of one that nobody listed, no more than the name."""
    plain = re.sub(r"^MaLA evaluation - ", "", stem)
    found = [key for key in BENCHMARKS if bare_name(plain).startswith(key)]
    return BENCHMARKS[max(found, key=len)] if found else Benchmark(plain, "score")
