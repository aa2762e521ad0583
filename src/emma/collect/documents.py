"""From the units of a file to documents: repair, joining of short texts, script and language."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from emma.collect.records import UNKNOWN_LANGUAGE, RawDocument, Reject, join_documents, reject_document
from emma.collect.text.clean import MOJIBAKE, mend, repair
from emma.collect.text.naming import Naming
from emma.collect.text.survey import surveyed
from emma.collect.text.writing import decided
from emma.errors import LanguageError


@dataclass(slots=True)
class Document:
    """A unit whose language is known."""

    unit: RawDocument
    lang: str
    lang2: str | None
    rule: str


def documents(
    units: Iterable[RawDocument | Reject], naming: Naming, group_bytes: int, reject: Callable[[Reject], None]
) -> Iterator[Document]:
    """The documents of one file, in order; what cannot become one goes to `reject`."""
    whole = repaired(units, reject)
    for unit in decided(surveyed(grouped(whole, group_bytes)) if group_bytes else whole, naming):
        try:
            yield identified(unit, naming)
        except LanguageError as error:
            reject(reject_document(unit, UNKNOWN_LANGUAGE, str(error)))


def repaired(units: Iterable[RawDocument | Reject], reject: Callable[[Reject], None]) -> Iterator[RawDocument]:
    """Units with mended and repaired text; bad and empty ones go to `reject`."""
    for unit in surveyed(units):
        if isinstance(unit, Reject):
            reject(unit)
            continue
        clean = cleaned(unit)
        if not clean.text or clean.text2 == "":
            reject(reject_document(unit, "empty text"))
        else:
            yield clean


def cleaned(unit: RawDocument) -> RawDocument:
    """The unit with its mojibake mended and its Unicode repaired; itself if there was nothing to do."""
    text, mended = (unit.text.strip(), False) if unit.seen else tidy(unit.text)
    text2, mended2 = (unit.text2, False) if unit.text2 is None or unit.seen2 else tidy(unit.text2)
    text2 = text2 and text2.strip()
    if (text, text2) == (unit.text, unit.text2):
        return unit
    return replace(unit, text=text, text2=text2, repair=MOJIBAKE if mended or mended2 else unit.repair)


def tidy(text: str) -> tuple[str, bool]:
    """A text mended and repaired, and whether it was mended."""
    mended = mend(text)
    return repair(text if mended is None else mended), mended is not None


def grouped(units: Iterable[RawDocument], size: int) -> Iterator[RawDocument]:
    """Join neighbours of one language into units of at least `size` UTF-8 bytes; 0 joins nothing."""
    if not size:
        yield from units
        return
    for _, run in groupby(units, key=lambda unit: (unit.code, unit.code2, unit.row if unit.alone else 0)):
        yield from _join_run(run, size)


def _join_run(units: Iterable[RawDocument], size: int) -> Iterator[RawDocument]:
    """One group is held back, since the next may turn out to be a leftover that joins it."""
    done: list[RawDocument] = []
    growing: list[RawDocument] = []
    weight = 0
    for unit in units:
        growing.append(unit)
        weight += unit.bytes
        if weight >= size:
            if done:
                yield join_documents(done)
            done, growing, weight = growing, [], 0
    if done and 2 * weight < size:
        done, growing = done + growing, []
    yield from (join_documents(group) for group in (done, growing) if group)


def identified(unit: RawDocument, naming: Naming) -> Document:
    """A unit with its language; of a pair the side that is not English comes first. Raises LanguageError."""
    lang, rule = naming.of(unit.code, unit.text, unit.seen)
    if unit.text2 is None:
        return Document(unit, lang, None, rule)
    lang2, rule2 = naming.of_other(unit.code2, unit.text2, unit.seen2)
    if lang.startswith("eng_") and not lang2.startswith("eng_"):
        turned = replace(unit, text=unit.text2, code=unit.code2, text2=unit.text, code2=unit.code)
        return Document(turned, lang2, lang, rule2)
    return Document(unit, lang, lang2, rule)
