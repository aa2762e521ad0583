"""Read some files of a source for real, with collect's own code, before the recipe is written."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from emma.collect.config import SourceConfig
from emma.collect.documents import clean_documents
from emma.collect.files.compression import compression_suffix
from emma.collect.files.inputs import find_files
from emma.collect.files.opening import open_range
from emma.collect.files.ranges import FileRange, RangePart
from emma.collect.files.streams import InputFile
from emma.collect.readers.registry import find_reader
from emma.collect.records import UNKNOWN_LANGUAGE, RawDocument, Reject
from emma.collect.text.naming import Naming
from emma.collect.text.short_texts import decide_scripts
from emma.errors import LanguageError
from emma.lang.language import Lang
from emma.lang.scripts import Evidence
from emma.pipeline.draft.licences import LICENCE_NAMES, name_licence
from emma.pipeline.draft.places import MAX_ROW_BYTES
from emma.pipeline.draft.sources import Row, Sample

MAX_FILES, MAX_MEMBERS = 600, 4_000
"""Files of a source that are read, spread over all of them; members of an archive."""
MAX_ROWS, MAX_PASSED = 200_000, 30_000_000
"""Texts of a file that are passed, and characters of a source."""
FIRST_ROWS, STRIDE = 20, 25
"""Texts at the beginning of a file that are looked at; of the others one of so many is."""
MAX_BYTES, MIN_FILE_BYTES = 4_000_000, 4_000
"""Characters of text that are looked at of a source, and at least of a file."""
PACKED = 4
"""Bytes that a byte of a compressed file stands for, about."""
MAX_LOST = 0.3
"""Share of the units that a reader may lose and still be the right one for most of the files."""


def read_sample(source: SourceConfig, root: Path, max_files: int = MAX_FILES) -> Sample:
    """Read a sample of a source. SourceError where it has no files."""
    groups, sample = find_files(source, root).groups, Sample()
    naming = Naming(source, {})
    step = -(-len(groups) // max_files)
    # a share for each file, so that all languages are met, whatever the size of the first
    share = MIN_FILE_BYTES if source.member else max(MIN_FILE_BYTES, MAX_BYTES * step // len(groups))
    passed = 0.0
    for group in groups[::step]:
        parts = tuple(RangePart(name=file.name, mark="", location=file.location) for file in group)
        opened = open_range(FileRange(parts=parts), source, MAX_ROW_BYTES)
        for file in islice(opened, MAX_MEMBERS if source.member else None):
            if isinstance(file, Reject):
                _count_reject(sample, file, group[0].name)
                continue
            whole = _read_file(file, source, naming, sample, share)
            passed += sum(part.bytes for part in group) * (1.0 if whole else guess_share(file, group[0].bytes))
            if sample.text_chars > MAX_BYTES:
                break
    total = sum(file.bytes for group in groups for file in group)
    sample.share = min(1.0, max(passed / max(1, total), 1e-6)) if not source.member else 1.0
    return sample


def guess_share(file: InputFile, size: int) -> float:
    """The share of a file that was passed, which is taken to hold PACKED times its size where it is compressed."""
    expected = size * (PACKED if compression_suffix(file.name) else 1)
    return min(1.0, max(file.position() / max(1, expected), 1e-6))


def _read_file(file: InputFile, source: SourceConfig, naming: Naming, sample: Sample, share: int) -> bool:
    """Read some texts of a file; whether all of it was passed."""
    naming.begin_file(file.name, [companion.name for companion in file.companions])
    sample.files += 1
    raw = _take(find_reader(source).read(file, source), share, sample)
    rejects: list[Reject] = []
    licence_column = next((name for name in source.keep if name.lower() in LICENCE_NAMES), "")
    for document, evidence, evidence2 in decide_scripts(clean_documents(raw, naming, rejects.append), naming):
        sample.text_chars += len(document.text) + len(document.text2 or "")
        sides = [(naming.name_text, document.code, document.text, evidence)]
        if document.text2 is not None:
            sides.append((naming.name_translation, document.code2, document.text2, evidence2))
        labels = [_name(sample, *side) for side in sides]
        both = labels if all(labels) else ["", ""]
        first, second = both[0], both[1] if len(both) > 1 else ""
        texts, codes = (document.text, document.text2 or ""), (document.code, document.code2)
        licence = name_licence(str((document.meta or {}).get(licence_column, "")))
        sample.rows.append(
            Row(file.name, document.row, texts[0], first, texts[1], second, *codes, licence, has_lang=bool(labels[0]))
        )
    for reject in rejects:
        _count_reject(sample, reject, file.name)
    return not file.stream.closed and not file.stream.read(1)


def _name(
    sample: Sample,
    name: Callable[[str, str, Evidence | None], tuple[Lang, str]],
    code: str,
    text: str,
    seen: Evidence | None,
) -> str:
    """The label of a text; empty where its language is not known, which is counted."""
    try:
        return name(code, text, seen)[0].label
    except LanguageError:
        sample.unknown[code] += 1
        return ""


def _take(documents: Iterator[RawDocument | Reject], size: int, sample: Sample) -> Iterator[RawDocument | Reject]:
    """The first texts of a file, up to `size` characters, then one of every STRIDE: files may be sorted by language."""
    for number, document in enumerate(islice(documents, MAX_ROWS)):
        if isinstance(document, Reject):
            yield document
            continue
        chars = len(document.text) + len(document.text2 or "")
        sample.passed += document.units
        sample.passed_chars += chars
        if number < FIRST_ROWS or (size > 0 and number % STRIDE == 0):
            size -= chars
            yield document
        elif sample.passed_chars > MAX_PASSED:
            return


def _count_reject(sample: Sample, reject: Reject, file: str) -> None:
    sample.rejects[reject.kind] += reject.units
    if reject.is_lost and reject.kind != UNKNOWN_LANGUAGE:
        sample.lost += reject.units
        sample.first_loss = sample.first_loss or f"{reject.file or file}, row {reject.row}: {reject.reason[:200]}"


def choose_source(candidates: Sequence[SourceConfig], root: Path) -> tuple[SourceConfig, Sample]:
    """Choose, of the sources that a group may be, the one that loses least; the first of those that lose as much.

    Plain text loses nothing, whatever it reads: it is chosen where nothing else reads most of the files.
    """
    tried = list(_try(candidates, root))
    read = [(source, sample) for source, sample in tried if sample.rows and sample.share_lost <= MAX_LOST]
    formats = [(source, sample) for source, sample in read if source.reader != "text"]
    return min(formats or read or tried, key=lambda pair: pair[1].share_lost)


def _try(candidates: Sequence[SourceConfig], root: Path) -> Iterator[tuple[SourceConfig, Sample]]:
    for source in candidates:
        sample = read_sample(source, root)
        yield source, sample
        if sample.rows and not sample.lost:
            return
