"""What builds the documentation: pieces of Markdown, descriptions made from code, and what the site adds to pages."""

import argparse
from pathlib import Path
from typing import Literal

import pytest

from docs.site import commands, conf, markdown, outputs, reference, settings
from docs.site.schemas import describe_schemas
from emma.config.section import Settings


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("one\n    line  more", "one line more"),
        ("a | b", "a \\| b"),
        ("`a|b`", "`a\\|b`"),  # Markdown wants bars escaped in code too
        ("<home>/logs", "&lt;home>/logs"),
        ("`<home>`", "`<home>`"),
        ("العربية ߒߞߏ", "العربية ߒߞߏ"),
    ],
)
def test_texts_become_cells(text: str, cell: str) -> None:
    assert markdown.cell(text) == cell


def test_a_table_without_rows_is_nothing() -> None:
    assert list(markdown.table(("a", "b"), [])) == []


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (int, "whole number"),
        (float | None, "number"),
        (Literal["a", "b"], '`"a"`, `"b"`'),
        (tuple[str, ...], "a list (text)"),
        (dict[str, int | str], "a table (whole number or text)"),
        (bool | int, "true or false or whole number"),
    ],
)
def test_types_are_told_in_words(annotation: object, words: str) -> None:
    assert settings.describe_type(annotation) == words


def test_settings_show_key_default_and_help() -> None:
    class Inner(Settings):
        rank: int = 20_000
        """How large."""

    class Outer(Settings):
        inner: Inner | None = None
        """A table of its own."""
        name: str
        """What it is called."""

    page = "\n".join(settings.describe_table(Outer, "outer", "##"))
    assert "| `name` | text | required | What it is called. |" in page
    assert "### outer.inner" in page
    assert "| `rank` | whole number | `20_000` | How large. |" in page


def test_commands_show_arguments_and_their_own_commands() -> None:
    parser = argparse.ArgumentParser("emma", description="What it does.")
    parser.add_argument("texts", nargs="+", metavar="TEXT", help="what to read")
    parser.add_argument("--many", type=int, default=3, help="how many (default: %(default)s)")
    page = "\n".join(commands.describe_command("emma try", parser, "##"))
    assert "`emma try TEXT … [options]`" in page
    assert "| `--many many` | How many (default: 3). |" in page


def test_columns_have_the_comments_of_the_source() -> None:
    page = "\n".join(describe_schemas())
    assert "| `lang` | `string` | xxx_Yyyy: ISO 639-3 and ISO 15924 |" in page
    assert "| `letter_share` | `float` | letters and marks among the characters that are not spaces |" in page


def test_outputs_are_written_anew_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "run_emma", lambda arguments: f"ran {arguments}\n")
    page = "a\n\n<!-- output of: emma lang iw -->\n\n```text\nold\n```\n\n```text\nkept\n```\n"
    assert outputs.rewrite_outputs(page) == page.replace("old", "ran lang iw")


def test_a_stale_page_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "DOCS", tmp_path)
    monkeypatch.setattr(reference, "PAGES", {"x.md": lambda: iter(["# X"])})
    (tmp_path / "reference").mkdir()
    assert reference.list_stale() == ["reference/x.md"]
    assert reference.main(["--check"]) == 1
    assert reference.main([]) == 0
    assert (tmp_path / "reference" / "x.md").read_text() == "# X\n"
    assert reference.list_stale() == []


def test_the_side_bar_comes_from_the_lists_of_the_start_page() -> None:
    source = [
        "# EMMA\n\n## Start\n\n- [A](a.md): what it is\n- [B](b.md)\n\n## Elsewhere\n\n- [C](https://c.org/c.md)\n"
    ]
    conf.add_lists(None, conf.root_doc, source)  # type: ignore[arg-type]
    assert source[0].endswith(":caption: Start\n\na\nb\n```\n")
