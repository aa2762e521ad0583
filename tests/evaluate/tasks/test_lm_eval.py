"""Tasks of lm-evaluation-harness under our engine, and the harness on our model: both find the same."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emma.errors import RecipeError, SourceError
from emma.evaluate.backends.fake import Fake
from emma.evaluate.engine.requests import Output, ScoreRequest
from emma.evaluate.tasks.data import find_folder
from emma.evaluate.tasks.lm_eval import VARIANT, HarnessTask, read_language
from emma.evaluate.tasks.registry import find_task
from emma.evaluate.tasks.task import Asking, Item
from emma.lang.language import Lang

lm_eval = pytest.importorskip("lm_eval", reason="needs the extra lm-eval")
pytestmark = pytest.mark.slow

CHOICES = [
    {"question": "ማን ነው?", "choices": ["ውሻ", "ድመት"], "label": 1},
    {"question": "ⴰⵏⵙⴰ?", "choices": ["ⴰⴳⵔⵓⵔ", "ⴰⵎⵓⵛⵛ"], "label": 0},
    {"question": "Nibo ni?", "choices": ["ilé", "ọjà"], "label": 1},
]
SUMS = [{"question": "๓ + ๔ = ?", "answer": "7"}, {"question": "2 + 2 = ?", "answer": "4"}]
COMMON = "dataset_path: json\ntest_split: test\nmetadata: {version: 1.0}\n"
CHOOSE = """
task: choose_am
output_type: multiple_choice
doc_to_text: "{{question}}"
doc_to_target: label
doc_to_choice: choices
metric_list: [{metric: acc, aggregation: mean, higher_is_better: true}, {metric: acc_norm, aggregation: mean}]
"""
SHOTS = CHOOSE.replace("choose_am", "shots_am") + "fewshot_split: test\nnum_fewshot: 1\n"
CALCULATE = """
task: calculate_th
output_type: generate_until
doc_to_text: "{{question}}"
doc_to_target: answer
repeats: 2
generation_kwargs: {until: ["\\n"], do_sample: true, temperature: 0.5, max_gen_toks: 9}
filter_list:
  - {name: first, filter: [{function: take_first}]}
  - {name: number, filter: [{function: regex, regex_pattern: "([0-9])"}, {function: take_first}]}
metric_list: [{metric: exact_match, aggregation: mean, higher_is_better: true}]
"""
ROLL = """
task: roll_yo
output_type: loglikelihood_rolling
doc_to_text: ""
doc_to_target: "{{question}}"
metric_list: [{metric: bits_per_byte}, {metric: word_perplexity}]
"""
JUDGED = CHOOSE.replace("choose_am", "judged_am").replace("aggregation: mean", "aggregation: median")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tasks of one's own with their data."""
    folder = tmp_path_factory.mktemp("lm-eval")
    for text, rows in ((CHOOSE, CHOICES), (SHOTS, CHOICES), (CALCULATE, SUMS), (ROLL, CHOICES), (JUDGED, CHOICES)):
        name = text.split()[1]
        write_rows(folder / name / "test.jsonl", rows)
        data = f"dataset_kwargs: {{data_files: {{test: {folder / name / 'test.jsonl'}}}}}"
        (folder / f"{name}.yaml").write_text(COMMON + data + text, encoding="utf-8")
    return folder


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")


def run(name: str, folder: Path, asking: Asking = Asking()) -> tuple[HarnessTask, Sequence[Item], list[Output]]:  # noqa: B008
    """The answers of the fake to a task."""
    task, backend = find_task(f"lm-eval:{name}"), Fake()
    assert isinstance(task, HarnessTask)
    (lang,) = task.languages(folder)
    data = task.read(folder, lang)
    requests = [task.ask(item, lang, data, asking)[VARIANT] for item in data.items]
    return task, data.items, [backend.answer(backend.prepare(each)) for each in requests]


def scores(name: str, folder: Path) -> dict[str, float]:
    task, items, outputs = run(name, folder)
    metrics = task.metrics(VARIANT, task.lang, Asking())
    return {metric.name: float(metric.total(metric.statistics(items, outputs).sum(0))) for metric in metrics}


def harness_scores(name: str, folder: Path) -> dict[str, float]:
    """What the harness finds by itself, on our model as its own."""
    from emma.evaluate.backends.lm_eval import EmmaModel

    manager = lm_eval.tasks.TaskManager(include_path=str(folder), include_defaults=False)
    found = lm_eval.simple_evaluate(EmmaModel(Fake()), tasks=[name], task_manager=manager)
    rows = found["results"][name].items()
    return {key.removesuffix(",none"): value for key, value in rows if "," in key and "stderr" not in key}


