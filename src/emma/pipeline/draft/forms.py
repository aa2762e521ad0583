"""The form of a file by its first bytes and the suffix of its name: which readers may read it, or why none does.

A form is a first guess. What decides is `trials.py`, which really reads the files.
"""

import re
import zlib
from dataclasses import dataclass

from emma.collect.files.binary import recognise_binary
from emma.collect.text.encodings import detect_mark, has_controls
from emma.pipeline.draft.places import BOOK_MARKS, suffix_of

XML_ROOTS = {
    "article": "jats",
    "cesdoc": "ces",
    "html": "xhtml",
    "mediawiki": "mediawiki_dump",
    "osis": "osis",
    "resources": "android",
    "tei": "tei",
    "tei.2": "tei",
    "teicorpus": "tei",
    "tmx": "tmx",
    "udhr": "udhr",
    "usfx": "usfx",
}
"""Readers by the root element, in small letters and without prefix, of the XML that they read."""
ROOT = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)[\s/>]")
NO_ELEMENT = re.compile(rb"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)[\s>]", re.DOTALL | re.IGNORECASE)
XHTML = b"http://www.w3.org/1999/xhtml"
ARCHIVED = re.compile(rb"WARC/\d|filedesc://")
CONLLU = re.compile(rb"^# (?:text|sent_id) =|^\d+\t[^\t\n]*\t[^\t\n]*\t[A-Z_]+\t", re.MULTILINE)
MESSAGE = re.compile(rb'^msgid "', re.MULTILINE)
CUE = re.compile(rb"^\d\d:\d\d(?::\d\d)?[.,]\d{3} --> ", re.MULTILINE)
STORY = re.compile(rb"^\* Licen[cs]e: .*\n(?:.*\n)*?\* Language: ", re.MULTILINE)
CODE_SUFFIXES = frozenset({
    ".c", ".cc", ".cpp", ".cs", ".css", ".go", ".h", ".hpp", ".ipynb", ".java", ".jl", ".js", ".kt", ".lua", ".php",
    ".pl", ".py", ".r", ".rb", ".rs", ".scala", ".sh", ".sql", ".swift", ".ts",
})  # fmt: skip
NO_TEXT_SUFFIXES = frozenset({
    ".bin", ".ckpt", ".idx", ".model", ".npy", ".npz", ".pickle", ".pkl", ".pt", ".pth", ".safetensors", ".spm",
    ".vec",
})  # fmt: skip
"""Suffixes of models and arrays."""
MODEL_FILES = frozenset({
    "added_tokens.json", "config.json", "generation_config.json", "preprocessor_config.json",
    "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt",
})  # fmt: skip
"""Files of a model in a Hugging Face folder."""
TABLE_SUFFIXES = frozenset({".csv", ".tab", ".tsv"})
MARKDOWN_SUFFIXES = frozenset({".markdown", ".md"})
SETTINGS_SUFFIXES = frozenset({".cfg", ".conf", ".ini", ".toml", ".yaml", ".yml"})


@dataclass(frozen=True)
class Form:
    """What a file seems to be."""

    readers: tuple[str, ...] = ()
    """Readers that may read it, the likeliest first."""
    why: str = ""
    """Why none does, where none does."""


def find_form(name: str, head: bytes) -> Form:
    """Find the form of a file."""
    suffix = suffix_of(name)
    if form := _find_binary(name, suffix, head):
        return form
    head = _as_utf8(head)
    stripped = head.lstrip(b" \t\r\n\xef\xbb\xbf")
    if stripped.startswith(b"<"):
        return _find_markup(suffix, stripped)
    if stripped[:1] in (b"{", b"[") and suffix not in MARKDOWN_SUFFIXES:
        return _find_json(suffix, stripped)
    return _find_marked(head) or _find_plain(suffix, head)


def _find_marked(head: bytes) -> Form | None:
    """Formats whose lines have marks that no other text has."""
    if MESSAGE.search(head):
        return Form(("gettext",))
    if CONLLU.search(head) and b"\t" in head:
        return Form(("conllu",))
    if CUE.search(head):
        return Form(why="subtitles, which no reader of EMMA takes; docs/new-format.md shows one")
    return None


