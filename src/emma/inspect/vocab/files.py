"""Texts from files: a file a language with one sentence a line, as FLORES has them; or pairs and documents as JSON
lines."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

import orjson

from emma.collect.files.compression import decompress, without_suffix
from emma.errors import LanguageError, SourceError
from emma.inspect.vocab.texts import SkippedTexts, TextBlock, TextSet, pair_with_english, resolve_label
from emma.lang.language import ENGLISH
from emma.lang.tables import Scheme

FORMS = (
    ("text", "lang", "text2", "lang2"),
    ("src", "src_code", "tgt", "tgt_code"),
    ("src", "src_lang", "tgt", "tgt_lang"),
    ("text", "lang"),
)
"""Names that JSON lines may give a text and its language, and perhaps another text and its language."""
ENDINGS = frozenset(
    ("txt", "text", "tsv", "csv", "md", "html", "dev", "test", "devtest", "train", "valid", "validation")
)
"""Ends of names that say what is in a file and not in which language, though some are codes of one."""


def read_text_files(places: Sequence[Path], scheme: Scheme, max_texts: int, aligned: bool = True) -> TextSet:
    """All texts of files and folders, at most `max_texts` of each language in each file.

    Line files of one folder that has an English one are the same sentences in the same order; unless `aligned`, a file
    of another length is taken alone. Raises SourceError for such a file if `aligned`, for one that cannot be read, and
    when nothing is in a language that is known.
    """
    result, folders = TextSet(), dict[Path, list[Path]]()
    for path in sorted({file for place in places for file in _list_files(place)}):
        if without_suffix(path.name).suffix == ".jsonl":
            result.extend(read_pair_lines(path, scheme, max_texts))
        else:
            folders.setdefault(path.parent, []).append(path)
    for files in folders.values():
        result.extend(read_line_files(files, scheme, max_texts, aligned))
    if places and not result.blocks:
        skipped = " ".join(f"{each.place}: {each.reason}" for each in result.skipped[:3])
        reasons = skipped or "No file is in there; folders inside are not looked into."
        raise SourceError(f"There is no text in a known language in {', '.join(map(str, places))}. {reasons}")
    return result


def _list_files(place: Path) -> list[Path]:
    if not place.exists():
        raise SourceError(f"{place} is neither a file nor a folder. Name text to measure on with --text.")
    if not place.is_dir():
        return [place]
    return sorted(path for path in place.iterdir() if path.is_file() and not path.name.startswith("."))


def read_line_files(files: Sequence[Path], scheme: Scheme, max_texts: int, aligned: bool) -> TextSet:
    """Files with one text a line. The language is the first part of the name, `swh_Latn.devtest`, or its last but for
    ENDINGS, `newstest.deu.txt`."""
    result = TextSet()
    read: dict[Path, tuple[str, list[str]]] = {}
    for path in files:
        texts = _read_text(path).split("\n")
        # A newline at the end begins no line.
        texts = texts[:-1] if texts[-1] == "" else texts
        lang = label_file(path, texts, scheme)
        if isinstance(lang, LanguageError):
            result.skipped.append(SkippedTexts(str(path), len(texts), str(lang)))
        else:
            read[path] = (lang, texts)
    english = next((path for path, (lang, _) in read.items() if lang == ENGLISH.label), None)
    lines = {path: len(texts) for path, (_, texts) in read.items()}
    for path, (lang, texts) in read.items():
        beside = english is not None and _is_beside(english, path, lines, aligned)
        result.skipped += _skip_beyond(path, len(texts), max_texts)
        result.blocks.append(
            _build_block(lang, texts[:max_texts], read[english][1][:max_texts] if english and beside else None)
        )
    return result


def label_file(path: Path, texts: Sequence[str], scheme: Scheme) -> str | LanguageError:
    """The label of a file by its name, or why it has none."""
    parts = without_suffix(path.name).name.split(".")
    while len(parts) > 1 and parts[-1].lower() in ENDINGS:
        parts.pop()
    first, last = (resolve_label(part, texts, scheme) for part in (parts[0], parts[-1]))
    return last if isinstance(first, LanguageError) and not isinstance(last, LanguageError) else first


def _is_beside(english: Path, path: Path, lines: Mapping[Path, int], aligned: bool) -> bool:
    """Whether a file has as many lines as the English one. SourceError when it has not, and all should be aligned."""
    if aligned and lines[path] != lines[english]:
        raise SourceError(
            f"{path} and {english} should have the same sentences line by line, but have {lines[path]:,} and "
            f"{lines[english]:,} lines. Mend the files, or give --unaligned: such files are then measured alone, "
            "without a premium."
        )
    return lines[path] == lines[english]


def _build_block(lang: str, texts: Sequence[str], english: Sequence[str] | None) -> TextBlock:
    """Lines that are blank on either side are left out."""
    if english is None:
        return TextBlock(lang, tuple(text for text in texts if text.strip()))
    both = [(text, other) for text, other in zip(texts, english, strict=True) if text.strip() and other.strip()]
    return TextBlock(lang, tuple(text for text, _ in both), tuple(other for _, other in both))


def read_pair_lines(path: Path, scheme: Scheme, max_texts: int) -> TextSet:
    """JSON lines in one of FORMS."""
    groups: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for values in _read_values(path):
        groups.setdefault(values[1::2], []).append(values[::2])
    result, sides = TextSet(), list[tuple[str, str, str, str]]()
    for codes, rows in groups.items():
        place = f"{path}: {'-'.join(codes)}"
        labels = [resolve_label(code, [row[side] for row in rows], scheme) for side, code in enumerate(codes)]
        if refused := [label for label in labels if isinstance(label, LanguageError)]:
            result.skipped.append(SkippedTexts(place, len(rows), str(refused[0])))
            continue
        result.skipped += _skip_beyond(place, len(rows), max_texts)
        lang, other = str(labels[0]), str(labels[-1])
        if len(labels) == 1:
            result.blocks.append(_build_block(lang, [text for (text,) in rows[:max_texts]], None))
        else:
            sides += [(lang, text, other, beside) for text, beside in rows[:max_texts]]
    result.blocks += pair_with_english(sides)
    return result


def _read_values(path: Path) -> Iterator[tuple[str, ...]]:
    """The values of one of FORMS in each row; those of the other text are left out where it is null."""
    for number, line in enumerate(_read_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            row: Any = orjson.loads(line)
            names = next(names for names in FORMS if set(names) <= set(row))
        except (ValueError, TypeError, StopIteration):
            forms = "; ".join(", ".join(names) for names in FORMS)
            raise SourceError(
                f"{path}, line {number} is no JSON object with one of these sets of keys: {forms}."
            ) from None
        values = tuple(row[name] for name in names)
        if values[2:] == (None, None):
            values = values[:2]
        if not all(isinstance(value, str) for value in values):
            raise SourceError(f"{path}, line {number}: {', '.join(names)} should be texts.")
        yield values


def _skip_beyond(place: PurePath | str, texts: int, max_texts: int) -> list[SkippedTexts]:
    return [SkippedTexts(str(place), texts - max_texts, "more than --lines asks for")] if texts > max_texts else []


def _read_text(path: Path) -> str:
    """The text of a file, decompressed by its suffix."""
    try:
        with path.open("rb") as raw:
            text = decompress(raw, path.name).read().decode()
    except UnicodeDecodeError as error:
        raise SourceError(f"{path} is not UTF-8 text ({error}). Leave it out, or convert it.") from None
    except Exception as error:  # each compression has its own
        raise SourceError(f"{path} cannot be read: {error}.") from None
    return text.removeprefix("\ufeff").replace("\r\n", "\n")
