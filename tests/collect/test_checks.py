"""Recipes that cannot be right stop before any work, and sources that gave nothing stop the stage."""

from pathlib import Path

import pytest

from emma.collect.config import CollectConfig
from emma.collect.run import collect
from emma.errors import LanguageError, RecipeError, SourceError
from tests.collect.stage import BENCHMARK, MakeWork, section, source, write_benchmark


def test_a_source_without_documents(data: Path, make_work: MakeWork) -> None:
    (data / "web/0.jsonl").write_text('{"text": "x", "lang": "eml"}')
    with pytest.raises(SourceError) as caught:
        collect(section(data, source(path="web/0.jsonl")), work=make_work("collect"))
    message = str(caught.value)
    assert all(part in message for part in ("'web'", "unknown language 1 time", "web/0.jsonl, row 1", "egl", "codes"))


def test_bad_recipes_stop_before_any_work(data: Path, make_work: MakeWork) -> None:
    with pytest.raises(RecipeError, match="no reader 'pdf'"):
        collect(section(data, source(reader="pdf")), work=make_work("collect"))
    with pytest.raises(SourceError, match="nothing/"):
        collect(section(data, source(path="nothing/*")), work=make_work("collect"))


def test_a_recipe_without_sources(make_work: MakeWork) -> None:
    with pytest.raises(RecipeError, match=r"no sources.*Add a table \[\[collect\.sources\]\]"):
        collect(CollectConfig(), work=make_work("collect"))


def test_a_wrong_fixed_language_is_the_recipes_fault(data: Path, make_work: MakeWork) -> None:
    for changes in ({"lang": "nah"}, {"codes": {"a": "hao", "b": "nah"}}):
        work = make_work("collect")
        with pytest.raises(LanguageError, match=r"Source 'web': .*family"):
            collect(section(data, source(**changes)), work=work)
        assert not (work.root / "collect" / "read_batch").exists(), "nothing was read in vain"


def test_what_cannot_be_read_of_a_benchmark_stops_the_stage(data: Path, make_work: MakeWork) -> None:
    write_benchmark(data)
    with pytest.raises(SourceError, match=r"(?s)'sib': .* 1 row that cannot .*bench/sw.tsv, row 3: .*allow_unread"):
        collect(section(data, benchmarks=[BENCHMARK]), work=make_work("collect"))
    (data / "bench/sw.tsv").write_text("text\tlabel\nswali\t1\n\t2\n")  # nothing to look for
    made = collect(section(data, benchmarks=[BENCHMARK]), work=make_work("collect", "1" * 20))
    allowed = section(data, benchmarks=[{**BENCHMARK, "allow_unread": True}])
    again = collect(allowed, work=make_work("collect", "2" * 20))
    assert [part.key for part in made.parts["benchmarks"]] == [part.key for part in again.parts["benchmarks"]]
    sources = section(data, benchmarks=[{**BENCHMARK, "allow_unread": True}, {**BENCHMARK, "name": "strict"}])
    allowed_, strict = (each.as_read().model_copy(update={"name": "x"}) for each in sources.benchmarks)
    assert allowed_ == strict, "what was read before the run stopped is not read again"


def test_fields_of_a_format_that_has_none(data: Path, make_work: MakeWork) -> None:
    with pytest.raises(RecipeError, match=r"`fields` says nothing to the reader 'text'.*csv, huggingface, json, jsonl"):
        collect(section(data, source(reader="text", fields={"text": "body"})), work=make_work("collect"))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"options": {"unti": "line"}}, r"option 'unti' of the reader 'text' does not exist. Did you mean 'unit'"),
        ({"options": {"unit": "verse"}}, r"one of 'document', 'paragraph', 'line', not 'verse'"),
        ({"reader": "csv", "options": {"quotes": "no"}}, r"must be true or false, not 'no'"),
        ({"reader": "jsonl", "options": {"x": 1}}, r"has no options"),
    ],
)
def test_options_that_a_reader_does_not_have(
    changes: dict[str, object], why: str, data: Path, make_work: MakeWork
) -> None:
    with pytest.raises(RecipeError, match=f"Source 'web': .*{why}"):
        collect(section(data, source(**{"reader": "text", **changes})), work=make_work("collect"))


@pytest.mark.parametrize(
    ("policies", "why"),
    [({"swa": "eng"}, "'eng' is not a member of 'swa'"), ({"swa": "lid"}, "name a model"), ({"eng": "keep"}, "'eng'")],
)
def test_policies_that_cannot_be_followed(policies: dict[str, str], why: str, data: Path, make_work: MakeWork) -> None:
    with pytest.raises((LanguageError, RecipeError), match=why):
        collect(section(data, macrolanguages=policies), work=make_work("collect"))
