"""What may be written to leave something out, and what is refused with a word of what to write instead."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from emma.errors import RecipeError, SourceError
from emma.work.removal.rules import Removal, parse_domain, read_domains


@pytest.mark.parametrize(
    ("entry", "domain"),
    [
        ("example.com", "example.com"),
        ("Example.COM.", "example.com"),
        ("www.example.com", "example.com"),
        ("*.example.co.uk", "example.co.uk"),
        ("https://www.example.com/a?b=c", "example.com"),
        ("http://user@news.example.com:8080/", "news.example.com"),
        ("www.com", "www.com"),
        ("пример.рф", "xn--e1afmkfd.xn--p1ai"),
        ("उदाहरण.भारत", "xn--p1b6ci4b4b3a.xn--h2brj9c"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("com", None),
        ("localhost", None),
        ("no domain.com", None),
        ("", None),
        ("a..b", None),
    ],
)
def test_a_domain_is_known_however_it_is_written(entry: str, domain: str | None) -> None:
    assert parse_domain(entry) == domain


def test_domains_come_from_the_recipe_and_from_files(tmp_path: Path) -> None:
    (tmp_path / "out.txt").write_text("# opted out\nb.org\nhttps://www.a.com/x, since 2024\n\n  *.c.net # all\n")
    assert read_domains(["d.io", "out.txt", "b.org"], tmp_path) == ("a.com", "b.org", "c.net", "d.io")
    assert read_domains([], tmp_path) == ()


def test_what_is_no_domain_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "out.txt").write_text("a.com\ncom\n")
    with pytest.raises(SourceError, match=r"out\.txt, line 2: 'com' is no domain"):
        read_domains(["out.txt"], tmp_path)
    with pytest.raises(SourceError, match=r"names the file 'lists/gone\.txt', which is neither in"):
        read_domains(["lists/gone.txt"], tmp_path)
    with pytest.raises(RecipeError, match="'org' is neither a file nor a domain"):
        read_domains(["org"], tmp_path)


def test_a_removal_names_one_thing() -> None:
    assert Removal(source="wiki").key == ("source", "wiki")
    assert Removal(id="wiki:a.txt#3").concerns(["wiki"]) and not Removal(id="wiki:a.txt#3").concerns(["wik"])
    assert Removal(url="example.com/*").concerns([])
    with pytest.raises(ValidationError, match="name one of source, id and url"):
        Removal(source="wiki", id="wiki:a.txt")
    with pytest.raises(ValidationError, match="name one of source, id and url"):
        Removal(reason="none")
    with pytest.raises(ValidationError, match="'wiki' is no id"):
        Removal(id="wiki")
