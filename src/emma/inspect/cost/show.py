"""The forecast as text: what is there, what it would take, what is expected, and the verdict first."""

from collections.abc import Iterator

from emma.inspect.cost.forecast import Forecast
from emma.inspect.cost.law import MIN_OBSERVATIONS
from emma.inspect.plan.text import list_rows
from emma.lang.language import Lang
from emma.ui.numerals import MISSING, format_bytes, format_count, format_decimal
from emma.ui.terminal import WIDTH, fold_line, format_table
from emma.wording import plural

SHOWN = 5


def render_text(answer: Forecast) -> Iterator[str]:
    """The answer, line by line."""
    yield f"Adding {Lang.parse(answer.found.lang).name} ({answer.found.lang}) to {answer.base}"
    yield ""
    yield from fold_line(f"{answer.verdict}: {answer.reason}", WIDTH)
    yield ""
    yield from format_table([*list_facts(answer)])
    if answer.plan is not None and not answer.plan["fits"]:
        yield "It does not fit on this machine as it is: `emma plan` on a recipe of it says what would help."


def list_facts(answer: Forecast) -> Iterator[tuple[str, str]]:
    """Rows of the table: text, relatives, tokens, the law, and the plan."""
    found, reading = answer.found, answer.reading
    yield "text", describe_text(answer)
    if found.sources:
        shown = [f"{source} {format_bytes(size)}" for source, size in found.sources.items()]
        more = f" and {len(shown) - SHOWN} more" if len(shown) > SHOWN else ""
        yield "sources", ", ".join(shown[:SHOWN]) + more
    yield "relatives", describe_relatives(answer)
    if reading is not None:
        after = (
            f"{format_decimal(reading.tokens_per_byte_after, 3)} with {format_count(reading.new_pieces)} new pieces"
            if reading.tokens_per_byte_after is not None
            else "unknown with new pieces"
        )
        yield "tokens per byte", f"{format_decimal(reading.tokens_per_byte, 3)} as the base is, {after}"
        scored = format_bytes(reading.scored_bytes)
        yield "bits per byte", f"{format_decimal(reading.bits_per_byte, 3)} as the base is, on {scored} of it"
    if (known := answer.measured) is not None:
        values = f"{format_decimal(known.base, 3)} → {format_decimal(known.adapted, 3)} bits per byte"
        yield f"in '{known.run}'", f"{values}, on the base of that run"
    yield "the law", describe_law(answer)
    if answer.plan is not None:
        yield from (row for row in list_rows(answer.plan) if row[0] not in ("model", "operations"))


def describe_text(answer: Forecast) -> str:
    """The text that was found, and where."""
    found = answer.found
    if not found.run:
        return "none in any run of the home"
    dropped = f"; {format_count(found.dropped)} more were dropped" if found.dropped else ""
    return f"{format_bytes(found.bytes)} in {format_count(found.documents)} documents of '{found.run}'{dropped}"


def describe_relatives(answer: Forecast) -> str:
    """The languages of its family in the mix that it would join."""
    if not answer.family:
        return f"{MISSING} (Glottolog names no family of it)"
    listed = [f"{lang} {format_bytes(size)}" for lang, size in answer.relatives.items()]
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    where = f" in the mix of '{answer.mix}'" if answer.mix else ""
    return f"{answer.family}: {', '.join(listed[:SHOWN]) or 'none'}{more}{where}"


def describe_law(answer: Forecast) -> str:
    """What the expectation stands on."""
    law = answer.prediction
    if law is None:
        few = " are too few" if answer.observed < MIN_OBSERVATIONS else ""
        return f"none: {plural(answer.observed, 'measured language')}{few}"
    runs = f"{plural(law.runs, 'run')} of this home"
    alone = "; one run cannot say how runs differ" if law.runs == 1 else ""
    return f"fitted to {plural(law.languages, 'measured language')} of {runs}, 95 % interval by leaving out{alone}"
