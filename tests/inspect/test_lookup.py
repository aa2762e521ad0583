"""Runs and languages by whatever a person calls them, and what is said where nothing has that name."""

from pathlib import Path

import pytest

from emma.errors import LanguageError, RecipeError
from emma.inspect.lookup import find_corpus_language, find_document, read_ids
from emma.lang.language import Lang
from emma.pipeline.home import Home

PRESENT = ["arb_Arab", "hin_Deva", "srp_Cyrl", "srp_Latn", "swh_Latn"]


@pytest.mark.parametrize("name", ["hin_Deva", "hi", "hin", "Hindi"])
def test_a_language_may_be_called_anything(name: str) -> None:
    assert find_corpus_language(name, PRESENT) == Lang("hin", "Deva")


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("ar", RecipeError, r"'ar' is ara, of which the corpus has nothing. Near it are: arb_Arab"),
        ("sr", RecipeError, r"'sr' stands in the corpus as srp_Cyrl, srp_Latn. Say which"),
        ("hin_Latn", RecipeError, r"The corpus has no hin_Latn. Near it are: hin_Deva"),
        ("sw", RecipeError, r"'sw' is swa, of which the corpus has nothing. Near it are: swh_Latn"),
        ("tha", RecipeError, r"'tha' is tha, of which the corpus has nothing. It has arb_Arab, hin_Deva"),
        ("qqx", LanguageError, r"'qqx' is nothing that one language is called; 'emma lang qqx' says why"),
    ],
)
def test_what_is_not_there_is_named_with_what_is_near(name: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        find_corpus_language(name, PRESENT)


def test_runs_are_named_or_pointed_at(compiled: Path, tmp_path: Path) -> None:
    here = Home(compiled)
    elsewhere = Home(tmp_path).choose_run(str(compiled / "one"))
    assert elsewhere.artifact("curate") == here.run("one").artifact("curate")
    with pytest.raises(RecipeError, match=r"no run 'ones' in .*\. Did you mean 'one'\? --home names another home\."):
        here.choose_run("ones")
    with pytest.raises(RecipeError, match=r"Which run\? .* has: one, two\. Name one, as in emma export one --to DIR\."):
        here.choose_run(how="emma export RUN --to DIR")


def test_an_id_of_no_document_shows_what_ids_look_like(compiled: Path) -> None:
    collect = Home(compiled).run("one").artifact("collect")
    with pytest.raises(RecipeError, match=r"'nonsense'\. An id is source:file#row, such as \w+:.+#\d+\."):
        find_document(collect, "nonsense")
    with pytest.raises(RecipeError, match=r"no source 'nothing'\. There .* An id is source:file#row"):
        find_document(collect, "nothing:at.all#3")


def test_an_id_is_found_by_a_part_of_it_and_by_its_source(compiled: Path) -> None:
    collect = Home(compiled).run("one").artifact("collect")
    first = next(read_ids(collect))[0].as_py()
    source, _, rest = first.partition(":")
    for part in (rest.rpartition("#")[0], f"{source}:elsewhere#1", rest.rpartition(".")[0]):
        with pytest.raises(RecipeError, match=rf"There are, for example: {source}:"):
            find_document(collect, part)


def test_a_row_that_was_joined_is_looked_for_in_the_document_before_it(compiled: Path) -> None:
    collect = Home(compiled).run("one").artifact("collect")
    file = next(read_ids(collect))[0].as_py().rpartition("#")[0]
    rows = [int(name.rpartition("#")[2]) for ids in read_ids(collect) for name in ids.to_pylist() if file in name]
    with pytest.raises(RecipeError, match=rf"Row 999999 may have been joined into {file}#{max(rows)}\."):
        find_document(collect, f"{file}#999999")
