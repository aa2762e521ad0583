"""Benchmarks of a run that never was, in many scripts: choices, translations, and one written in each language."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from emma.evaluate.engine.requests import GenerateRequest, Prompt, ScoreAnswer, ScoreRequest, TextAnswer
from emma.evaluate.metrics.accuracy import accuracy
from emma.evaluate.metrics.measures import TaskAnswers
from emma.evaluate.metrics.statistics import Resampling
from emma.evaluate.metrics.translation import chrf
from emma.evaluate.results import write_task_tables
from emma.evaluate.tasks.task import Item, TaskInfo
from emma.lang.language import Lang
from emma.store import shards

SENTENCES = {
    "amh_Ethi": "የሰው ልጅ ሁሉ ሲወለድ ነጻና በክብርና በመብትም እኩልነት ያለው ነው",
    "arb_Arab": "يولد جميع الناس أحراراً متساوين في الكرامة والحقوق",
    "cmn_Hans": "人人生而自由，在尊严和权利上一律平等",
    "eng_Latn": "All human beings are born free and equal in dignity and rights",
    "hin_Deva": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है",
    "khm_Khmr": "មនុស្សទាំងអស់ កើតមកមានសេរីភាព និងសមភាព ក្នុងផ្នែកសេចក្ដីថ្លៃថ្នូរនិងសិទ្ធិ",
    "nqo_Nkoo": "ߡߐ߱ ߓߍ߯ ߘߐ߱ ߡߐߦߊ ߢߌ߫ ߤߐ߬ߙߐ߲߬ߧߊ߬",
    "tha_Thai": "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ",
    "yor_Latn": "Gbogbo ènìyàn ni a bí ní òmìnira; iyì àti ẹ̀tọ́ kọ̀ọ̀kan sì dọ́gba",
    "zgh_Tfng": "ⴰⵔ ⴷ ⵜⵜⵍⴰⵍⴰⵏ ⵎⵉⴷⴷⵏ ⴳⴰⵏ ⵉⵍⵍⵉⵍⵏ ⵎⴳⴰⴷⴷⴰⵏ",
}
TIERS = {lang: ("high" if lang in ("arb_Arab", "cmn_Hans", "eng_Latn", "hin_Deva") else "low") for lang in SENTENCES}
LABELS = (" science", " travel", " politics")
TOPIC = TaskInfo("sib200", 1, "SIB-200", "topic", False, "CC-BY-SA-4.0", "made up", "sib200", 3)
TRANSLATION = TaskInfo("flores200", 1, "FLORES-200", "translation", False, "CC-BY-SA-4.0", "made up", "flores200", 3)
NATIVE = TaskInfo("global_piqa", 1, "Global PIQA", "commonsense", True, "CC-BY-SA-4.0", "made up", "global_piqa")
SKILL = {"base": 0.42, "other": 0.55, "adapted": 0.68}
"""Share of items that each model has right; English the other way round."""


def write_tasks(folder: Path, models: tuple[str, ...] = ("base", "adapted"), items: int = 40) -> None:
    """The tables of `emma.evaluate.results`, in `folder/tasks`."""
    answers = [each for model in models for each in answer_all(model, items)]
    baseline = "base" if "base" in models else None
    groupings = {"tier": TIERS}
    write_losses(folder / "tasks")
    write_task_tables(answers, folder / "tasks", baseline=baseline, groupings=groupings, resampling=Resampling(100))


def write_losses(folder: Path) -> None:
    """A language that no benchmark has, and a row that is no item."""
    folder.mkdir(parents=True)
    absent, reject = {"task": "sib200", "lang": "ewe_Latn"}, {"file": "dev.tsv", "row": 3, "reason": "no label"}
    shards.write(folder / "absent.parquet", pa.Table.from_pylist([absent]))
    shards.write(folder / "rejects.parquet", pa.Table.from_pylist([{**absent, **reject}]))


def answer_all(model: str, items: int) -> Iterator[TaskAnswers]:
    """Every task in every language; N'Ko has three items."""
    for number, (label, sentence) in enumerate(SENTENCES.items()):
        lang, count = Lang.parse(label), 3 if label == "nqo_Nkoo" else items
        random = np.random.default_rng([number, count])
        ease = random.random(count)
        right = ease < (SKILL[model] if label != "eng_Latn" else 1.05 - SKILL[model])
        yield choose(model, TOPIC, lang, sentence, right, clean=[at % 4 > 0 for at in range(count)])
        yield choose(model, NATIVE, lang, sentence, right[: count // 2])
        yield translate(model, lang, sentence, right)


def choose(model: str, info: TaskInfo, lang: Lang, sentence: str, right: Any, **more: Any) -> TaskAnswers:
    """Items whose gold is the second label."""
    items = [Item(str(number), 1) for number in range(len(right))]
    prompt = Prompt(
        f"The topic of the news «{sentence}» is", (f"The topic of the news «{sentence[::-1]}» is science\n",)
    )
    outputs = [[ScoreAnswer((2.0, 1.0 if good else 3.0, 2.5), (1,) * 3, (False,) * 3, 1)] for good in right]
    requests = [[ScoreRequest(prompt, LABELS)]] * len(items)
    chances = [1 / 3] * len(items)
    return TaskAnswers(model, info, lang, "cloze", items, requests, outputs, (accuracy(),), chances, **more)


def translate(model: str, lang: Lang, sentence: str, right: Any) -> TaskAnswers:
    """Sentences of which some words are missing, or all."""
    golds = [f"{sentence} {number}" for number in range(len(right))]
    items = [Item(str(number), gold) for number, gold in enumerate(golds)]
    texts = [
        gold if good else gold[: len(gold) // 3] if at % 5 else ""
        for at, (gold, good) in enumerate(zip(golds, right, strict=True))
    ]
    outputs = [[TextAnswer(text, 5, "stop")] for text in texts]
    requests = [[GenerateRequest(Prompt("Translate from English: All human beings are born free.\n"), 99)]] * len(items)
    langs = [None if not text else lang.label for text in texts]
    variant = "from eng_Latn"
    return TaskAnswers(model, TRANSLATION, lang, variant, items, requests, outputs, (chrf(),), answer_langs=langs)
