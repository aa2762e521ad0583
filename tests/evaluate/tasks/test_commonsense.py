"""XCOPA, XStoryCloze, XWinograd and Global PIQA, beside lm-evaluation-harness where it has them."""

from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import orjson
import pytest

from emma.evaluate.engine.requests import ScoreRequest
from emma.evaluate.tasks.registry import find_task
from emma.evaluate.tasks.task import Asking
from emma.lang.language import Lang

CAUSES = {
    "th": ("ชายคนนั้นเปิดก๊อกน้ำ", "น้ำไหลออกมา", "โถส้วมเต็ม", "tha_Thai"),
    "zh": ("男人打开了水龙头。", "水流出来了。", "马桶满了。", "zho_Hans"),
    "tr": ("Isı arttı.", "İp koptu.", "Işık yandı.", "tur_Latn"),
    "sw": ("Mwanaume alifungua bomba.", "Maji yalitiririka.", "Choo kilijaa.", "swa_Latn"),
    "ta": ("மனிதன் குழாயைத் திறந்தான்.", "தண்ணீர் வந்தது.", "கழிப்பறை நிரம்பியது.", "tam_Taml"),
}


def open_peer(task: str) -> Any:
    """The module that writes a task's prompts in lm-evaluation-harness; the package itself takes seconds to import."""
    if (package := find_spec("lm_eval")) is None or package.origin is None:
        pytest.skip("needs the peer by which the published scores were made")
    path = Path(package.origin).parent / "tasks" / task / "utils.py"
    spec = spec_from_file_location(f"{task}_utils", path)
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_causes(folder: Path) -> Path:
    for code, (premise, first, second, _) in CAUSES.items():
        rows = [
            {"premise": premise, "choice1": first, "choice2": second, "question": asked, "label": 1, "idx": number}
            for number, asked in enumerate(("effect", "cause"))
        ]
        (folder / code).mkdir()
        (folder / code / f"test.{code}.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)) + b"\n")
    return folder


@pytest.mark.parametrize("code", CAUSES)
def test_published_causes_are_those_of_lm_eval(tmp_path: Path, code: str) -> None:
    peer = open_peer("xcopa")
    task, lang = find_task("xcopa"), Lang.parse(CAUSES[code][3])
    data = task.read(write_causes(tmp_path), lang)
    for item in data.items:
        (request,) = task.ask(item, lang, data, Asking(mode="paper"))["cloze"]
        row: dict[str, Any] = {
            "premise": item.fields["text"],
            "question": {"because": "cause", "so": "effect"}[item.fields["connector"]],
            "choice1": item.fields["choices"][0],
            "choice2": item.fields["choices"][1],
        }
        assert isinstance(request, ScoreRequest)
        assert request.prompt.text == getattr(peer, f"doc_to_text_{code}")(row)
        assert request.choices == tuple(f" {choice}" for choice in peer.doc_to_choice(row))


@pytest.mark.parametrize(
    ("label", "texts"),
    [
        ("tha_Thai", ("ชายคนนั้นเปิดก๊อกน้ำดังนั้น", "น้ำไหลออกมา")),
        ("zho_Hans", ("男人打开了水龙头所以", "水流出来了。")),
        ("tur_Latn", ("Isı arttı bu yüzden", " ip koptu.")),
        ("swa_Latn", ("Mwanaume alifungua bomba kwa hiyo", " maji yalitiririka.")),
    ],
)
def test_sound_causes_read_as_the_language_is_written(tmp_path: Path, label: str, texts: tuple[str, str]) -> None:
    """No space where the script has none, no letter lost where there is no full stop, Turkish case."""
    task, lang = find_task("xcopa"), Lang.parse(label)
    data = task.read(write_causes(tmp_path), lang)
    (request,) = task.ask(data.items[0], lang, data, Asking())["cloze"]
    assert isinstance(request, ScoreRequest)
    assert (request.prompt.text, request.choices[0]) == texts


def test_parallel_causes_are_one_draw(tmp_path: Path) -> None:
    task, folder = find_task("xcopa"), write_causes(tmp_path)
    clusters = [[item.cluster for item in task.read(folder, lang).items] for lang in task.languages(folder)]
    assert clusters == [["0", "1"]] * len(CAUSES)


@pytest.mark.parametrize("original", [True, False])
def test_stories_by_either_names_of_columns(tmp_path: Path, original: bool) -> None:
    hub = [*(f"input_sentence_{number}" for number in range(1, 5)), "sentence_quiz1", "sentence_quiz2"]
    own = [
        *(f"InputSentence{number}" for number in range(1, 5)),
        "RandomFifthSentenceQuiz1",
        "RandomFifthSentenceQuiz2",
    ]
    header = ["InputStoryid", *own, "AnswerRightEnding"] if original else ["story_id", *hub, "answer_right_ending"]
    row = ["s1", "他醒了。", "他起床。", "他吃饭。", "他出门。", "他上班。", "他睡觉。", "2"]
    for split in ("eval", "train"):
        table = "\n".join(("\t".join(header), "\t".join(row)))
        (tmp_path / f"spring2016.val.zh.tsv.split_20_80_{split}.tsv").write_text(table, "utf-8")
    task, lang = find_task("xstorycloze"), Lang("zho", "Hans")
    data = task.read(tmp_path, lang)
    sound, published = (
        task.ask(data.items[0], lang, data, Asking(mode=mode))["cloze"][0] for mode in ("sound", "paper")
    )
    assert sound.prompt.text == "他醒了。他起床。他吃饭。他出门。"
    assert published.prompt.text == "他醒了。 他起床。 他吃饭。 他出门。"
    assert isinstance(published, ScoreRequest) and published.choices == (" 他上班。", " 他睡觉。")
    assert data.items[0].gold == 1 and len(data.pool) == 1


def test_schemas_are_those_of_lm_eval(tmp_path: Path) -> None:
    rows = [
        {
            "sentence": "The cup does not fit the bag, _ is too big.",
            "option1": "it",
            "option2": "the bag",
            "answer": "1",
        },
        {"sentence": "杯子放不进包里，_太大了。", "option1": "杯子", "option2": "包", "answer": "1"},
        {"sentence": "no gap", "option1": "a", "option2": "b", "answer": "2"},
    ]
    (tmp_path / "test").mkdir()
    (tmp_path / "test/jp.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    task, lang = find_task("xwinograd"), Lang("jpn", "Jpan")
    assert task.languages(tmp_path) == [lang]
    data = task.read(tmp_path, lang)
    assert [reject.reason for reject in data.rejects] == ["its sentence has no gap, or nothing follows it"]
    sound = task.ask(data.items[1], lang, data, Asking())["cloze"]
    assert [(each.prompt.text, each.choices) for each in sound if isinstance(each, ScoreRequest)] == [
        ("杯子放不进包里，杯子", ("太大了。",)),
        ("杯子放不进包里，包", ("太大了。",)),
    ]
    peer = open_peer("xwinograd")
    for item, row in zip(data.items, rows, strict=False):
        published = task.ask(item, lang, data, Asking(mode="paper"))["cloze"]
        assert [each.prompt.text for each in published] == peer.doc_to_choice(row)
        assert {each.choices for each in published if isinstance(each, ScoreRequest)} == {
            (f" {peer.doc_to_target(row)}",)
        }


def test_varieties_of_one_language_are_put_together(tmp_path: Path) -> None:
    header = "prompt\tsolution0\tsolution1\tlabel\n"
    (tmp_path / "data").mkdir()
    for name in ("apc_arab_leba", "apc_arab_syri", "tha_thai"):
        (tmp_path / f"data/nonparallel_{name}.tsv").write_text(f"{header}ا {name}\tب\tج\t1\n", "utf-8")
    task = find_task("global_piqa")
    assert [lang.label for lang in task.languages(tmp_path)] == ["apc_Arab", "tha_Thai"]
    items = task.read(tmp_path, Lang("apc", "Arab")).items
    assert [item.fields["text"] for item in items] == ["ا apc_arab_leba", "ا apc_arab_syri"]
    assert len({item.id for item in items}) == 2
