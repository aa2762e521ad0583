"""Patterns name the files of a source and no others: as `path` is matched by pathlib, as `member` by fnmatch."""

from fnmatch import fnmatchcase
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from emma.pipeline.draft.patterns import escape_glob, find_member_pattern, find_patterns, matches

NAMES = st.lists(
    st.builds(
        "{}{}.{}".format,
        st.sampled_from(["", "a/", "b/", "a/c/"]),
        st.sampled_from(["sw", "train", "x[1]", "y_1"]),
        st.sampled_from(["txt", "txt.gz", "tsv"]),
    ),
    min_size=2,
    unique=True,
)


@given(names=NAMES, data=st.data())
def test_patterns_match_what_they_should(names: list[str], data: st.DataObject) -> None:
    mine = data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    patterns = find_patterns(mine, names)
    assert {name for name in names if any(matches(name, pattern) for pattern in patterns)} == set(mine)


@settings(max_examples=20)
@given(names=NAMES)
def test_matching_is_that_of_the_file_system(names: list[str], tmp_path_factory: object) -> None:
    folder = Path(tmp_path_factory.mktemp("glob"))  # type: ignore[attr-defined]
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    for pattern in ("*.txt", "**/*.txt", "a/*.tsv", "*/x[[]1].txt", "**/*.gz"):
        found = {path.relative_to(folder).as_posix() for path in folder.glob(pattern) if path.is_file()}
        assert found == {name for name in names if matches(name, pattern)}


def test_plain_patterns_come_first() -> None:
    assert find_patterns(["hun/test.tsv.gz", "deu/test.tsv.gz"], ["hun/train.tsv.gz"]) == ("*/test.tsv.gz",)
    assert find_patterns(["a.osis.xml", "b.osis.xml"], ["c.usfx.xml"]) == ("*.osis.xml",)
    assert find_patterns(["udhr_a.xml", "udhr_b.xml"], ["index.xml"]) == ("udhr_*.xml",)
    assert escape_glob("x[1].txt") == "x[[]1].txt"


def test_members() -> None:
    members = ["p/swadesh110/aar.txt", "p/swadesh207/kib.txt"]
    pattern, others = find_member_pattern(members, ["p/langs.txt", "p/README"])
    assert others == 0 and all(fnmatchcase(name, pattern) for name in members)
    assert find_member_pattern(["a/1.md", "b/2.md"], []) == ("*.md", 0)