@pytest.mark.parametrize("name", ["choose_am", "shots_am", "calculate_th", "roll_yo"])
def test_scores_are_those_of_the_harness(name: str, folder: Path) -> None:
    ours, theirs = scores(name, folder), harness_scores(name, folder)
    assert ours.keys() == theirs.keys() and len(ours) == 2
    assert all(ours[metric] == pytest.approx(theirs[metric]) for metric in ours)


def test_choices_of_a_document_are_one_request_with_its_examples(folder: Path) -> None:
    task = find_task("lm-eval:shots_am")
    data = task.read(folder, Lang("amh", "Ethi"))
    (request,) = task.ask(data.items[0], Lang("amh", "Ethi"), data, Asking())[VARIANT]
    assert isinstance(request, ScoreRequest) and request.choices == (" ውሻ", " ድመት")
    assert request.prompt.text.endswith("ማን ነው?") and len(request.prompt.text) > len("ማን ነው?")
    assert data.items[0].gold == 1 and data.items[0].texts == ("ማን ነው?",) and task.chance(VARIANT, data.items[0]) == 0.5
    plain = task.ask(data.items[0], Lang("amh", "Ethi"), data, Asking(shots=2))[VARIANT][0]
    assert plain.prompt.text.count("?") == 3


def test_samples_have_seeds_of_their_own(folder: Path) -> None:
    task, items, outputs = run("calculate_th", folder)
    requests = task.ask(items[0], task.lang, task.read(folder, task.lang), Asking())[VARIANT]
    settings = [(each.seed, each.max_tokens, each.stop, each.temperature) for each in requests]  # type: ignore[union-attr]
    assert settings == [(0, 9, ("\n",), 0.5), (1, 9, ("\n",), 0.5)]
    assert [len(output) for output in outputs] == [2, 2] and task.chance(VARIANT, items[0]) is None


def test_metrics_are_drawn_again_like_any(folder: Path) -> None:
    task, items, outputs = run("roll_yo", folder)
    (bits, _) = task.metrics(VARIANT, task.lang, Asking())
    statistics = bits.statistics(items, outputs)
    drawn = bits.total(np.stack([statistics.sum(0), statistics[[0, 0, 1]].sum(0), np.zeros(2)]))
    assert drawn.shape == (3,) and np.isnan(drawn[2]) and not bits.higher_is_better and bits.highest is None
    assert drawn[0] == pytest.approx(-statistics[:, 0].sum() / statistics[:, 1].sum() / np.log(2))


def test_metrics_that_are_no_means_are_refused(folder: Path) -> None:
    with pytest.raises(RecipeError, match="are no means over items"):
        scores("judged_am", folder)


def test_a_task_that_is_none_and_data_that_is_not_here(folder: Path) -> None:
    with pytest.raises(RecipeError, match=r"no task 'chose_am'.*Did you mean 'choose_am'"):
        HarnessTask("chose_am").read(folder, Lang("amh", "Ethi"))
    with pytest.raises(SourceError, match=r"xcopa_sw could not be read.*Nothing is downloaded unasked"):
        HarnessTask("xcopa_sw").read(folder, Lang("swh", "Latn"))
    with pytest.raises(RecipeError, match=r"run task by task. Did you mean 'xcopa_"):
        HarnessTask("xcopa").read(folder, Lang("swh", "Latn"))


def test_another_release_of_the_harness_is_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emma.evaluate.tasks.lm_eval.version", lambda _: "0.4.13.dev1")
    assert HarnessTask("xcopa_sw").info.version == 413


def test_no_folder_of_data_is_needed(tmp_path: Path) -> None:
    assert find_folder(HarnessTask("xcopa_sw").info, tmp_path) == tmp_path / "lm-eval"


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("belebele_swh_Latn", "swh_Latn"),
        ("xcopa_th", "tha_Thai"),
        ("mgsm_direct_te", "tel_Telu"),
        ("arc_easy", "und_Zyyy"),
        ("mmlu_professional_law", "und_Zyyy"),
        ("piqa", "und_Zyyy"),
    ],
)
def test_the_language_is_read_off_the_name_where_it_says_one(name: str, label: str) -> None:
    assert read_language(name).label == label
    assert HarnessTask(f"{name}@nqo_Nkoo").lang.label == "nqo_Nkoo"
