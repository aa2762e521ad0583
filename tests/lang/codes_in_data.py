"""The codes that a folder of real data calls its languages by: who writes them, in which scheme, and which they are."""

import csv
import gzip
import io
import json
import re
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import zstandard

Found = set[tuple[str, str, str]]
"""Source, scheme, code."""


def codes(data: Path) -> Found:
    """All codes in the data folder.

    Left out are reference tables, which name every language there is, the names inside mojibake cases, and a source's
    own keys beside its ISO codes: WALS codes, UDHR's file keys, the two letters of the CES Bibles.
    """
    found: Found = set()
    for (source, scheme), each in {**names(data), **fields(data)}.items():
        found |= {(source, scheme, code) for code in each}
    return found


def names(data: Path) -> dict[tuple[str, str], set[str]]:
    """Codes in names of files and folders."""

    def stems(pattern: str, form: str) -> set[str]:
        paths = sorted(path for path in data.glob(pattern) if path.name != "README.md")
        return {match[1] for path in paths if (match := re.search(form, str(path.relative_to(data))))}

    return {
        ("americasnli", "iso639"): stems("bench/americasnli/*/*.tsv", r"([a-z]+)\.tsv$"),
        ("belebele", "flores"): stems("bench/belebele/*", r"belebele/([\w]+)"),
        ("flores200", "flores"): stems("bench/flores200_devtest/*", r"devtest/(\w+)\.devtest"),
        ("mgsm", "bcp47"): stems("bench/mgsm/*.tsv", r"mgsm_(.+)\.tsv"),
        ("nusax", "name"): stems("bench/nusax/sentiment/*", r"sentiment/(\w+)$"),
        ("sib200", "flores"): stems("bench/sib200/*", r"sib200/(\w+)$"),
        ("xcopa", "bcp47"): stems("bench/xcopa/*", r"xcopa/(\w+)$"),
        ("xquad", "bcp47"): stems("bench/xquad/*", r"xquad\.(.+)\.json"),
        ("open-bibles", "iso639"): stems("mono/open_bibles_xml/*", r"/([a-z]+)-[^/]*$"),
        ("mediawiki-uls", "wiki"): stems("mono/mediawiki_uls_json/*.json", r"/([^/]+)\.json$"),
        ("ud", "any"): stems("mono/ud_conllu/*", r"conllu/([a-z]+)_"),
        ("badwords", "bcp47"): stems("ref/badwords/*.txt", r"badwords/(.+)\.txt"),
        ("panlex", "iso639"): _zip(data / "bitext/panlex_swadesh/panlex_swadesh.zip", r"/([a-z]{3})-\d+\.txt$"),
        ("african-storybook", "bcp47"): _tar(data / "mono/african_storybook_md.tar.zst", r"^([^/]+)/.*\.md$"),
        ("mediawiki-ve", "wiki"): _tar(data / "mono/mediawiki_ve_json.tar.zst", r"/([^/]+)\.json$"),
        ("openstreetmap", "bcp47"): _tar(data / "mono/openstreetmap_id_json.tar.zst", r"/([^/]+?)(?:\.min)?\.json$"),
        ("wikipedia-android", "android"): _tar(data / "mono/wikipedia_android_xml.tar.zst", r"/values-([^/]+)/"),
    }


def fields(data: Path) -> dict[tuple[str, str], set[str]]:
    """Codes in headers, attributes and JSON fields."""
    udhr = "".join(
        path.read_text() for path in sorted((data / "mono/udhr_xml").glob("*.xml")) if path.stem != "template"
    )
    bibles = [
        _open(path).read(20_000).decode(errors="replace") for path in sorted((data / "mono").glob("*bible*/*.zst"))
    ]
    books = [_open(path).read().decode() for path in sorted((data / "domain/books").iterdir())]
    papers = [_open(path).read().decode() for path in sorted((data / "domain/papers").iterdir())]
    tmx = [_open(path).read().decode() for path in sorted((data / "bitext/tico19_tmx").glob("*.zst"))]
    wals = [json.loads(line) for line in _open(data / "bitext/wals_examples/examples.jsonl.zst")]
    pairs = [json.loads(line) for line in _open(data / "bitext/tatoeba_pairs.jsonl.zst")]
    stopwords = next((data / "ref/stopwords").iterdir())
    tata = [_open(path).read().decode() for path in sorted((data / "bench/tata").iterdir())]
    mt = sorted((data / "bench/nusax/mt").rglob("*.csv.gz"))
    return {
        ("udhr", "iso639"): _attributes([udhr], "iso639-3"),
        ("udhr", "bcp47"): _attributes([udhr], "xml:lang") | _attributes([udhr], "bcp47"),
        ("bible", "iso639"): set(re.findall(r"<language [^>]*iso639=\"([^\"]+)\"", "".join(bibles))),
        ("bible", "bcp47"): _attributes(bibles, "xml:lang"),
        ("books", "bcp47"): _attributes(books, "xml:lang"),
        ("papers", "bcp47"): _attributes(papers, "xml:lang"),
        ("tico19", "bcp47"): _attributes(tmx, "xml:lang"),
        ("wals", "iso639"): {row["iso639p3"] for row in wals},
        ("tatoeba", "any"): {row[key] for row in pairs for key in ("src_code", "tgt_code")},
        ("tatoeba pairs", "any"): {code for row in pairs for code in row["pair"].split("-")},
        ("stopwords", "bcp47"): set(json.loads(gzip.open(stopwords).read())),
        ("tata", "bcp47"): {code for text in tata for code in re.findall(r'"example_id": "[^"]*?-(\w+)-\d', text)},
        ("nusax mt", "name"): {
            name for path in mt for name in next(csv.reader(io.TextIOWrapper(gzip.open(path)))) if name.isalpha()
        },
    }


def _attributes(texts: list[str], name: str) -> set[str]:
    return {code for text in texts for code in re.findall(rf"(?<![\w:-]){name}=[\"']([^\"']*)[\"']", text)}


def _open(path: Path) -> io.BufferedReader:
    if path.suffix == ".zst":
        return io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(path.open("rb"), read_across_frames=True))
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _zip(path: Path, form: str) -> set[str]:
    return _matches(iter(zipfile.ZipFile(path).namelist()), form)


def _tar(path: Path, form: str) -> set[str]:
    with tarfile.open(fileobj=_open(path), mode="r|") as archive:
        return _matches((member.name for member in archive), form)


def _matches(names: Iterator[str], form: str) -> set[str]:
    return {match[1] for name in names if (match := re.search(form, name))}
