"""NusaX and AfriSenti."""

from pathlib import Path

from emma.evaluate.tasks.registry import find_task
from emma.evaluate.tasks.task import Asking
from emma.lang.language import Lang


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def test_languages_by_their_english_names(tmp_path: Path) -> None:
    for name in ("toba_batak", "acehnese", "english"):
        write(tmp_path, f"sentiment/{name}/test.csv", 'id,text,label\n7,"bagus, sekali",positive\n')
    task = find_task("nusax")
    assert [lang.label for lang in task.languages(tmp_path)] == ["ace_Latn", "bbc_Latn", "eng_Latn"]
    data = task.read(tmp_path, Lang("bbc", "Latn"))
    assert (data.items[0].cluster, data.items[0].gold) == ("7", 2)
    (request,) = task.ask(data.items[0], Lang("bbc", "Latn"), data, Asking())["cloze"]
    assert request.prompt.text == (
        'Sentiments: negative, neutral, positive.\n\nThe sentiment of the text "bagus, sekali" is'
    )


def test_tweets_with_and_without_ids(tmp_path: Path) -> None:
    write(tmp_path, "data/amh/amh_test.tsv", "ID\ttweet\tlabel\namh_1\tጥሩ ነው\tpositive\n")
    write(tmp_path, "data/arq/test.tsv", "tweet\tlabel\n@user مليح\tneutral\n@user\t\n")
    task = find_task("afrisenti")
    assert [lang.label for lang in task.languages(tmp_path)] == ["amh_Ethi", "arq_Arab"]
    assert task.read(tmp_path, Lang("amh", "Ethi")).items[0].id == "amh_1"
    data = task.read(tmp_path, Lang("arq", "Arab"))
    assert [item.id for item in data.items] == ["1"]
    assert data.rejects[0].reason == "its 'label' is empty"
