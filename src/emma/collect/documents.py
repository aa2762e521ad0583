"""From the units of a file to documents: repair, joining of short texts, and the language."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from emma.collect.clean import repair
from emma.collect.config import SourceConfig
from emma.collect.unit import Bad, Unit, bad, joined
from emma.errors import LanguageError
from emma.lang.codes import resolve
from emma.schemas import CODE

CODE_READER = "code"
"""The one reader whose documents are program code."""


@dataclass(frozen=True, slots=True)
class Document:
    """A unit whose language is known."""

    unit: Unit
    lang: str
    lang2: str | None
    rule: str


def documents(units: Iterable[Unit | Bad], source: SourceConfig, reject: Callable[[Bad], None]) -> Iterator[Document]:
    """The documents of one file, in order; what cannot become one goes to `reject`."""
    for unit in grouped(repaired(units, reject), source.group_bytes):
        try:
            yield identified(unit, source)
        except LanguageError as error:
            reject(bad(unit, "unknown language", str(error)))


def repaired(units: Iterable[Unit | Bad], reject: Callable[[Bad], None]) -> Iterator[Unit]:
    """Units with repaired text; bad and empty ones go to `reject`."""
    for unit in units:
        if isinstance(unit, Bad):
            reject(unit)
            continue
        text, text2 = repair(unit.text), None if unit.text2 is None else repair(unit.text2)
        if not text or text2 == "":
            reject(bad(unit, "empty text"))
        elif text == unit.text and text2 == unit.text2:
            yield unit
        else:
            yield replace(unit, text=text, text2=text2)


def grouped(units: Iterable[Unit], size: int) -> Iterator[Unit]:
    """Join neighbours of one language into units of at least `size` UTF-8 bytes; 0 joins nothing."""
    if not size:
        yield from units
        return
    for _, run in groupby(units, key=lambda unit: (unit.code, unit.code2, unit.row if unit.alone else 0)):
        yield from _join_run(run, size)


def _join_run(units: Iterable[Unit], size: int) -> Iterator[Unit]:
    """One group is held back, since the next may turn out to be a leftover that joins it."""
    done: list[Unit] = []
    growing: list[Unit] = []
    weight = 0
    for unit in units:
        growing.append(unit)
        weight += unit.bytes
        if weight >= size:
            if done:
                yield joined(done)
            done, growing, weight = growing, [], 0
    if done and 2 * weight < size:
        done, growing = done + growing, []
    yield from (joined(group) for group in (done, growing) if group)


def identified(unit: Unit, source: SourceConfig) -> Document:
    """A unit with its language; of a pair the side that is not English comes first. Raises LanguageError."""
    lang, rule = language(unit.code, unit.text, source)
    if unit.text2 is None:
        return Document(unit, lang, None, rule)
    lang2, rule2 = language(unit.code2, unit.text2, replace_lang(source))
    if lang.startswith("eng_") and not lang2.startswith("eng_"):
        turned = replace(unit, text=unit.text2, code=unit.code2, text2=unit.text, code2=unit.code)
        return Document(turned, lang2, lang, rule2)
    return Document(unit, lang, lang2, rule)


def replace_lang(source: SourceConfig) -> SourceConfig:
    """The source for the second side of a pair, which `lang` does not speak about."""
    return source if source.lang is None else source.model_copy(update={"lang": None})


def language(code: str, text: str, source: SourceConfig) -> tuple[str, str]:
    """The label of a text and the rule that gave it. Raises LanguageError."""
    if source.reader == CODE_READER:
        return CODE, "program code"
    if source.lang is not None:
        return resolve(source.lang, text).label, f"the source's `lang`: {source.lang}"
    if code in source.codes:
        label = resolve(source.codes[code], text).label
        return label, f"the source's `codes`: {code} → {label}"
    if not code:
        raise LanguageError("the text names no language; set `lang` of the source, or name the field that holds it")
    found = resolve(code, text)
    return found.label, found.rule