def _find_binary(name: str, suffix: str, head: bytes) -> Form | None:
    """Files that are no text, those among them that readers take, and those that nobody does."""
    if reader := _find_packed(suffix, head):
        return Form((reader,))
    if what := recognise_binary(head):
        return Form(why=what)
    if not head or suffix in NO_TEXT_SUFFIXES or name.rsplit("/", 1)[-1] in MODEL_FILES:
        return Form(why="a model or a part of one, by its name" if head else "nothing can be read of it")
    if has_controls(head) and not detect_mark(head) and b"\0\0\0" in head:
        return Form(why="no text: it is full of zero bytes")
    return None


def _find_packed(suffix: str, head: bytes) -> str:
    """The reader of a file that is no text and holds some; empty where there is none."""
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK") and any(mark in head for mark in BOOK_MARKS):
        return "epub"
    if ARCHIVED.match(head) or ARCHIVED.match(_unpack(head)):
        return "warc"
    return "huggingface" if suffix == ".arrow" and head.startswith(b"\xff\xff\xff\xff") else ""


def _unpack(head: bytes) -> bytes:
    """What gzip holds, whatever the file is called: the reader of web archives sees to that by itself."""
    try:
        return zlib.decompressobj(wbits=31).decompress(head[:4096], 64) if head.startswith(b"\x1f\x8b") else b""
    except zlib.error:
        return b""


def _as_utf8(head: bytes) -> bytes:
    """The first bytes in UTF-8 where a byte-order mark says that they are in UTF-16 or UTF-32."""
    mark = detect_mark(head)
    return head if mark is None else head.decode(mark.name, "ignore").encode()


def _find_markup(suffix: str, head: bytes) -> Form:
    body = NO_ELEMENT.sub(b"", head)
    root = ROOT.search(body)
    name = root[1].decode().lower() if root else ""
    if HTML.match(head) or name == "html":
        strict = XHTML in head and (head.startswith(b"<?xml") or suffix == ".xhtml")
        return Form(("xhtml", "html") if strict else ("html",))
    if name in XML_ROOTS:
        return Form((XML_ROOTS[name],))
    if suffix in (".xml", ".rdf", ".svg") or head.startswith(b"<?xml"):
        return Form(why=f"XML whose root element is <{name}>, which no reader of EMMA takes; docs/new-format.md")
    return _find_plain(suffix, head)


def _find_json(suffix: str, head: bytes) -> Form:
    """JSON Lines where the first line is a whole object and another follows, else one value a file."""
    first, _, rest = head.partition(b"\n")
    is_lines = first.rstrip().endswith(b"}") and first.startswith(b"{") and rest.lstrip()[:1] == b"{"
    if is_lines or suffix in (".jsonl", ".ndjson"):
        return Form(("jsonl", "json"))
    if suffix == ".json" or re.match(rb'[\[{]\s*(?:["{\[]|$)', head):
        return Form(("json",))
    return _find_plain(suffix, head)


def _find_plain(suffix: str, head: bytes) -> Form:
    if suffix in CODE_SUFFIXES:
        return Form(("code",))
    if suffix in SETTINGS_SUFFIXES:
        return Form(why="settings of a program, by its name")
    if suffix in MARKDOWN_SUFFIXES:
        return Form(("storybook", "markdown") if STORY.search(head) else ("markdown", "text"))
    if suffix in TABLE_SUFFIXES:
        return Form(("csv", "text"))
    return Form(("text", "csv") if not _looks_like_table(head) else ("csv", "text"))


def _looks_like_table(head: bytes) -> bool:
    """Whether every line has the same number of tabs, at least one."""
    lines = head.split(b"\n")[:-1][:200]
    tabs = {line.count(b"\t") for line in lines if line.strip()}
    return len(lines) > 2 and len(tabs) == 1 and tabs != {0}
