"""The page of every language, as data that lies packed in the report: tables of columns, from which a script makes one
page when somebody opens it.

Nine hundred pages of HTML would be ten megabytes; as columns, with names kept once and deflated, they are under one.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from emma.lang.cldr import autonym
from emma.lang.language import ENGLISH, Lang
from emma.report.advice import LanguageCase, advise
from emma.report.answers import ShownAnswer
from emma.report.doubts import group_by_language, list_doubts
from emma.report.dropped import DroppedDocument
from emma.report.languages import LanguageRow, make_row
from emma.report.quotes import Quote, quote, shorten
from emma.report.tables import Tables, name_source
from emma.report.task_section import TaskSection
from emma.report.tasks import LanguageGain
from emma.schemas import SPLITS, Row
from emma.ui.html import pack_data

PACKED_BYTES = 800_000
"""Room for all pages: the rest of a report of 900 languages takes as much again."""
TEXTS = ((3, 280), (3, 160), (3, 96), (2, 96), (1, 96), (1, 48), (0, 0))
"""Texts of each kind that a language shows, and letters of each: the first that fits into PACKED_BYTES is taken."""
GUESSED = ("script", "none")
"""Origins of a byte premium that are no measurement of the language."""
ROW_FIELDS = (
    "name", "family", "area", "tier", "train_bytes", "train_documents", "epochs", "tokens_per_byte_base",
    "tokens_per_byte", "test_documents", "bits_per_byte_base", "bits_per_byte", "gain", "gain_low", "gain_high",
    "verdict",
)  # fmt: skip
"""Of LanguageRow, as the pages need them."""
GAIN_FIELDS = (
    "items", "chance", "baseline", "value", "gain", "low", "high", "q", "clean_gain", "clean_items", "empty", "verdict",
)  # fmt: skip
"""Of LanguageGain."""


@dataclass(frozen=True)
class PageTexts:
    """Texts that pages show, by language."""

    dropped: Mapping[str, Sequence[DroppedDocument]] = field(default_factory=dict)
    answers: Mapping[str, Sequence[ShownAnswer]] = field(default_factory=dict)
    audits: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What speakers have found, a sentence for each."""
    withheld: frozenset[str] = frozenset()
    """Sources whose text is not quoted: its length stands there."""


@dataclass(frozen=True)
class PackedPages:
    """The pages, packed, and how many texts of what length they have room for."""

    data: str
    texts: int
    letters: int

    @property
    def is_shortened(self) -> bool:
        """Whether texts were left out or cut for want of room."""
        return (self.texts, self.letters) != TEXTS[0]


def pack_pages(
    rows: Sequence[LanguageRow], tables: Tables, texts: PageTexts, tasks: TaskSection | None = None
) -> PackedPages:
    """All pages, with as many texts as there is room for; languages too that only benchmarks have."""
    # Texts in one script, by relatives, lie side by side: so they take a twentieth less room.
    rows = sorted([*rows, *list_asked(rows, tasks)], key=lambda row: (row.script, row.family or "", row.lang))
    facts = describe_languages(rows, tables, tasks)
    for count, letters in TEXTS:
        data = pack_data(facts | describe_texts(rows, tables, texts, count, letters))
        if len(data) <= PACKED_BYTES:
            break
    return PackedPages(data, count, letters)


def list_asked(rows: Sequence[LanguageRow], tasks: TaskSection | None) -> list[LanguageRow]:
    """Rows of the languages that benchmarks have and the corpus does not."""
    known = {row.lang for row in rows}
    return [make_row(each.lang, {}) for each in (tasks.languages if tasks else ()) if each.lang not in known]


def describe_languages(rows: Sequence[LanguageRow], tables: Tables, tasks: TaskSection | None) -> dict[str, Any]:
    """Everything but texts; lists have one entry for each language, in the order of `langs`."""
    langs = [row.lang for row in rows]
    premiums = {row["lang"]: row["premium"] for row in tables.tiers if row["premium_from"] not in GUESSED}
    drops, doubts = _group_drops(tables), list_doubts(tables)
    english = next((row.tokens_per_byte for row in rows if row.lang == ENGLISH.label), None)
    cases = [LanguageCase(row, drops.get(row.lang, {}), premiums.get(row.lang), english) for row in rows]
    sources = {row["source"]: number for number, row in enumerate(tables.sources)}
    return {
        "langs": langs,
        "own": [name_itself(row) for row in rows],
        "rows": {name: [_round(getattr(row, name)) for row in rows] for name in ROW_FIELDS},
        "premium": [_round(premiums.get(lang)) for lang in langs],
        "sources": [[row["source"], row["licence"], row.get("redistribution")] for row in tables.sources],
        "text": _list_text(langs, tables, sources),
        "flags": [doubts.get(lang, []) for lang in langs],
        "advice": [[[advice.what, advice.why] for advice in advise(case)] for case in cases],
        **_list_gains(langs, tasks),
    }


