"""Sentences of hundreds of languages from `shared/data`, each once: what made corpora are made of.

Read with plain patterns and not with EMMA's own readers, so that a change in those does not change the bench set.
"""

import gzip
import hashlib
import html
import io
import json
import re
import tarfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import zstandard

from emma.errors import LanguageError
from emma.lang.codes import resolve

Found = tuple[str, str]
"""A language code as the source has it, and a sentence."""

TAG = re.compile(r"<[^>]*>")
PATTERNS = (
    ("mono/bible_cesxml/*.zst", r'iso639="(\w+)"', r'(?s)<seg[^>]*type="verse"[^>]*>(.*?)</seg>'),
    ("mono/open_bibles_xml/*.osis.xml.zst", r"(^\w+)-", r"(?s)<verse [^>]*[^/]>(.*?)</verse>"),
    ("mono/open_bibles_xml/*.usfx.xml.zst", r"(^\w+)-", r"(?s)<v id=[^>]*/>(.*?)<ve/>"),
    ("mono/ud_conllu/*.zst", r"(^\w+?)_", r"^# text = (.*)$"),
    ("mono/udhr_xml/udhr_*.xml", r"iso639-3='(\w+)'", r"(?s)<para>(.*?)</para>"),
    ("mono/african_storybook_md.tar.zst", r"^(\w+)/", r"^([^#*\s].*)$"),
    ("mono/wikipedia_android_xml.tar.zst", r"values-([^/]+)/", r"(?s)<string [^>]*>(.*?)</string>"),
    ("domain/books/eltec*.zst", r"xml:lang=\"(\w+)\"", r"(?s)<p[ >][^>]*>(.*?)</p>"),
    ("domain/papers/*.zst", r"xml:lang=\"(\w+)\"", r"(?s)<p[ >][^>]*>(.*?)</p>"),
    ("bench/flores200_devtest/*.zst", r"^([^.]+)\.", r"^(.+)$"),
)
"""Files, what finds the code in the name followed by the text, and what finds sentences in the text."""
MESSAGES = ("mono/mediawiki_uls_json/*.json", "mono/mediawiki_ve_json.tar.zst", "mono/openstreetmap_id_json.tar.zst")
INDIVIDUAL = {"chi": "zh", "swa": "swh", "az": "amu"}
"""Codes of the Bibles' file names that stand for one language there."""


def sentences(data: Path) -> dict[str, list[str]]:
    """The sentences of each language, by label, in the order of the files; none twice, whatever its punctuation."""
    by_code: dict[str, list[str]] = defaultdict(list)
    for code, sentence in found(data):
        text = " ".join(html.unescape(TAG.sub(" ", sentence)).split())
        if text:
            by_code[INDIVIDUAL.get(code, code)].append(text)
    by_label: dict[str, list[str]] = defaultdict(list)
    for code, texts in by_code.items():
        if (label := label_of(code, texts)) is not None:
            by_label[label] += texts
    return {label: once(by_label[label]) for label in sorted(by_label)}


def found(data: Path) -> Iterator[Found]:
    """All sentences, with the code that their source gives."""
    for files, code, sentence in PATTERNS:
        for name, text in opened(data, files):
            if (match := re.search(code, f"{name}\n{text[:20_000]}", re.MULTILINE)) is not None:
                yield from ((match[1], each) for each in re.findall(sentence, text, re.MULTILINE))
    for files in MESSAGES:
        for name, text in opened(data, files):
            yield from ((Path(name).name.split(".")[0], each) for each in strings(json.loads(text)))
    for _, text in opened(data, "bitext/tatoeba_pairs.jsonl.zst"):
        for row in map(json.loads, text.splitlines()):
            yield from ((row["src_code"], row["src"]), (row["tgt_code"], row["tgt"]))
    for _, text in opened(data, "bitext/tico19_tmx/*.zst"):
        yield from re.findall(r'<tuv xml:lang="([\w-]+)">\s*<seg>(.*?)</seg>', text, re.DOTALL)


def opened(data: Path, files: str) -> Iterator[tuple[str, str]]:
    """Names and texts of files, and of those inside archives, unpacked."""
    for path in sorted(data.glob(files)):
        if not path.name.endswith(".tar.zst"):
            yield path.name, unpacked(path).decode("utf-8", "replace")
            continue
        with tarfile.open(fileobj=io.BytesIO(unpacked(path))) as archive:
            for member in sorted(filter(tarfile.TarInfo.isfile, archive), key=lambda each: each.name):
                content = archive.extractfile(member)
                yield member.name, content.read().decode("utf-8", "replace") if content else ""


def unpacked(path: Path) -> bytes:
    """A file's bytes, decompressed."""
    raw = path.read_bytes()
    if path.suffix == ".zst":
        return zstandard.ZstdDecompressor().stream_reader(raw).read()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


def strings(value: Any) -> Iterator[str]:
    """All strings in a JSON value, but for those about the file itself."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            if not name.startswith("@"):
                yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


def label_of(code: str, texts: list[str]) -> str | None:
    """The label of a code whose texts these are; None where there is none, as for documentation and mixtures."""
    try:
        return resolve(code, " ".join(texts[:: max(1, len(texts) // 50)])).label
    except LanguageError:
        return None


def once(texts: Iterable[str]) -> list[str]:
    """The texts without those whose letters and digits have occurred before."""
    seen: set[bytes] = set()
    kept = []
    for text in texts:
        bare = "".join(filter(str.isalnum, text.casefold())) or text
        key = hashlib.blake2b(bare.encode(), digest_size=8).digest()
        if key not in seen:
            seen.add(key)
            kept.append(text)
    return kept
