"""One file, from its reader to the sink: repair, joining of short texts, script and language, all accounted for."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.metadata import pick_meta
from emma.collect.readers.registry import find_reader
from emma.collect.records import (
    EMPTY_TEXT,
    UNKNOWN_LANGUAGE,
    CleanDocument,
    Document,
    RawDocument,
    Reject,
    join_documents,
    reject_document,
)
from emma.collect.sink import DocumentSink
from emma.collect.text.clean import clean_text
from emma.collect.text.naming import Naming
from emma.collect.text.short_texts import decide_scripts
from emma.collect.text.survey import Surveyed, survey_documents
from emma.errors import ArtifactError, LanguageError
from emma.lang.language import ENGLISH

MOJIBAKE = "mojibake"
"""The `repair` of a document whose text had been read in a wrong encoding."""
PAGE_BYTES = 1 << 10
"""Bytes that are held for rows near each other."""


def read_file(file: InputFile, source: SourceConfig, naming: Naming, sink: DocumentSink) -> None:
    """Read one file. ArtifactError unless every unit that its reader yields is in a document or a reject."""
    sink.open_file(file.name)
    naming.begin_file(file.name, [companion.name for companion in file.companions])
    raw, before = UniqueRows(find_reader(source).read(file, source), source.keep), sink.units
    begin = file.position()
    for document in make_documents(raw, naming, source.group_bytes, sink.reject):
        sink.keep(document)
    sink.close_file(file.position() - begin)
    if raw.units != (units := sink.units - before):
        raise ArtifactError(
            f"Source '{source.name}', {file.name}: {raw.units} units were read, but documents and rejects hold "
            f"{units}. This is a bug in EMMA: please report it with the recipe."
        )


class UniqueRows:
    """The documents and rejects of a reader, their units counted before anything else sees them.

    A row's number is part of its document's id, so a second document under the same number becomes a reject. Of what
    the reader says of a text beside it, only what `keep` of the source names goes on.
    """

    def __init__(self, documents: Iterable[RawDocument | Reject], keep: Sequence[str] = ()) -> None:
        self._documents, self._keep = documents, keep
        self.units = 0

    def __iter__(self) -> Iterator[RawDocument | Reject]:
        rows = RowSet()
        for document in self._documents:
            self.units += document.units
            if isinstance(document, RawDocument) and document.meta is not None:
                document.meta = pick_meta(self._keep, document.meta)
            if isinstance(document, Reject) or rows.add(document.row):
                yield document
            else:
                why = "another text of this file has the same number, and so the same id"
                yield reject_document(document, "row twice", why)


class RowSet:
    """Rows of a file, a bit each: ten million in a row are a megabyte, and gaps of any width nothing."""

    def __init__(self) -> None:
        self._pages: dict[int, bytearray] = {}

    def add(self, row: int) -> bool:
        """Add a row; whether it is new."""
        number, place = divmod(row, 8 * PAGE_BYTES)
        if (page := self._pages.get(number)) is None:
            page = self._pages[number] = bytearray(PAGE_BYTES)
        place, bit = place >> 3, 1 << (place & 7)
        if is_new := not page[place] & bit:
            page[place] |= bit
        return is_new


def make_documents(
    raw: Iterable[RawDocument | Reject], naming: Naming, group_bytes: int, reject: Callable[[Reject], None]
) -> Iterator[Document]:
    """Make the documents of one file, in order; what cannot become one goes to `reject`."""
    clean = clean_documents(raw, naming, reject)
    if group_bytes:
        # joined texts are other texts: what was seen of their script before holds no longer
        clean = survey_documents(group_documents((document for document, *_ in clean), group_bytes))
    for surveyed in decide_scripts(clean, naming):
        try:
            yield name_languages(surveyed, naming)
        except LanguageError as error:
            reject(reject_document(surveyed[0], UNKNOWN_LANGUAGE, str(error)))


def clean_documents(
    raw: Iterable[RawDocument | Reject], naming: Naming, reject: Callable[[Reject], None]
) -> Iterator[Surveyed[CleanDocument]]:
    """Repair texts and call their languages; rejects and documents without text go to `reject`."""
    for document, evidence, evidence2 in survey_documents(raw):
        if isinstance(document, Reject):
            reject(document)
            continue
        # where there is evidence, the survey has found that repair would change nothing
        clean = clean_document(document, naming, evidence is not None, evidence2 is not None)
        if not clean.text or clean.text2 == "":
            reject(reject_document(document, EMPTY_TEXT))
        else:
            yield clean, evidence, evidence2


def clean_document(document: RawDocument, naming: Naming, is_clean: bool, is_clean2: bool) -> CleanDocument:
    """Repair the texts of a document; of one that is known to be clean only white space around it goes."""
    text, mended = (document.text.strip(), False) if is_clean else clean_text(document.text)
    text2, mended2 = document.text2, False
    if text2 is not None:
        text2, mended2 = (text2.strip(), False) if is_clean2 else clean_text(text2)
    code, code2 = naming.call_languages(document.code, document.code2)
    repair = MOJIBAKE if mended or mended2 else document.repair
    return CleanDocument(
        document.row, text, code, text2, code2, document.alone, document.units, document.url, repair, document.meta
    )  # by position: keywords make it half as slow again


def group_documents(documents: Iterable[CleanDocument], size: int) -> Iterator[CleanDocument]:
    """Join neighbours of one language and one web address into documents of at least `size` UTF-8 bytes; 0 joins none.

    Of several addresses a document could be known by one alone, and wishes about the others would miss their texts.
    """
    if not size:
        yield from documents
        return
    for _, run in groupby(documents, key=lambda item: (item.code, item.code2, item.url, item.row if item.alone else 0)):
        yield from _join_run(run, size)


def _join_run(documents: Iterable[CleanDocument], size: int) -> Iterator[CleanDocument]:
    """Join documents of one language. One group is held back, since the next may be a leftover that joins it."""
    full: list[CleanDocument] = []
    growing: list[CleanDocument] = []
    weight = 0
    for document in documents:
        growing.append(document)
        weight += document.bytes
        if weight >= size:
            if full:
                yield _join_group(full)
            full, growing, weight = growing, [], 0
    # Less than half a group at the end joins the group before: a document of one line is of no use to later rules.
    if full and 2 * weight < size:
        full, growing = full + growing, []
    yield from (_join_group(group) for group in (full, growing) if group)


def _join_group(group: Sequence[CleanDocument]) -> CleanDocument:
    repair = next((document.repair for document in group if document.repair), None)
    document = join_documents(group)
    return document if document.repair == repair else replace(document, repair=repair)


def name_languages(surveyed: Surveyed[CleanDocument], naming: Naming) -> Document:
    """Name the languages of a document; of a pair the side that is not English comes first. Raises LanguageError."""
    document, evidence, evidence2 = surveyed
    lang, rule = naming.name_text(document.code, document.text, evidence)
    if document.text2 is None:
        return Document(document, lang, None, rule)
    lang2, rule2 = naming.name_translation(document.code2, document.text2, evidence2)
    # A pair is counted under its first language, and English, on one side of most pairs, would hide the others.
    if lang.iso639_3 == ENGLISH.iso639_3 != lang2.iso639_3:
        turned = replace(document, text=document.text2, code=document.code2, text2=document.text, code2=document.code)
        return Document(turned, lang2, lang, rule2)
    return Document(document, lang, lang2, rule)
