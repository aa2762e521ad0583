"""Settings of runs by name: what belongs to a source, and what does not."""

from emma.inspect.compare.settings import belongs_to, list_tables


def test_a_source_of_one_run_only_is_one_difference() -> None:
    config = {
        "sources": [{"name": "web", "path": "a", "licence": "CC0-1.0"}, {"name": "wiki", "path": "b"}],
        "lid": None,
    }
    assert list_tables(config) == {"sources.web", "sources.wiki"}
    assert belongs_to("sources.web.licence", "sources.web") and belongs_to("files of web", "sources.web")
    assert not belongs_to("sources.web2.licence", "sources.web") and not belongs_to("lid", "sources.web")
