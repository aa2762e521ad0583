"""What does not hold in the published tables: found by arithmetic on the tables alone, and said with its figures."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby
from math import sqrt

import numpy as np

from emma.inspect.published.tables import Floats, PublishedTable, mean_known
from emma.lang.language import ENGLISH, script_of
from emma.lang.scripts import is_spaced

MIN_LANGUAGES = 10
"""Languages below which nothing is said of how scores spread over them."""
NO_SCORE_SHARE = 0.1
"""Share of the median language's best score below which no model scores in a language."""
ITEMS_TOLERANCE = 0.05
BEGIN_FACTOR = 1.75
"""Of the median model's nats on English: what models take that were asked without their begin token
(the published rows of Gemma take 1.9 to 5 times as many)."""
Z_95 = 1.959964


@dataclass(frozen=True)
class Finding:
    """Something in a table that a reader should know before quoting it."""

    kind: str
    table: str
    """The benchmark, or several of them."""
    what: str


def list_findings(tables: Sequence[PublishedTable]) -> list[Finding]:
    """All that does not hold, kind by kind in the order of this file."""
    found = [*find_identical_rows(tables), *find_wrong_averages(tables)]
    for check in (
        find_repeated_scores,
        find_chance,
        find_other_items,
        find_no_scores,
        find_self_bleu,
        find_begin_token,
        find_unread,
    ):
        found += [finding for table in tables for finding in check(table)]
    return found + list(find_identical_metrics(tables))


def find_identical_rows(tables: Sequence[PublishedTable]) -> Iterator[Finding]:
    """Models with the same score in every cell of a table, which therefore are one model that was run twice."""
    same: dict[tuple[str, str], list[str]] = {}
    for table in tables:
        for one, two in combinations(range(len(table.models)), 2):
            if table.values.shape[1] > 1 and np.array_equal(table.values[one], table.values[two], equal_nan=True):
                names = same.setdefault((table.models[one], table.models[two]), [])
                names.append(table.benchmark.name)
    for (first, second), names in same.items():
        what = f"{first} and {second} are equal in every cell: one model that was run twice"
        yield Finding("identical rows", ", ".join(dict.fromkeys(names)), what)


def find_wrong_averages(tables: Sequence[PublishedTable]) -> Iterator[Finding]:
    """Averages that are not the mean of the row; of several metrics in one file, the average may be of one alone."""
    for _, group in groupby(tables, key=lambda table: table.file):
        mine = list(group)
        holds = [table for table in mine if not wrong_averages(table).any() and not np.isnan(table.stated).all()]
        if holds and len(holds) < len(mine):
            others = ", ".join(table.metric for table in mine if table not in holds)
            what = f"the stated average is the mean of {holds[0].metric}, not of {others}"
            yield Finding("average of one metric", mine[0].benchmark.name, what)
        for table in mine if not holds else ():
            for at in np.flatnonzero(wrong_averages(table)):
                stated, mean = table.stated[at], table.averages[at]
                what = f"{table.models[at]}: stated as {stated:.4g}, and the mean of its row is {mean:.4g}"
                yield Finding("wrong average", table.benchmark.name, what)


def wrong_averages(table: PublishedTable) -> np.ndarray:
    """Whether each stated average differs from the mean of its row by more than rounding, bool (models)."""
    # Half a unit for the average and as much for the cells, which are rounded alike, and a hair for the arithmetic.
    return np.abs(table.stated - table.averages) > 1.01 * 10.0**-table.digits + 1e-9


def find_identical_metrics(tables: Sequence[PublishedTable]) -> Iterator[Finding]:
    """Two metrics of a file that agree in every cell, so that one of them says nothing."""
    for one, two in combinations(tables, 2):
        if one.file == two.file and np.array_equal(one.values, two.values, equal_nan=True):
            yield Finding("identical metrics", one.benchmark.name, f"{one.metric} and {two.metric} agree in every cell")


def find_repeated_scores(table: PublishedTable) -> Iterator[Finding]:
    """Models with one and the same accuracy in most languages, as of one answer whatever the question."""
    for model, row in zip(table.models, table.values, strict=True):
        score, count = Counter(row[~np.isnan(row)].tolist()).most_common(1)[0] if not np.isnan(row).all() else (0, 0)
        if table.benchmark.is_accuracy and len(row) >= MIN_LANGUAGES and 2 * count > len(row) and score:
            what = f"{model} has {score:.4f} in {count} of {len(row)} languages: one answer whatever the question"
            yield Finding("one answer", table.benchmark.name, what)


