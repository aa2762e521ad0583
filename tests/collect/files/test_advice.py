"""What is proposed for a `path` that leads to no file."""

from pathlib import Path

import pytest

from emma.collect.config import SourceConfig
from emma.collect.files.advice import advise_path
from emma.collect.files.inputs import list_files
from emma.errors import SourceError

FILES = (
    "radio/a.csv.gz",
    "radio/2024/b.csv.gz",
    "radio/README.md",
    "ሬዲዮ/ዜና.txt",
    "res/values-sw/strings.xml",
    "pdf/x.pdf",
)


@pytest.mark.parametrize(
    ("reader", "pattern", "said"),
    [
        ("csv", "radio", """'radio' is a folder. Write path = "radio/**/*.csv.gz" for the files in it"""),
        ("text", "ሬዲዮ", """Write path = "ሬዲዮ/**/*.txt" for"""),
        ("android", "res", """Write path = "res/**/strings.xml" for"""),
        ("csv", "pdf", "as in 'pdf/**/*'; it has 1 .pdf"),
        ("csv", "empty", "'empty' is a folder without any file."),
        ("csv", "radio/*.tsv", "In 'radio' there are 1 .csv.gz, 1 .md."),
        ("csv", "radio/a.csv", "There is 'radio/a.csv.gz'."),
        ("csv", "radios/*.csv", "There is no folder 'radios' there, but a folder 'radio'."),
        ("csv", "nowhere/*.csv", "There is no folder 'nowhere' there."),
        ("csv", "*/x/*.csv", ""),
    ],
)
def test_what_is_proposed(reader: str, pattern: str, said: str, tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "empty").mkdir()
    source = SourceConfig(name="s", reader=reader, path=pattern, licence="MIT")
    assert said in (advice := advise_path(source, tmp_path, pattern)) and bool(said) == bool(advice)
    with pytest.raises(SourceError) as caught:
        list_files(source, tmp_path)
    assert said in str(caught.value)


def test_what_is_proposed_is_found(tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    source = SourceConfig(name="s", reader="csv", path="radio/**/*.csv.gz", licence="MIT")
    assert [file.name for file in list_files(source, tmp_path)] == ["radio/2024/b.csv.gz", "radio/a.csv.gz"]
