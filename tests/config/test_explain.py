"""What is said of a table that is not as it should be, whatever table it is."""

from typing import Any

import pytest
from pydantic import ValidationError

from emma.config.explain import explain_error, locate_key
from emma.config.section import Section, Settings


class Row(Settings):
    name: str
    amount: int = 1


class Stage(Section):
    rows: tuple[Row, ...]


class Whole(Settings):
    stage: Stage | None = None
    rows: tuple[Row, ...] = ()


def explain(table: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        Whole.model_validate(table)
    return explain_error(caught.value, table, Whole)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"rows": [{"name": "x", "amuont": 2}]}, "row 'x': unknown key 'amuont'. Did you mean 'amount'?"),
        ({"rows": [{"name": "x"}, {"amount": "two"}]}, "row number 2: 'amount': write a whole number (found 'two')."),
        ({"rows": {"name": "x"}}, "'rows' is a list of tables: write [[rows]] in two brackets before each."),
        ({"stage": {}}, "the key 'stage.rows' is missing. `emma stage --help` says what to write."),
    ],
)
def test_key_fault_and_what_to_write(table: dict[str, Any], said: str) -> None:
    assert said in explain(table)


def test_a_row_without_a_name_goes_by_its_number() -> None:
    assert locate_key(("rows", 1, "amount"), {"rows": [{}, {}]}) == ("row number 2: ", "amount")
    assert locate_key(("stage", "rows"), {"stage": {}}) == ("", "stage.rows")
