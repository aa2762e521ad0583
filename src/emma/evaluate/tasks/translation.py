"""Translation: FLORES-200, NTREX-128 and NusaX, from English and into it, or between any two of their languages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emma.errors import SourceError
from emma.evaluate.tasks.data import Layout, known, read_task
from emma.evaluate.tasks.generation import Form, TextTask, limit_answers, make_metrics
from emma.evaluate.tasks.rows import Row
from emma.evaluate.tasks.task import Asking, Item, RejectedItem, TaskData
from emma.lang.cldr import autonym, likely_script
from emma.lang.language import ENGLISH, Lang

if TYPE_CHECKING:
    from emma.evaluate.metrics.metric import Metric

FORM = Form("{one}: {text}\n{other}:", max_tokens=2048)
SHOT = "[{one}]: {text}\n[{other}]:"
PUBLISHED = Form(f"Translate the following sentence from {{one}} to {{other}}\n{SHOT}", 2048, end="\n", shot=SHOT)
"""The published prompt gives the instruction with the question alone."""


def make_sentence(row: Row) -> Item:
    """A sentence; that of the same row is the same in all languages."""
    return Item(str(row.number), row.text("text"), cluster=str(row.number))


@dataclass(frozen=True)
class Translation(TextTask):
    """Sentences in many languages, row by row translations of one another: from a pivot language and into it."""

    pivot: Lang = ENGLISH
    target: Lang | None = None
    """The only language beside the pivot, and the only one that is translated into."""

    def narrow(self, part: str) -> "Translation":
        """From one language into another (`fra_Latn-swh_Latn`), or both ways between one and all (`fra_Latn`)."""
        pivot, _, target = part.partition("-")
        info = replace(self.info, name=f"{self.info.name}:{part}")
        return replace(self, info=info, pivot=Lang.parse(pivot), target=Lang.parse(target) if target else None)

    def languages(self, folder: Path) -> Sequence[Lang]:
        """All but the pivot. Raises SourceError where one of a pair is not there."""
        there = self.list_all(folder)
        for lang in (self.pivot, self.target or self.pivot):
            if lang not in there:
                raise SourceError(f"Task {self.info.name}: {folder} has no sentences in {lang.label}.")
        return [lang for lang in there if lang != self.pivot and self.target in (None, lang)]

    def list_all(self, folder: Path) -> Sequence[Lang]:
        """The languages of the data, the pivot among them."""
        return super().languages(folder)

    def read(self, folder: Path, lang: Lang) -> TaskData:
        """Pairs of sentences; what has no partner is a reject, and so is a file that has not as many rows."""
        mine, theirs = (read_task(folder, self.layout, each, self.make) for each in (lang, self.pivot))
        return limit_answers(self._pair(mine, theirs, lang), list(self._directions(lang)))

    def _pair(self, mine: TaskData, theirs: TaskData, lang: Lang) -> TaskData:
        rows, other_rows, rejects = count_rows(mine), count_rows(theirs), list(mine.rejects)
        splits: list[tuple[Item, ...]] = []
        # Examples need both languages: without them there are none.
        for items, others in ((mine.items, theirs.items), (mine.pool if theirs.pool else (), theirs.pool)):
            # Of several files, such as `eng` and `eng-GB`, the one with the shortest name.
            chosen = min((item.place[0] for item in others), key=lambda name: (len(name), name), default="")
            texts = {item.place[1]: str(item.gold) for item in others if item.place[0] == chosen}
            pairs: list[Item] = []
            for item in items:
                if reason := self._find_fault(item, texts, (rows[item.place[0]], other_rows.get(chosen, 0))):
                    rejects.append(RejectedItem(lang.label, *item.place, reason))
                else:
                    pairs.append(self._join(item, lang, texts[item.place[1]]))
            splits.append(tuple(pairs))
        return TaskData(splits[0], splits[1], tuple(rejects))

    def _find_fault(self, item: Item, texts: Mapping[int, str], ends: tuple[int, int]) -> str:
        if ends[0] != ends[1]:
            return f"its file has {ends[0]} rows, that of {self.pivot.label} {ends[1]}: no translation row by row"
        return "" if item.place[1] in texts else f"it has no translation in {self.pivot.label}"

    def _join(self, item: Item, lang: Lang, other: str) -> Item:
        texts = {self.pivot.label: other, lang.label: str(item.gold)}
        golds = {variant: texts[target.label] for variant, (_, target) in self._directions(lang).items()}
        return replace(item, golds=golds, fields=texts, texts=(str(item.gold), other))

    def _directions(self, lang: Lang) -> Mapping[str, tuple[Lang, Lang]]:
        """Source and target by variant."""
        out = {f"from {self.pivot.label}": (self.pivot, lang)}
        return out if self.target else {**out, f"into {self.pivot.label}": (lang, self.pivot)}

    def forms_for(self, lang: Lang, asking: Asking) -> Mapping[str, Form]:
        """One form for each direction."""
        return dict.fromkeys(self._directions(lang), PUBLISHED if asking.mode == "paper" else FORM)

    def fill(self, query: str, item: Item, variant: str, lang: Lang, asking: Asking) -> str:
        """The sentence, with the names of its language and of the other."""
        source, target = self._directions(lang)[variant]
        one, other = (_name(each, asking.own_language) for each in (source, target))
        return query.format(text=item.fields[source.label], one=one, other=other)

    def metrics(self, variant: str, lang: Lang, asking: Asking) -> "Sequence[Metric]":
        """chrF++, which asks for no tokeniser, then BLEU, of the language that is translated into."""
        source, target = self._directions(lang)[variant]
        # Of translations, empty ones were counted in the published protocol too.
        return make_metrics(self.measures, target, replace(asking, mode="sound"), source.label)


def count_rows(data: TaskData) -> dict[str, int]:
    """The number of the last row of each file."""
    places = [item.place for item in (*data.items, *data.pool)]
    return dict(sorted([*places, *((reject.file, reject.row) for reject in data.rejects)]))  # the last of each stays


def _name(lang: Lang, own: bool) -> str:
    """What a prompt calls a language: its name, and its script where it is not the usual one."""
    name = (own and autonym(lang.iso639_3, lang.script)) or lang.name
    return name if lang.script == likely_script(lang.iso639_3) else f"{name} ({lang.script})"


def split_columns(row: Row) -> Iterator[Mapping[str, Any]]:
    """The sentences of a row with a column for each language; a column without a name has the row's number."""
    yield from ({"lang": name, "text": text} for name, text in row.values.items() if name)


def _translation(name: str, layout: Layout) -> Translation:
    return Translation(known(name), layout, make_sentence, {}, ("chrF++", "BLEU"))


FLORES_PATHS = ("{split}/{lang}.{split}", "{lang}.{split}", "*/{split}/{lang}.{split}", "{split}/{lang}.parquet")
NTREX_PATHS = ("newstest2019-*.{lang}.txt", "*/newstest2019-*.{lang}.txt")
FLORES200 = _translation("flores200", Layout(FLORES_PATHS, items=("devtest",), pool=("dev",)))
NTREX128 = _translation("ntrex128", Layout(NTREX_PATHS))
NUSAX_MT = _translation("nusax_mt", Layout(("mt/{split}.csv",), lang_column="lang", parts=split_columns))
TASKS = (FLORES200, NTREX128, NUSAX_MT)
