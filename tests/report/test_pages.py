"""The packed pages of languages: unpacked, they say what the tables say; texts give way where there is no room."""

import base64
import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from emma.report import pages
from emma.report.dropped import DroppedDocument
from emma.report.languages import LanguageRow, list_languages
from emma.report.pages import TEXTS, PageTexts, list_asked, name_itself, pack_pages
from emma.report.tables import Tables, read_tables
from emma.report.task_section import TaskSection, describe_tasks
from emma.report.tasks import read_task_tables
from emma.store.artifact import Artifact

from .synthetic import FLAG, labels, run_artifacts

Made = tuple[list[LanguageRow], Tables]


@pytest.fixture
def made(make_artifact: Callable[..., Artifact]) -> Made:
    tables = read_tables(**run_artifacts(make_artifact, labels(20)))
    return list_languages(tables), tables


def unpack(data: str) -> dict[str, Any]:
    """As DecompressionStream("deflate-raw") does."""
    found: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(data), -15))
    return found


def find_tasks(folder: Path) -> TaskSection:
    tables = read_task_tables(Artifact(folder, "evaluate"))
    assert tables is not None
    return describe_tasks(tables, folder / "tasks" / "items.parquet")


def test_a_page_says_what_the_tables_say(made: Made) -> None:
    rows, tables = made
    drop = DroppedDocument("nqo_Nkoo", "near duplicate", "messages", "ߡߐ߱ ߓߍ߯", 7)
    packed = pack_pages(rows, tables, PageTexts({"nqo_Nkoo": [drop]}))
    data = unpack(packed.data)
    at = data["langs"].index("nqo_Nkoo")
    row = next(row for row in rows if row.lang == "nqo_Nkoo")
    assert data["rows"]["gain"][at] == pytest.approx(row.gain, abs=1e-5)
    assert data["rows"]["verdict"][at] == row.verdict
    assert data["own"][at] == "ߒߞߏ"
    assert data["dropped"][at] == [["near duplicate", "messages", "ߡߐ߱ ߓߍ߯"]]
    assert sum(documents for _, _, documents, _ in data["text"][at]) == row.documents
    assert [data["sources"][source][0] for source, *_ in data["text"][at]] == ["messages"] * len(data["text"][at])
    assert len(data["samples"][at]) == 3 and all(len(sample) == 4 for sample in data["samples"][at])
    assert data["flags"][data["langs"].index("eng_Latn")] == [FLAG]
    assert (packed.texts, packed.letters) == TEXTS[0] and not packed.is_shortened


def test_each_language_has_its_own_premium_if_it_was_measured(made: Made) -> None:
    rows, tables = made
    tiers = [{**row, "premium": 1 + at / 7, "premium_from": ("script", "flores")[at % 2]}
             for at, row in enumerate(tables.tiers)]  # fmt: skip
    data = unpack(pack_pages(rows, replace(tables, tiers=tiers), PageTexts()).data)
    measured = {row["lang"]: round(row["premium"], 5) for row in tiers if row["premium_from"] == "flores"}
    assert len(measured) > 5 and data["langs"] != sorted(data["langs"])
    assert data["premium"] == [measured.get(lang) for lang in data["langs"]]


def test_of_text_that_may_not_be_passed_on_the_length_is_shown(made: Made) -> None:
    rows, tables = made
    drop = DroppedDocument("nqo_Nkoo", "near duplicate", "messages", "ߡߐ߱ ߓߍ߯", 1234)
    packed = pack_pages(rows, tables, PageTexts({"nqo_Nkoo": [drop]}, withheld=frozenset({"messages"})))
    data = unpack(packed.data)
    at = data["langs"].index("nqo_Nkoo")
    assert data["dropped"][at] == [["near duplicate", "messages", 1234]]
    sample = next(row for row in tables.samples if row["lang"] == "nqo_Nkoo")
    prompt, reference, *written = data["samples"][at][0]
    assert (prompt, reference) == (len(sample["prompt"]), len(sample["reference"]))
    assert all(isinstance(text, str) for text in written)


def test_every_list_has_an_entry_for_every_language(made: Made, task_folder: Callable[..., Path]) -> None:
    rows, tables = made
    tasks = find_tasks(task_folder())
    data = unpack(pack_pages(rows, tables, PageTexts(answers=tasks.answers), tasks).data)
    lists = [
        *data["rows"].values(),
        *(data[name] for name in data if name not in ("rows", "sources", "tasks", "models")),
    ]
    assert {len(each) for each in lists} == {len(data["langs"])}
    asked = [row.lang for row in list_asked(rows, tasks)]
    assert sorted(data["langs"]) == sorted([row.lang for row in rows] + asked) and "tha_Thai" in asked
    scripts = [lang[4:] for lang in data["langs"]]
    assert scripts == sorted(scripts)
    at = data["langs"].index("nqo_Nkoo")
    assert [data["tasks"][gain[0]][0] for gain in data["gains"][at]] == ["flores200", "global_piqa", "sib200"]
    assert len(data["answers"][at]) == 3


@pytest.mark.parametrize("share", [0.9, 0.6, 0.0])
def test_texts_give_way_where_there_is_no_room(made: Made, monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    rows, tables = made
    whole = pack_pages(rows, tables, PageTexts())
    room = int(share * len(whole.data))
    monkeypatch.setattr(pages, "PACKED_BYTES", room)
    packed = pack_pages(rows, tables, PageTexts())
    assert packed.is_shortened and len(packed.data) < len(whole.data)
    assert len(packed.data) <= room or packed.texts == 0
    longest = max((len(text) for each in unpack(packed.data)["samples"] for one in each for text in one), default=0)
    assert longest <= 2 * packed.letters + 1  # marks take no room


@pytest.mark.parametrize(
    ("lang", "name", "own"),
    [
        ("hin_Deva", "Hindi", "हिन्दी"),
        ("amh_Ethi", "Amharic", "አማርኛ"),
        ("zgh_Tfng", "Standard Moroccan Tamazight", "ⵜⴰⵎⴰⵣⵉⵖⵜ"),
        ("aaa_Latn", "Ghotuo", ""),  # CLDR has nothing in it
        ("tok_Latn", "Toki Pona", ""),  # its own name is the English one
    ],
)
def test_the_name_in_itself_is_left_out_where_it_is_the_same(lang: str, name: str, own: str) -> None:
    assert name_itself(LanguageRow(lang, name, lang[4:], "")) == own