def find_chance(table: PublishedTable) -> Iterator[Finding]:
    """Models whose average is what guessing gives, or less; items are the same in all languages, and count once."""
    chance, items = table.benchmark.chance, table.benchmark.items or count_items(table)
    if chance is None or items is None or table.metric not in ("", "acc"):
        return
    margin = Z_95 * sqrt(chance * (1 - chance) / items)
    at = [model for model, mean in zip(table.models, table.averages, strict=True) if abs(mean - chance) <= margin]
    below = [model for model, mean in zip(table.models, table.averages, strict=True) if mean < chance - margin]
    limits = f"{chance:.1%} ± {margin:.1%}, {items:,} items"
    if at:
        yield Finding(
            "at chance", table.benchmark.name, f"{len(at)} of {len(table.models)} models ({limits}): {', '.join(at)}"
        )
    if below:
        yield Finding("below chance", table.benchmark.name, f"{', '.join(below)} ({limits}): scored by something else")


def items_of_rows(table: PublishedTable) -> Floats:
    """Items that the standard errors of each model imply, (models), NaN where there are none: p (1 - p) / se² + 1."""
    share = table.values
    with np.errstate(divide="ignore", invalid="ignore"):
        items = share * (1 - share) / table.errors**2 + 1
    items[~np.isfinite(items)] = np.nan
    return np.array([np.nan if np.isnan(row).all() else np.nanmedian(row) for row in items])


def count_items(table: PublishedTable) -> int | None:
    """Items in a language, by the standard errors of the median model; None where there are none."""
    items = items_of_rows(table)
    return None if np.isnan(items).all() else round(float(np.nanmedian(items)))


def find_other_items(table: PublishedTable) -> Iterator[Finding]:
    """Models that were scored on another number of items than most, by their standard errors."""
    usual = count_items(table) if table.benchmark.is_accuracy else None
    for model, items in zip(table.models, items_of_rows(table) if usual else (), strict=False):
        if usual and abs(items - usual) > ITEMS_TOLERANCE * usual:
            what = f"{model} was scored on {items:,.0f} items, the others on {usual:,}, by their standard errors"
            yield Finding("other items", table.benchmark.name, what)


def find_no_scores(table: PublishedTable) -> Iterator[Finding]:
    """Languages in which not even the best model reaches a tenth of the median language's best score."""
    if table.benchmark.metric not in ("ROUGE-L", "BLEU", "chrF++") or len(table.langs) < MIN_LANGUAGES:
        return
    best = np.nanmax(table.values, 0)
    low = [lang for lang, score in zip(table.langs, best, strict=True) if score < NO_SCORE_SHARE * np.nanmedian(best)]
    splits_at_spaces = table.benchmark.own_metric in ("ROUGE-L-whitespace", "BLEU-13a")
    unspaced = [lang for lang in low if splits_at_spaces and not is_spaced(script_of(lang))]
    spaced = [lang for lang in low if lang not in unspaced]
    metric, limit = table.benchmark.metric, NO_SCORE_SHARE * float(np.nanmedian(best))
    if unspaced:
        what = f"no model reaches {limit:.2g} in {', '.join(unspaced)}: {metric} split at spaces sees one long word"
        yield Finding("no score in unspaced scripts", table.benchmark.name, what)
    if spaced:
        what = f"no model reaches {limit:.2g} in {', '.join(spaced)}"
        yield Finding("no score", table.benchmark.name, what)


def find_self_bleu(table: PublishedTable) -> Iterator[Finding]:
    """Self-BLEU as published, which is no Self-BLEU."""
    if table.benchmark.metric == "Self-BLEU":
        peak = table.langs[int(np.nanargmax(mean_known(table.values, 0)))]
        what = (
            "the other outputs were given to sacrebleu as one stream of references, of which it reads the first: each "
            f"text was compared with one other alone. Scores hang on which text is first (highest in {peak}) and say "
            "nothing of diversity"
        )
        yield Finding("not Self-BLEU", table.benchmark.name, what)


def find_begin_token(table: PublishedTable) -> Iterator[Finding]:
    """Models that take far more nats on English than most, as where the begin token was left out."""
    if table.benchmark.metric != "nats" or ENGLISH.label not in table.langs:
        return
    english = table.values[:, table.langs.index(ENGLISH.label)]
    usual = float(np.nanmedian(english))
    for model, nats in zip(table.models, english, strict=True):
        if nats > BEGIN_FACTOR * usual:
            what = f"{model} takes {nats:.0f} nats in English, the median model {usual:.0f}, as without a begin token"
            yield Finding("begin token", table.benchmark.name, what)


def find_unread(table: PublishedTable) -> Iterator[Finding]:
    """Columns and cells that could not be read, and how many cells are empty."""
    yield from (Finding("unreadable", table.benchmark.name, f"{table.file}: {what}") for what in table.unread)
    if empty := int(np.isnan(table.values).sum()):
        yield Finding("empty cells", table.benchmark.name, f"{table.file}: {empty:,} of {table.values.size:,}")
