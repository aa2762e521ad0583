"""What a person reads before and after a push."""

from pathlib import Path
from typing import Any

from emma.pipeline.hub.push import Pushed
from emma.pipeline.hub.run import Push
from emma.pipeline.hub.show import render_push, render_pushed
from emma.pipeline.hub.uploads import Upload
from emma.pipeline.released import Released, Withheld

FILES = {"README.md": 2_000, "data/tha_Thai/train.parquet": 3_000, "data/yor_Latn/test.parquet": 4_000}


def make_push(**facts: Any) -> Push:
    """A push of a data set alone."""
    withheld = (Withheld("lent", "CC-BY-NC-4.0", 1_200),)
    release = Released(Path(), {}, {"evaluation": "release.generations is false"}, withheld, ("contact",))
    return Push(release, False, (Upload("dataset", "a/texts", Path(), FILES),), **facts)


def test_a_preview_lists_files_and_folders_and_what_does_not_go() -> None:
    lines = [line.replace("\u202f", " ").replace("\u00a0", " ") for line in render_push(make_push())]
    assert lines == [
        "dataset a/texts: 3 files, 9.00 kB; everybody could read it",
        "  README.md  1  2.00 kB",
        "  data/      2  7.00 kB",
        "",
        "No evaluation goes: release.generations is false.",
        "Withheld, as these sources may not be given on: lent (CC-BY-NC-4.0; 1,200 documents).",
        "The cards say nothing of: contact. These are settings of the recipe's [release].",
        "Nothing was sent, and the hub was not asked. Without --dry-run it goes.",
    ]


def test_a_model_alone_says_nothing_of_texts() -> None:
    lines = list(render_push(make_push(only="model")))
    assert not [line for line in lines if line.startswith(("No ", "Withheld"))]


def test_what_was_there_is_told_from_what_was_sent() -> None:
    plain = {"address": "https://hub/a/b", "revision": "0123456789abcdef", "files": 3, "bytes": 9}
    first = Pushed("a/b", "model", **plain, sent=("x", "y"), deleted=("z",), left=("cover.png",))
    again = Pushed("a/b", "model", **plain, sent=(), deleted=(), left=())
    lines = [line for pushed in (first, again) for line in render_pushed(pushed)]
    assert lines[0].startswith("model a/b: 2 of 3 files sent, 1 of an earlier release deleted;")
    assert lines[1:3] == ["  https://hub/a/b at 0123456789ab", "Left as they were: cover.png."]
    assert lines[3].startswith("model a/b: 3 files there already, and none sent;")
    assert list(render_push(make_push(pushed=(first,))))[-1].startswith("Withheld, ")
