"""The same requests under our engine and under the harness's own model: log-likelihoods, texts and scores are equal."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer
from tokenizers.processors import TemplateProcessing

from emma.evaluate.config import EvaluateConfig
from emma.evaluate.tasks.lm_eval import VARIANT, HarnessTask, build_instances, load_task
from emma.evaluate.tasks.task import Asking

lm_eval = pytest.importorskip("lm_eval", reason="needs the extra lm-eval")
pytestmark = pytest.mark.slow

# Made-up documents in the layout of each task's data set.
XCOPA = [
    {"premise": "Mtoto alilia.", "question": "cause", "choice1": "Alianguka.", "choice2": "Alilala.", "label": 0},
    {"premise": "Mvua ilinyesha.", "question": "effect", "choice1": "Alikula.", "choice2": "Alilowa.", "label": 1},
]
XNLI = [
    {"premise": "Paka amelala.", "hypothesis": "Mnyama amelala.", "label": 0},
    {"premise": "Paka amelala.", "hypothesis": "Paka anakimbia.", "label": 2},
]
ANSWERS = {f"mc_answer{number}": text for number, text in enumerate(("ቤት", "ዛፍ", "ወንዝ", "ተራራ"), 1)}
BELEBELE = [{"flores_passage": "ሰው ወደ ቤት ሄደ።", "question": "ወዴት ሄደ?", "correct_answer_num": "1", **ANSWERS}]
SIB = [
    {"index_id": "1", "category": "sports", "text": "Ẹgbẹ́ náà borí."},
    {"index_id": "2", "category": "health", "text": "Ó ṣàìsàn."},
]
MGSM = [{"question": "มีแอปเปิล ๓ ผล ซื้อเพิ่ม ๔ ผล", "answer": None, "answer_number": 7, "equation_solution": None}]
DATA: Mapping[str, tuple[str, Sequence[Mapping[str, Any]]]] = {
    "xcopa_sw": ("test", XCOPA),
    "xnli_sw": ("validation", XNLI),
    "belebele_amh_Ethi": ("test", BELEBELE),
    "sib_yor_prompt_1": ("test", SIB),
    "mgsm_direct_th": ("test", MGSM),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data of the harness's own tasks, as it lies in a folder."""
    folder = tmp_path_factory.mktemp("lm-eval")
    for name, (split, rows) in DATA.items():
        for other in {split, "validation", "train"}:
            path = folder / name / f"{other}.jsonl"
            path.parent.mkdir(exist_ok=True)
            path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")
    return folder


@pytest.fixture
def model(make_model: Callable[..., Path]) -> Path:
    """A random model whose tokenizer puts the beginning-of-text token before a text by itself."""
    folder = make_model("parity", num_key_value_heads=2, num_hidden_layers=2, max_position_embeddings=2048) / "model"
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.post_processor = TemplateProcessing("<s> $A", special_tokens=[("<s>", 1)])
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


@cache
def harness_model(folder: Path) -> Any:
    from lm_eval.models.huggingface import HFLM

    return HFLM(pretrained=str(folder), device="cpu", dtype="float32", batch_size=2, add_bos_token=True)


def ask_both(name: str, folder: Path, model: Path) -> tuple[list[Any], list[Any]]:
    """Responses to the requests of a task, from our model and from the harness's."""
    from emma.evaluate.backends.hf import HuggingFace
    from emma.evaluate.backends.lm_eval import EmmaModel

    instances = [each for found in build_instances(load_task(name, folder), None).values() for each in found]
    ours = EmmaModel(HuggingFace(model, EvaluateConfig(precision="fp32", device="cpu")))
    method = instances[0].request_type
    return getattr(ours, method)(instances), getattr(harness_model(model), method)(instances)


@pytest.mark.parametrize("name", ["xcopa_sw", "xnli_sw", "belebele_amh_Ethi", "sib_yor_prompt_1"])
def test_log_likelihoods_are_those_of_the_harness(name: str, folder: Path, model: Path) -> None:
    ours, theirs = ask_both(name, folder, model)
    assert len(ours) >= 4
    for (mine, is_greedy), (other, was_greedy) in zip(ours, theirs, strict=True):
        assert mine == pytest.approx(other, abs=1e-4) and is_greedy == was_greedy


def test_texts_are_those_of_the_harness(folder: Path, model: Path) -> None:
    ours, theirs = ask_both("mgsm_direct_th", folder, model)
    assert ours == theirs and ours[0]


def test_scores_of_a_task_are_those_of_the_harness(folder: Path, model: Path) -> None:
    from emma.evaluate.backends.hf import HuggingFace

    task, backend = HarnessTask("xcopa_sw"), HuggingFace(model, EvaluateConfig(precision="fp32", device="cpu"))
    data = task.read(folder, task.lang)
    requests = [task.ask(item, task.lang, data, Asking())[VARIANT] for item in data.items]
    outputs = [backend.answer(backend.prepare(each)) for each in requests]
    (accuracy,) = task.metrics(VARIANT, task.lang, Asking())
    score = float(accuracy.total(accuracy.statistics(data.items, outputs).sum(0)))
    harness = load_task("xcopa_sw", folder)
    likelihoods = harness_model(model).loglikelihood(
        [each for n in range(2) for each in build_instances(harness, None)[n]]
    )
    expected = [harness.process_results(doc, likelihoods[2 * n : 2 * n + 2])["acc"] for n, doc in enumerate(XCOPA)]
    assert score == sum(expected) / 2
