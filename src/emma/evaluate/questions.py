"""What is asked of every model: the items of the tasks, in the languages that were chosen, under each variant."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emma.errors import LanguageError, RecipeError, SourceError
from emma.evaluate.engine.requests import Request
from emma.evaluate.tasks.data import find_folder
from emma.evaluate.tasks.task import Asking, Item, RejectedItem, Task, TaskData
from emma.lang.cldr import representative
from emma.lang.codes import resolve
from emma.lang.language import CODE, Lang
from emma.lang.macro import macrolanguage_of
from emma.lang.tiers import TIER_NAMES
from emma.store.address import hash64
from emma.wording import plural

ALL, CORPUS = "all", "corpus"
MOST_SHOWN = 5
"""Languages that a line names before it only counts them."""


@dataclass(frozen=True)
class Questions:
    """The questions of a task in one language under one variant."""

    task: Task
    lang: Lang
    """Under which its scores stand: as the corpus or whoever asks calls it."""
    lang_there: Lang
    """As the benchmark calls it."""
    variant: str
    items: tuple[Item, ...]
    requests: tuple[tuple[Request, ...], ...]
    """Of each item."""
    rejects: int
    """Rows of the language's data that are no items."""


@dataclass(frozen=True)
class Reading:
    """What was found of a task: its questions, rows that are no items, and languages that it does not have."""

    task: Task
    questions: tuple[Questions, ...]
    rejects: tuple[RejectedItem, ...]
    absent: tuple[Lang, ...]


def choose_languages(languages: str | Sequence[str], tiers: Mapping[str, str] | None) -> list[Lang] | None:
    """The languages that a setting names; None for all that a task has. `tiers` has the corpus's, if there is one.

    Raises RecipeError for a tier that no language is in, LanguageError for what is no language.
    """
    names = [languages] if isinstance(languages, str) else list(languages)
    return None if ALL in names else sorted({lang for name in names for lang in _find_languages(name, tiers)})


def _find_languages(name: str, tiers: Mapping[str, str] | None) -> list[Lang]:
    if name not in (CORPUS, *TIER_NAMES):
        return [read_language_name(name)]
    if tiers is None:
        raise RecipeError(f"'{name}' are languages of a corpus, and none is named: write '{name} of RUN'.")
    if chosen := [Lang.parse(label) for label, tier in tiers.items() if name in (CORPUS, tier)]:
        return chosen
    there = ", ".join(name for name in TIER_NAMES if name in tiers.values()) or "no language at all"
    raise RecipeError(f"No language of the corpus is in tier '{name}'; it has {there}.")


def read_language_name(name: str) -> Lang:
    """The language of a code or label; program code is none, and has a label all the same. Raises LanguageError."""
    try:
        return CODE if name.strip() == CODE.label else resolve(name).lang
    except LanguageError:
        raise LanguageError(
            f"'{name}' is nothing that one language is called; 'emma lang {name}' says why. Name a label such as "
            "swh_Latn."
        ) from None


def find_folders(tasks: Sequence[Task], data: Path) -> list[Path]:
    """The folder of each task's data. Raises SourceError with all that are not there, and how they are had."""
    folders, faults = [], []
    for task in tasks:
        try:
            folders.append(find_folder(task.info, data))
        except SourceError as error:
            faults.append(str(error))
    if faults:
        raise SourceError("\n".join(faults))
    return folders


