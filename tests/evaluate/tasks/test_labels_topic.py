"""SIB-200 and Taxi1500."""

from pathlib import Path

import pytest

from emma.evaluate.engine.requests import ScoreRequest
from emma.evaluate.tasks.registry import find_task
from emma.evaluate.tasks.task import Asking
from emma.lang.language import Lang

EWE = Lang("ewe", "Latn")
DATA = Path(__file__).parents[4] / "shared/data/bench"


@pytest.fixture
def sib200(tmp_path: Path) -> Path:
    for lang, text in (("ewe_Latn", "Nyatakaka"), ("dzo_Tibt", "གནས་ཚུལ།")):
        for split in ("train", "test"):
            rows = [
                f"{number}\t{label}\t{text} {number}" for number, label in enumerate(("travel", "health", "sports"))
            ]
            (tmp_path / lang).mkdir(exist_ok=True)
            (tmp_path / lang / f"{split}.tsv").write_text("\n".join(["index_id\tcategory\ttext", *rows]), "utf-8")
    return tmp_path


def test_the_published_prompt(sib200: Path) -> None:
    """As the scripts of EMMA-500 write it: a newline after "is", where examples have a space and the label."""
    task = find_task("sib200")
    data = task.read(sib200, EWE)
    (request,) = task.ask(data.items[0], EWE, data, Asking(mode="paper"))["cloze"]
    assert isinstance(request, ScoreRequest) and request.part == "last_token"
    lines = request.prompt.text.split("\n")
    assert lines[0] == (
        "Topic Classification: science/technology, travel, politics, sports, health, entertainment, geography."
    )
    assert lines[1] == lines[-1] == ""
    assert sorted(lines[2:5]) == [
        'The topic of the news "Nyatakaka 0" is travel',
        'The topic of the news "Nyatakaka 1" is health',
        'The topic of the news "Nyatakaka 2" is sports',
    ]
    assert lines[5:] == ['The topic of the news "Nyatakaka 0" is', ""]


def test_the_sound_prompt_scores_whole_labels(sib200: Path) -> None:
    task = find_task("sib200")
    data = task.read(sib200, EWE)
    (request,) = task.ask(data.items[0], EWE, data, Asking())["cloze"]
    assert isinstance(request, ScoreRequest) and request.part == "whole"
    assert request.prompt.query == 'The topic of the news "Nyatakaka 0" is'
    assert request.choices[0] == " science/technology"


def test_languages_share_examples_and_clusters(sib200: Path) -> None:
    """One sentence in all languages is one draw, and the same sentences are examples."""
    task, seen = find_task("sib200"), []
    for lang in task.languages(sib200):
        data = task.read(sib200, lang)
        (request,) = task.ask(data.items[0], lang, data, Asking())["cloze"]
        seen.append(([item.cluster for item in data.items], [shot.split()[-1] for shot in request.prompt.shots]))
    assert len(seen) == 2 and seen[0] == seen[1]


def test_a_label_outside_the_set_is_a_reject(sib200: Path) -> None:
    path = sib200 / "ewe_Latn/test.tsv"
    path.write_text(path.read_text("utf-8").replace("travel", "travels"), "utf-8")
    data = find_task("sib200").read(sib200, EWE)
    assert len(data.items) == 2
    assert data.rejects[0].reason.startswith("'travels' is none of science/technology, travel")


def test_verses_of_any_bible(tmp_path: Path) -> None:
    folder = tmp_path / "taxi1500_labels"
    folder.mkdir()
    (folder / "test.tsv").write_text("verse_id\tlabel\n41001001\tGrace\n41001002\tSin\n66018007\tFaith\n", "utf-8")
    (folder / "train.tsv").write_text("verse_id\tlabel\n41001003\tViolence\n", "utf-8")
    (tmp_path / "bibles").mkdir()
    for name, text in (("ewe_Latn.tsv", "nya"), ("chr_Cher.tsv", "ᎧᏃᎮᏛ")):
        verses = [f"410010{number:02}\t{text} {number}" for number in (1, 2, 3)]
        (tmp_path / "bibles" / name).write_text("\n".join(["verse_id\ttext", *verses]), "utf-8")
    task = find_task("taxi1500")
    assert task.languages(folder) == [Lang("chr", "Cher"), EWE]
    data = task.read(folder, Lang("chr", "Cher"))
    assert [(item.id, item.fields["text"], item.gold) for item in data.items] == [
        ("41001001", "ᎧᏃᎮᏛ 1", 4),
        ("41001002", "ᎧᏃᎮᏛ 2", 3),
    ]
    assert [reject.reason for reject in data.rejects] == ["no Bible of chr_Cher has its verse 66018007"]
    published = task.ask(data.items[0], EWE, data, Asking(mode="paper"))["cloze"][0].prompt.text
    assert published.endswith('The topic of the verse "ᎧᏃᎮᏛ 3" is Violence\nThe label of "ᎧᏃᎮᏛ 1" is\n')


@pytest.mark.skipif(not (DATA / "sib200").is_dir(), reason="needs the data of SIB-200")
def test_all_of_sib200() -> None:
    """Every sentence of every language is an item; ajp and apc are one language today."""
    task, folder = find_task("sib200"), DATA / "sib200"
    sizes = {lang.label: len(task.read(folder, lang).items) for lang in task.languages(folder)}
    assert len(sizes) == 122
    assert {label: size for label, size in sizes.items() if size != 204} == {"apc_Arab": 408}