def name_itself(row: LanguageRow) -> str:
    """The language's name in itself, where CLDR has one that differs from the English one."""
    language = Lang.parse(row.lang)
    own = autonym(language.iso639_3, language.script)
    return "" if own.casefold() == row.name.casefold() else own


def _round(value: object) -> object:
    """Numbers with the digits that are shown, and some: five behind the point."""
    return round(value, 5) if isinstance(value, float) else value


def _group_drops(tables: Tables) -> dict[str, dict[str, int]]:
    """Documents dropped by reason, of each language."""
    drops: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in tables.curated:
        if row["outcome"] not in SPLITS:
            drops[row["lang"]][row["outcome"]] += row["documents"]
    return drops


def _list_text(langs: Sequence[str], tables: Tables, sources: Mapping[str, int]) -> list[list[list[object]]]:
    """What became of a language's documents: source, outcome, documents and bytes of each; sources by their number."""
    sums: dict[str, dict[tuple[int, str], list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for row in tables.chosen:
        cell = sums[row["lang"]][sources.get(row["source"], -1), row["outcome"]]
        cell[0] += row["documents"]
        cell[1] += row["bytes"]
    return [[[*key, *cell] for key, cell in sorted(sums[lang].items())] for lang in langs]


def _list_gains(langs: Sequence[str], tasks: TaskSection | None) -> dict[str, Any]:
    """Scores on benchmarks: those there are, and for each language its rows, benchmarks by their number."""
    if tasks is None:
        return {"tasks": [], "gains": [[] for _ in langs], "models": []}
    gains = {each.lang: each.gains for each in tasks.languages}
    native = {(row.task, row.variant, row.metric): row.native for row in tasks.rows}
    in_points = {gain.place: gain.in_points for each in tasks.languages for gain in each.gains}
    shown = [(*place, native.get(place), points) for place, points in sorted(in_points.items())]
    numbers = {place: number for number, place in enumerate(sorted(in_points))}
    return {
        "tasks": shown,
        "gains": [[[numbers[gain.place], *_list_gain(gain)] for gain in gains.get(lang, ())] for lang in langs],
        "models": tasks.models,
    }


def _list_gain(gain: LanguageGain) -> list[object]:
    return [_round(getattr(gain, name)) for name in GAIN_FIELDS]


def describe_texts(
    rows: Sequence[LanguageRow], tables: Tables, texts: PageTexts, count: int, letters: int
) -> dict[str, Any]:
    """What speakers said; continuations, answers and dropped documents, at most `count` of each and `letters` long."""
    samples, dropped = group_by_language(tables.shown_samples), texts.dropped
    withheld = texts.withheld
    return {
        "audits": [list(texts.audits.get(row.lang, ())) for row in rows],
        "samples": [
            [_show_sample(each, letters, withheld) for each in samples.get(row.lang, ())[:count]] for row in rows
        ],
        "answers": [[_show_answer(each, letters) for each in texts.answers.get(row.lang, ())[:count]] for row in rows],
        "dropped": [
            [_show_dropped(each, letters, withheld) for each in dropped.get(row.lang, ())[:count]] for row in rows
        ],
    }


def _show_sample(sample: Row, letters: int, withheld: frozenset[str]) -> list[Quote | None]:
    """Beginning of a document and what it goes on with, which may be withheld; then what the models go on with."""
    is_withheld = name_source(sample["id"]) in withheld
    given = [quote(sample[name], letters, is_withheld=is_withheld) for name in ("prompt", "reference")]
    return [*given, *(text and shorten(text, letters) for text in (sample["base"], sample["adapted"]))]


def _show_dropped(each: DroppedDocument, letters: int, withheld: frozenset[str]) -> list[Quote]:
    shown = quote(each.text, letters, each.characters, is_withheld=each.source in withheld)
    return [each.reason, each.source, shown]


def _show_answer(answer: ShownAnswer, letters: int) -> list[object]:
    """Benchmark, question, reference; then of each model its answer, the answer's score and language."""
    models = [
        [shorten(text, letters), _round(answer.values[name]), answer.answer_langs[name]]
        for name, text in answer.answers.items()
    ]
    what = f"{answer.task}, {answer.variant}"
    return [what, shorten(answer.prompt, letters), shorten(answer.reference, letters), answer.metric, models]