def read_task(task: Task, folder: Path, wanted: Sequence[Lang] | None, asking: Asking, limit: int | None) -> Reading:
    """Read a task in the languages that are wanted. Raises SourceError for data that cannot be read."""
    there = task.languages(folder)
    fits = {lang: find_fit(lang, there) for lang in (name_languages(there) if wanted is None else wanted)}
    questions, rejects, read = list[Questions](), list[RejectedItem](), set[Lang]()
    # Those that have the benchmark's own name first: the other name of one of them is not asked again.
    for lang, fit in sorted(fits.items(), key=lambda names: (names[0] != names[1], names[0])):
        if fit is None or fit in read:
            continue
        read.add(fit)
        data = read_language(task, folder, fit)
        rejects += data.rejects
        items = choose_items(data.items, limit)
        asked = [(item, task.ask(item, fit, data, asking)) for item in items]
        questions += group_variants(task, (lang, fit), asked, len(data.rejects))
    questions.sort(key=lambda each: each.lang)
    absent = [lang for lang, fit in fits.items() if fit is None]
    return Reading(task, tuple(questions), tuple(rejects), tuple(absent))


def read_language(task: Task, folder: Path, lang: Lang) -> TaskData:
    """The items of a language. Files that cannot be read as a whole are one reject, of row 0, and no end of the run."""
    try:
        return task.read(folder, lang)
    except SourceError as error:
        return TaskData((), rejects=(RejectedItem(lang.label, folder.name, 0, str(error)),))


def find_fit(lang: Lang, there: Sequence[Lang]) -> Lang | None:
    """The language of a benchmark in which to ask about one of a corpus: itself, else the same under its other name.

    A macrolanguage and the member that its text is mostly in are two names of one: `swa` of a corpus is asked as `swh`.
    """
    macro = macrolanguage_of(lang.iso639_3)
    names = [lang.iso639_3, representative(lang.iso639_3)] if lang.is_language else [lang.iso639_3]
    names += [macro] if macro and representative(macro) == lang.iso639_3 else []
    return next((fit for name in names if (fit := Lang(name, lang.script)) in there), None)


def name_languages(there: Sequence[Lang]) -> list[Lang]:
    """The languages of a benchmark as all benchmarks are to call them: `ara` of one and `arb` of another are `arb`."""
    names = Counter(map(usual_name, there))
    return [lang if names[usual_name(lang)] > 1 else usual_name(lang) for lang in there]


def usual_name(lang: Lang) -> Lang:
    """The language under the name of the member that stands for its macrolanguage, if it is one."""
    member = representative(lang.iso639_3) if lang.is_language else ""
    return Lang(member or lang.iso639_3, lang.script)


def choose_items(items: Sequence[Item], limit: int | None) -> Sequence[Item]:
    """At most `limit` items, in their order: of parallel items the same ones in every language, and a second question
    on one text only where every text has had its first."""
    if limit is None or len(items) <= limit:
        return items
    before, order = Counter[str](), []
    for item in sorted(items, key=lambda item: item.id):
        name = item.cluster or item.id
        order.append((before[name], hash64(name), item.id))
        before[name] += 1
    names = {name for *_, name in sorted(order)[:limit]}
    return [item for item in items if item.id in names]


def group_variants(
    task: Task,
    names: tuple[Lang, Lang],
    asked: Sequence[tuple[Item, Mapping[str, tuple[Request, ...]]]],
    rejects: int,
) -> Iterator[Questions]:
    """The items by variant, each as the variant asks it; `names` are the language's here and there."""
    variants = dict.fromkeys(variant for _, requests in asked for variant in requests)
    for variant in variants:
        pairs = [(item.under(variant), requests[variant]) for item, requests in asked if variant in requests]
        items, requests = zip(*pairs, strict=True)
        yield Questions(task, *names, variant, items, requests, rejects)


def describe_reading(reading: Reading) -> Iterator[str]:
    """Sentences on what of a task is not there."""
    name = reading.task.info.name
    if reading.absent:
        shown = ", ".join(lang.label for lang in reading.absent[:MOST_SHOWN])
        more = f" and {len(reading.absent) - MOST_SHOWN} more" if len(reading.absent) > MOST_SHOWN else ""
        yield f"{name} has no items in {shown}{more}"
    if reading.rejects:
        first, count = reading.rejects[0], len(reading.rejects)
        yield f"{name}: no items in {plural(count, 'row')}, the first in {first.file}, row {first.row}: {first.reason}"
