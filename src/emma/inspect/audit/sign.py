"""A signed audit sheet as a table of the recipe, `[[report.audits]]`, which the report then says."""

import json
from collections.abc import Iterator, Mapping
from datetime import date

from pydantic import ValidationError

from emma.errors import RecipeError
from emma.inspect.audit.records import Sheet
from emma.report.config import Audit


def sign_sheet(sheet: Sheet, by: str, marks: Mapping[str, int]) -> Iterator[str]:
    """The lines of the table. RecipeError where the marks are not as many as the sheet's documents."""
    values = {
        "lang": sheet["lang"],
        "by": by,
        "date": date.today().isoformat(),
        "corpus": sheet["corpus"],
        "rows": len(sheet["rows"]),
        **{name: number for name, number in marks.items() if number},
    }
    try:
        Audit.model_validate({"good": 0, **values})
    except ValidationError as error:
        problem = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise RecipeError(
            f"{sheet['lang']}: {problem}. Give --good, --wrong-language, --not-text and --not-public as the sheet has "
            "them; the sheet with --seed N has other documents."
        ) from None
    yield "# Put this into the recipe, and run it again: the report then says it on the language's page."
    yield "[[report.audits]]"
    yield from (f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items())
