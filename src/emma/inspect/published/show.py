"""What `emma published` prints: the headline first, then benchmarks, tiers, own scores, and what does not hold."""

from collections.abc import Iterator, Mapping, Sequence

from emma.inspect.published.averages import Average
from emma.inspect.published.compare import Published
from emma.inspect.published.headline import Reading
from emma.lang.tiers import TIER_NAMES
from emma.ui.numerals import MISSING, format_decimal, format_signed
from emma.ui.terminal import format_table
from emma.wording import plural

Rows = Sequence[Sequence[str]]


def render_text(found: Published) -> Iterator[str]:
    """Every section that has rows, under its title."""
    yield f"{found.model} against {found.baseline}: {plural(found.tables, 'table')}, {plural(found.models, 'model')}"
    sections: Mapping[str, tuple[Rows, Sequence[int]]] = {
        "The gain in one number, as it may be read (95 % intervals)": (headline_rows(found), (1, 3, 4, 5)),
        "Benchmarks that these averages are without": (missing_rows(found), ()),
        "Averages over languages": (benchmark_rows(found), (1, 2, 3, 4)),
        "Models beaten": (win_rows(found), (1, 2, 3, 4, 5)),
        "Averages by published tier, before → after": (tier_rows(found), ()),
        "Own scores beside the published ones, over the languages that all have": (own_rows(found), (2, 3)),
        "What does not hold": ([(each.kind, each.table, each.what) for each in found.findings], ()),
    }
    for title, (rows, right) in sections.items():
        if rows:
            yield from ("", f"{title}:", *format_table(rows, right))


def headline_rows(found: Published) -> list[Sequence[str]]:
    """A row for each reading."""
    heading = ("average of", "tables", "how", "gain", "languages drawn", "tables drawn too")
    rows = [_headline_row(reading) for reading in found.headline]
    return [heading, *rows] if rows else []


def missing_rows(found: Published) -> list[Sequence[str]]:
    """The benchmarks that each set lacks."""
    rows = {reading.benchmarks: ", ".join(reading.missing) for reading in found.headline if reading.missing}
    return [("average of", "without"), *rows.items()] if rows else []


def _headline_row(reading: Reading) -> tuple[str, ...]:
    scale, unit = (1, "") if reading.how == "points" else (100, " %")

    def number(value: float) -> str:
        return format_signed(scale * value, 1)

    intervals = [
        f"{number(low)} … {number(high)}{unit}"
        for low, high in ((reading.low, reading.high), (reading.low_all, reading.high_all))
    ]
    facts = (reading.benchmarks, str(reading.count), reading.how, f"{number(reading.value)}{unit}")
    return (*facts, *intervals)


def benchmark_rows(found: Published) -> list[Sequence[str]]:
    """A row for each table that has both models."""
    both = pair_models(found, [average for average in found.averages if average.tier == "all"])
    rows = [(name, str(after.languages), *_three(before, after), file) for (name, file, _), (before, after) in both]
    return [("benchmark", "languages", "before", "after", "change", "file"), *rows] if rows else []


def _three(before: Average, after: Average) -> tuple[str, str, str]:
    """Both scores and their difference, to digits that suit their size."""
    digits = 4 if max(abs(before.value), abs(after.value)) <= 1 else 2
    change = after.value - before.value
    return format_decimal(before.value, digits), format_decimal(after.value, digits), format_signed(change, digits)


def pair_models(
    found: Published, averages: Sequence[Average]
) -> list[tuple[tuple[str, str, str], tuple[Average, Average]]]:
    """Averages of baseline and model side by side, by benchmark, file and tier, where both are there."""
    by_place: dict[tuple[str, str, str], dict[str, Average]] = {}
    for average in averages:
        # A file may have two tables; the first is what the authors average.
        place = (average.benchmark, average.file, average.tier)
        by_place.setdefault(place, {}).setdefault(average.model, average)
    wanted = (found.baseline, found.model)
    return [(at, (m[wanted[0]], m[wanted[1]])) for at, m in by_place.items() if all(name in m for name in wanted)]


def win_rows(found: Published) -> list[Sequence[str]]:
    """A row for each table: models beaten, of how many, in all and in each group."""
    groups = list(dict.fromkeys(each.group for each in found.wins))
    counts = {(each.benchmark, each.file, each.group): f"{each.wins} of {each.others}" for each in reversed(found.wins)}
    places = dict.fromkeys((each.benchmark, each.file) for each in found.wins)
    rows = [(place[0], *(counts.get((*place, group), MISSING) for group in groups), place[1]) for place in places]
    return [("benchmark", *groups, "file"), *rows] if rows else []


def tier_rows(found: Published) -> list[Sequence[str]]:
    """A row for each table, and a column for each tier."""
    both = pair_models(found, [average for average in found.averages if average.tier != "all"])
    tiers = [tier for tier in reversed(TIER_NAMES) if any(place[2] == tier for place, _ in both)]
    cells = {place: " → ".join(_three(*pair)[:2]) for place, pair in both}
    places = dict.fromkeys((name, file) for (name, file, _), _ in both)
    rows = [(place[0], *(cells.get((*place, tier), MISSING) for tier in tiers)) for place in places]
    return [("benchmark", *tiers), *rows] if rows else []


def own_rows(found: Published) -> list[Sequence[str]]:
    """A row for each model in a benchmark with scores of our own."""
    names = [f"{each.model} (own)" if each.own else each.model for each in found.own]
    rows = [
        (each.benchmark, name, str(each.languages), format_decimal(each.value, 4))
        for each, name in zip(found.own, names, strict=True)
    ]
    return [("benchmark", "model", "languages", "score"), *rows] if rows else []
