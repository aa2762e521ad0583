"""Text from tables: TaTA, charts of demographic reports in nine languages."""

from collections.abc import Iterator, Mapping
from typing import Any

from emma.evaluate.tasks.data import Layout
from emma.evaluate.tasks.generation import Form, TextTask
from emma.evaluate.tasks.known import known
from emma.evaluate.tasks.rows import Row, RowError
from emma.evaluate.tasks.task import Item


def add_language(row: Row) -> Iterator[Mapping[str, Any]]:
    """The row with its language, which only its id tells: `AS75-ar-1`."""
    yield {**row.values, "lang": row.text("example_id").rsplit("-", 2)[1]}


def make_item(row: Row) -> Item:
    """A table and the sentences that were written about it, any of which will do."""
    table = row.text("linearized_input")
    sentences = tuple(text.strip() for text in row.value("table_text") if text.strip())
    if not sentences:
        raise RowError("its 'table_text' is empty")
    # The same chart in all languages is one draw.
    report, _, chart = row.text("example_id").rsplit("-", 2)
    return Item(row.text("example_id"), sentences, {"table": table}, (table, *sentences), f"{report}-{chart}")


TASKS = (
    TextTask(
        known("tata"),
        # Russian has a file of its own, with English beside it.
        Layout(("{split}.json",), items=("test", "dev", "ru"), pool=("train",), lang_column="lang", parts=add_language),
        make_item,
        {"direct": Form("Table: {table}\nWhat the table shows, in one sentence in {language}:", max_tokens=512)},
        ("chrF++", "ROUGE-L"),
    ),
)
