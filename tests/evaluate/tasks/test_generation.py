"""How items are asked for text: examples, seeds, and how much may be written."""

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from emma.evaluate.engine.requests import GenerateRequest
from emma.evaluate.tasks.data import Layout
from emma.evaluate.tasks.generation import SLACK, Form, TextTask, make_metric
from emma.evaluate.tasks.rows import Row
from emma.evaluate.tasks.task import Asking, Item, TaskInfo
from emma.lang.language import Lang
from tests.evaluate.tasks.files import dump_lines, write

KHMER, TIFINAGH = Lang("khm", "Khmr"), Lang("zgh", "Tfng")
INFO = TaskInfo("riddles", 1, "Riddles", "riddles", True, "CC0", "example.org", "riddles", shots=2)


def make(row: Row) -> Item:
    question, answer = row.text("q"), row.text("a")
    return Item(str(row.number), answer, {"q": question}, (question, answer))


TASK = TextTask(
    INFO,
    Layout(("{lang}/{split}.jsonl", "{lang}.jsonl")),
    make,
    {"direct": Form("Q in {language}: {q}\nA:", max_tokens=100)},
    ("exact_match",),
    {"direct": Form("{q}?", max_tokens=64, stop=())},
)


def dump(*answers: str) -> str:
    return dump_lines([{"q": f"ក {{{number}}}", "a": answer} for number, answer in enumerate(answers)])


def ask(folder: Path, asking: Asking, number: int = 0, lang: Lang = KHMER) -> tuple[GenerateRequest, ...]:
    data = TASK.read(folder, lang)
    return cast(tuple[GenerateRequest, ...], TASK.ask(data.items[number], lang, data, asking)["direct"])


def test_examples_of_another_split_stand_before_the_question(tmp_path: Path) -> None:
    write(tmp_path, {"khm_Khmr/test.jsonl": dump("ខ", "គ"), "khm_Khmr/train.jsonl": dump("ឃ", "ង", "ច")})
    prompt = ask(tmp_path, Asking())[0].prompt
    # What is in the data is text, braces too.
    assert prompt.query == "Q in Khmer: ក {0}\nA:"
    assert len(prompt.shots) == 2
    assert all(shot.startswith("Q in Khmer: ក {") and shot.endswith("\n\n") for shot in prompt.shots)
    assert prompt.shots == ask(tmp_path, Asking(), 1)[0].prompt.shots


def test_where_there_is_no_other_split_an_item_is_never_its_own_example(tmp_path: Path) -> None:
    write(tmp_path, {"khm_Khmr.jsonl": dump("ខ", "គ", "ឃ")})
    for mode in ("sound", "paper"):
        for number, answer in enumerate("ខគឃ"):
            prompt = ask(tmp_path, replace(Asking(), mode=mode), number)[0].prompt
            assert answer not in "".join(prompt.shots)
    assert [len(ask(tmp_path, Asking(shots=shots))[0].prompt.shots) for shots in (0, 1, 2, 9)] == [0, 1, 2, 2]


def test_no_answer_is_cut_shorter_than_the_longest_reference_in_bytes(tmp_path: Path) -> None:
    write(tmp_path, {"khm_Khmr.jsonl": dump("ខ", "គគគគ"), "zgh_Tfng.jsonl": dump("ⴰ")})
    assert {ask(tmp_path, Asking(), number)[0].max_tokens for number in (0, 1)} == {12 + SLACK}
    assert ask(tmp_path, Asking(), lang=TIFINAGH)[0].max_tokens == 3 + SLACK
    assert ask(tmp_path, Asking(mode="paper"))[0].max_tokens == 64
    write(tmp_path, {"khm_Khmr.jsonl": dump("ខ" * 500)})
    assert ask(tmp_path, Asking())[0].max_tokens == 100


def test_one_sample_is_greedy_and_several_are_drawn_by_seeds_of_their_own(tmp_path: Path) -> None:
    write(tmp_path, {"khm_Khmr.jsonl": dump("ខ", "គ")})
    assert [request.temperature for request in ask(tmp_path, Asking())] == [0.0]
    requests = [*ask(tmp_path, Asking(samples=3)), *ask(tmp_path, Asking(samples=3), 1)]
    assert len({request.seed for request in requests}) == 6
    assert {(request.temperature, request.top_p) for request in requests} == {(0.6, 0.9)}
    assert all(0 <= request.seed < 1 << 31 for request in requests)
    # A sample more changes none of those that were there.
    assert ask(tmp_path, Asking(samples=4))[:3] == tuple(requests[:3])
    assert ask(tmp_path, Asking(samples=3, seed=1))[0].seed != requests[0].seed


def test_the_published_protocol_draws_and_stops_nowhere(tmp_path: Path) -> None:
    write(tmp_path, {"khm_Khmr.jsonl": dump("ខ")})
    (request,) = ask(tmp_path, Asking(mode="paper"))
    assert (request.prompt.text, request.temperature, request.stop) == ("ក {0}?", 0.6, ())


@pytest.mark.parametrize(
    "name", ["chrF++", "BLEU", "BLEU-13a", "ROUGE-L", "Self-BLEU", "f1", "exact_match", "number_match"]
)
def test_metrics_have_their_names(name: str) -> None:
    pytest.importorskip("sacrebleu")
    metric = make_metric(name, KHMER, Asking())
    assert metric.name.startswith(name)
    published = make_metric(name, KHMER, Asking(mode="paper"))
    if name not in ("f1", "exact_match", "number_match"):
        assert "empty:dropped" in published.signature
        assert "empty:counted" in metric.signature
