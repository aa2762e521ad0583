"""Inputs that somebody thought of: each is read by what reads it in a run, within a folder and limits of its own."""

import gzip
import io
import json
import pickle
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.hostile.forms import FORMS, PAGE, YORUBA
from tests.hostile.trial import MARK, run_collect, write

Run = Callable[[Path], str]
"""Reads something hostile in a folder; what came of it. Raises EmmaError where it is refused."""


def in_form(name: str, data: bytes) -> Run:
    """Collect a file as one of these forms."""

    def run(room: Path) -> str:
        form = FORMS[name]
        write(form, room / "data" / "in", data)
        write(form, room / "data" / "good", form.pack(form.content))
        return run_collect(form, room)

    return run


def _zip(*names: str, content: bytes = YORUBA.encode()) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in names:
            packed.writestr(zipfile.ZipInfo(name), content)
    return sink.getvalue()


def _tar(*infos: tarfile.TarInfo) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as packed:
        for info in infos:
            info.size = 4 if info.isfile() else 0
            packed.addfile(info, io.BytesIO(b"text"))
    return sink.getvalue()


def _entry(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


OUT = f"../../{MARK}/yor_Latn.txt"
ABSOLUTE = f"/tmp/{MARK}/yor_Latn.txt"
ENTITIES = '<!DOCTYPE a [<!ENTITY x0 "ha">{}]>'.format(
    "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 10))
)
XML = {
    "android": "<resources><string name='a'>{}</string></resources>",
    "ces": "<cesDoc><text><body><div type='chapter'><seg>{}</seg></div></body></text></cesDoc>",
    "jats": "<article><body><p>{}</p></body></article>",
    "osis": "<osis><verse>{}</verse></osis>",
    "tei": "<TEI><text><body><p>{}</p></body></text></TEI>",
    "tmx": "<tmx><body><tu><tuv xml:lang='en'><seg>{}</seg></tuv></tu></body></tmx>",
    "udhr": "<udhr><article><para>{}</para></article></udhr>",
    "usfx": "<usfx><c id='1'/><v id='1'/>{}<ve/></usfx>",
    "xhtml": "<html><body><p>{}</p></body></html>",
    "mediawiki_dump": "<mediawiki><page><title>{}</title></page></mediawiki>",
}


def _xml(name: str, inner: str, head: str = "") -> Run:
    return in_form(name, (head + XML[name].format(inner)).encode())


def _page(body: str) -> bytes:
    return f'<!doctype html><html lang="yo"><body>{body}</body></html>'.encode()


PAGES = {
    "div in div": "<div>" * 20_000 + YORUBA,
    "div in div, closed": "<div>" * 200_000 + YORUBA + "</div>" * 200_000,
    "end tags that close nothing": "<div></i>" * 50_000,
    "lists in lists": "<ul><li>" * 20_000,
    "ruby outside of ruby": "<rt>" * 100_000,
    "attributes": "<p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">",
    "attributes of body": "".join(f"<body a{n}=1>" for n in range(50_000)),
    "formatting never closed": "".join(f"<p><font size={n}>x</p>" for n in range(5_000)),
    "formatting around blocks": "".join(f"<b id={n}><p>" for n in range(5_000)) + "</b>" * 5_000,
    "links around blocks": "".join(f"<a href={n}><div>x" for n in range(5_000)),
    "options": "<select>" + "<option>x" * 100_000,
    "a tag never closed": "<a " * 200_000,
    "hreflang": "".join(f"<link rel=alternate hreflang=a{n} href=/{n}>" for n in range(20_000)),
    "canonical": "".join(f"<link rel=canonical href=/{n}>" for n in range(20_000)),
    "comments never closed": "<!--" * 200_000,
    "signs": "<" * 500_000,
    "drawings in drawings": "<svg>" * 50_000,
    "templates in templates": "<template>" * 50_000,
    "tables in tables": "<table><tr><td>" * 50_000,
    "spaces": "中\n" + " " * 1_000_000 + "中",
}


def _folder(run: Callable[[Path], object], **files: bytes) -> Run:
    """Give a folder with these files (a dash for a dot in their names) to a function."""

    def read(room: Path) -> str:
        folder = room / "store" / "folder"
        folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / name.replace("__", ".")).write_bytes(content)
        return str(run(folder))[:200]

    return read


class _Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        import os

        return os.system, (f"touch /tmp/{MARK}",)


def _weights(folder: Path) -> object:
    from emma.models.folder import list_tensors

    return list_tensors(folder)


def _tokens(folder: Path) -> object:
    from emma.errors import ArtifactError
    from emma.tokens.files import TokenFile

    found = TokenFile(folder / "a")
    if found.size != int(found.lengths.sum()):
        raise ArtifactError("does not add up")
    return len(found)


def _safetensors(header: bytes, size: int | None = None) -> bytes:
    return struct.pack("<Q", len(header) if size is None else size) + header


def _idx(sequences: int, boundaries: int = 2, size: int = 0) -> bytes:
    return struct.pack("<9sQBQQ", b"MMIDIDX\0\0", 1, 8, sequences, boundaries) + bytes(size)


BOMB = gzip.compress(bytes(10_000_000), 1)
NESTED = 200_000
MODELS: dict[str, Run] = {
    "weights that run code": _folder(_weights, pytorch_model__bin=pickle.dumps(_Evil())),
    "weights with an absurd header": _folder(_weights, model__safetensors=_safetensors(b"{}", 1 << 62)),
    "weights with an absurd shape": _folder(
        _weights,
        model__safetensors=_safetensors(
            json.dumps({"a": {"dtype": "F32", "shape": [1 << 40, 1 << 40], "data_offsets": [0, 8]}}).encode()
        ),
    ),
    "weights nested": _folder(_weights, model__safetensors=_safetensors(b"[" * NESTED)),
    "an index out of its folder": _folder(
        _weights, **{"model__safetensors__index__json": json.dumps({"weight_map": {"a": OUT}}).encode()}
    ),
    "an index nested": _folder(_weights, **{"model__safetensors__index__json": b'{"weight_map":' + b"[" * NESTED}),
    "tokens with an absurd number": _folder(_tokens, a__idx=_idx(1 << 60), a__bin=b""),
    "tokens with a number that overflows": _folder(_tokens, a__idx=_idx((1 << 64) - 1), a__bin=b""),
    "tokens that are not there": _folder(_tokens, a__idx=_idx(2, 3, 2 * 12 + 3 * 8), a__bin=b"xx"),
}

CRAFTED: dict[str, Run] = {
    "zip out of its folder": in_form("zip", _zip(OUT, ABSOLUTE, "..", "a\\..\\b.txt", "con.txt")),
    "tar out of its folder": in_form("tar", _tar(_entry(OUT), _entry(ABSOLUTE), _entry("yor_Latn.txt"))),
    "tar with links and devices": in_form(
        "tar",
        _tar(
            _entry("a.txt", tarfile.SYMTYPE, "/etc/passwd"),
            _entry("b.txt", tarfile.LNKTYPE, OUT),
            _entry("c.txt", tarfile.CHRTYPE),
            _entry("d.txt", tarfile.FIFOTYPE),
        ),
    ),
    "zip in zip in zip": in_form("zip", _zip("a.txt", content=_zip("b.txt", content=_zip("c.txt")))),
    "gzip bomb": in_form("text.gz", BOMB),
    "gzip bomb of lines": in_form("jsonl.gz", BOMB),
    "gzip bomb in a web archive": in_form("warc.gz", BOMB),
    "many members": in_form("zip", _zip(*(f"{n}.txt" for n in range(3_000)), content=b"")),
    "web archive, absurd length": in_form(
        "warc", FORMS["warc"].content.replace(b"Content-Length: ", b"Content-Length: 9999999999", 1)
    ),
    "parquet, absurd footer": in_form("parquet", b"PAR1" + b"\xff" * 60 + b"\xff\xff\xff\x7fPAR1"),
    "json nested": in_form("json", b"[" * NESTED),
    "messages nested": in_form("messages_json", b'{"a":' * NESTED + b"1" + b"}" * NESTED),
    "messages nested a little": in_form("messages_json", b'{"a":' * 1_000 + b'"x"' + b"}" * 1_000),
    "one record nested": in_form("jsonl", b'{"text":' + b"[" * NESTED + b"\n"),
    "numbers": in_form("jsonl", b'{"text": 1e999, "lang": -0}\n{"text": "x", "lang": 123456789012345678901234567890}'),
    "one long line": in_form("lines", YORUBA.encode() * 20_000),
    "mojibake in one long line": in_form("lines", YORUBA.encode().decode("latin-1").encode() * 5_000),
    "marks on one letter": in_form("text", ("a" + "\u0301\u0327" * 200_000).encode()),
    "controls": in_form("text", bytes(range(32)) * 10_000),
    "code pages": in_form("text", bytes(range(128, 256)) * 5_000),
    "a long tag of a language": in_form("jsonl", json.dumps({"text": YORUBA, "lang": "x-" * 100_000}).encode()),
    "many subtags": in_form("jsonl", json.dumps({"text": YORUBA, "lang": "yo" + "-abcde" * 50_000}).encode()),
    "brackets in messages": in_form("mediawiki_json", json.dumps({"a": "{{" * 200_000, "b": "%1" * 200_000}).encode()),
    "headings": in_form("storybook", ("#" * 200_000 + "\n* " + "a " * 200_000).encode()),
    **{f"{name}: entity bomb": _xml(name, "&x9;", ENTITIES) for name in XML},
    **{f"{name}: a file as an entity": _xml(name, "&f;", '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]>')
       for name in XML},
    **{f"{name}: somebody else's entity": _xml(name, "x", '<!DOCTYPE a SYSTEM "http://192.0.2.1/a.dtd">')
       for name in XML},
    **{f"page: {name}": in_form("html", _page(body)) for name, body in PAGES.items()},
    "page: surrogates": in_form("html", PAGE.encode().replace(b"x", b"\xed\xa0\x80")),
    **MODELS,
}  # fmt: skip
"""By what they are."""
