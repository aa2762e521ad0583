"""Gettext's `.po` files, parsed a message at a time, so that a broken message costs itself and nothing else.

The format: https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html. Lines end at newlines only: what
else ends lines elsewhere (U+0085, U+2028, a form feed) is text here.
"""

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from emma.collect.records import Reject

LINE = re.compile(
    r'(?:(?P<word>msgctxt|msgid_plural|msgid|msgstr)(?:\[(?P<form>\w*)\])?\s*)?"(?P<text>[^"\\]*(?:\\.[^"\\]*)*)"'
)
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
ESCAPED_CHARACTERS = {"n": "\n", "t": "\t", "r": "\r", "v": "\v", "b": "\b", "f": "\f", '"': '"', "\\": "\\"}
"""Characters by their letter behind a backslash; before any other letter the backslash is text."""
SPACE = " \t\r\v\f"
OBSOLETE = re.compile(r"#~(?!\|)\s*")
CHARSET = re.compile(rb"charset=([\w.:-]+)", re.IGNORECASE)
HEADER = re.compile(rb'^msgid\s*""\s*$', re.MULTILINE)
PLURALS = re.compile(r"nplurals\s*=\s*(\d+)")
OURS, THEIRS = "<<<<<<<", ">>>>>>>"
"""The marks between which a version control system leaves two versions of a conflict."""

NumberedLine = tuple[int, str | Reject]
"""The number of a line, and its text or the reject of bytes that are none."""

Key = tuple[str | None, str]
"""The context of a message, if it has one, and the text that is translated: what identifies it in its file."""


@dataclass
class Message:
    """A message and its translations."""

    row: int
    """The number of its first line."""
    key: Key
    """Its context and text, which no other message of the file may have."""
    forms: list[str]
    """The translation, or its plural forms in order."""
    is_fuzzy: bool
    is_obsolete: bool


class MessageError(Exception):
    """A message that does not follow the format."""


def read_charset(data: bytes) -> str | None:
    """The encoding that the header names; None if it names none, or has the template's placeholder `CHARSET`."""
    header = HEADER.search(data)
    if header is None:
        return None
    end = data.find(b"\nmsgid", header.end())
    match = CHARSET.search(data, header.end(), len(data) if end < 0 else end)
    name = match[1].decode() if match else "CHARSET"
    return None if name == "CHARSET" else name


def is_known_encoding(encoding: str) -> bool:
    """Whether Python decodes an encoding to text."""
    try:
        return bool(codecs.lookup(encoding)._is_text_encoding)  # `rot13` and the like are none
    except LookupError:
        return False


def is_utf8_name(encoding: str) -> bool:
    """Whether this is one of the names of UTF-8."""
    return codecs.lookup(encoding).name == "utf-8"


def split_blocks(lines: Sequence[NumberedLine]) -> Iterator[list[NumberedLine]]:
    """Split lines into the blocks of messages, without empty lines.

    Lines that belong to no message stay in the block around them, and all between the marks of a conflict in one.
    """
    block, end = Block(), -1
    ends = [at for at, (_, line) in enumerate(lines) if isinstance(line, str) and line.startswith(THEIRS)][::-1]
    for at, (row, line) in enumerate(lines):
        word = "conflict" if at <= end else line_keyword(line)
        if word == OURS:
            while ends and ends[-1] < at:
                ends.pop()
            # without its end mark it is only a line that belongs to no message
            end, word = (ends[-1], conflict_keyword(lines[at + 1][1])) if ends else (end, "?")
        if word and block.ends_before(word):
            yield block.lines
            block = Block()
        block.add(word, row, line)
    yield block.lines


def conflict_keyword(first: str | Reject) -> str:
    """The keyword of a conflict, by its first line: `conflict` inside of a message, `msgid` if it begins one."""
    return "conflict" if line_keyword(first) in ("more", "msgstr") else "msgid"


@dataclass
class Block:
    """The lines of a message so far, and the keywords that they begin with."""

    lines: list[NumberedLine] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    is_interrupted: bool = False
    """Whether the last line was empty."""

    def ends_before(self, word: str) -> bool:
        """Whether a line that begins with a keyword begins another message."""
        if "msgstr" in self.words:
            return word in ("#", "msgctxt", "msgid") or (self.is_interrupted and word in ("msgstr", "?"))
        if "msgid" in self.words:
            return word in ("msgctxt", "msgid") or (self.is_interrupted and word == "#")
        if "msgctxt" in self.words:
            return word == "msgctxt"
        return "?" in self.words and self.is_interrupted

    def add(self, word: str, row: int, line: str | Reject) -> None:
        """Add a line."""
        self.is_interrupted = not word
        if word:
            self.words.add(word)
            self.lines.append((row, line))


def line_keyword(line: str | Reject) -> str:
    """The beginning of a line: a keyword, `#`, `more` for the next part of a text, else `?`; empty if nothing."""
    if isinstance(line, Reject):
        return line_keyword(line.raw.decode("ascii", "replace"))
    text = OBSOLETE.sub("", line.strip(SPACE), count=1)
    for word in ("msgctxt", "msgid_plural", "msgid", "msgstr", "#", OURS):
        if text.startswith(word):
            return word
    if text.startswith('"'):
        return "more"
    return "?" if text else ("#" if line.lstrip().startswith("#") else "")


def parse_message(block: Sequence[NumberedLine]) -> Message | Reject | None:
    """The message in a block, or a reject that says what is wrong; None where the block has only comments."""
    # one line that is no text costs its message: what it would have said is not known
    undecoded = [line for _, line in block if isinstance(line, Reject)]
    if undecoded:
        return reject_block(block, undecoded[0])
    try:
        return _parse_message([(row, str(line)) for row, line in block])
    except MessageError as error:
        return reject_block(block, Reject(0, "broken gettext", str(error)))


def reject_block(block: Sequence[NumberedLine], why: Reject) -> Reject:
    """The reject of a block, which counts the translations in it."""
    raw = b"\n".join(line.raw if isinstance(line, Reject) else line.encode() for _, line in block)
    forms = sum(line_keyword(line) == "msgstr" for _, line in block)
    return replace(why, row=block[0][0], raw=raw, units=max(1, forms))


def _parse_message(block: Sequence[tuple[int, str]]) -> Message | None:
    """The message in decoded lines; None where they are only comments. Raises MessageError."""
    texts: dict[str, list[str]] = {}
    is_obsolete = is_fuzzy = False
    row = 0
    for number, line in block:
        content = OBSOLETE.sub("", line.strip(SPACE), count=1)
        if not content or content.startswith("#"):
            is_fuzzy = is_fuzzy or (content.startswith("#,") and "fuzzy" in content)
            continue
        match = LINE.fullmatch(content)
        if match is None or not (match["word"] or texts):  # the next part of a text needs a text before it
            raise MessageError(f"line {number} is no part of a message")
        row, is_obsolete = row or number, is_obsolete or content != line.strip(SPACE)
        name = f"msgstr[{match['form']}]" if match["form"] is not None else match["word"]
        if name in texts:
            raise MessageError(f"line {number} has a second {name}")
        if name:
            texts[name] = []
        texts[name or list(texts)[-1]].append(unescape(match["text"]))
    if not texts:
        return None
    return Message(row, _message_key(texts), _plural_forms(texts), is_fuzzy, is_obsolete)


def _message_key(texts: Mapping[str, Sequence[str]]) -> tuple[str | None, str]:
    """The context and text that identify a message. Raises MessageError if it has no msgid."""
    if "msgid" not in texts:
        raise MessageError("there is no msgid")
    return "".join(texts["msgctxt"]) if "msgctxt" in texts else None, "".join(texts["msgid"])


def _plural_forms(texts: Mapping[str, Sequence[str]]) -> list[str]:
    """The translations in the order of their plural forms, whose numbers may have no gap."""
    names = [name for name in texts if name.startswith("msgstr")]
    if names != ["msgstr"] and names != [f"msgstr[{number}]" for number in range(len(names))]:
        raise MessageError(f"plural forms are numbered {', '.join(names)}")
    if not names:
        raise MessageError("there is no msgstr")
    return ["".join(texts[name]) for name in names]


def unescape(text: str) -> str:
    """Resolve the backslashes of a text."""
    return ESCAPE.sub(lambda match: ESCAPED_CHARACTERS.get(match[1], match[0]), text) if "\\" in text else text


def read_plural_count(header: str) -> int | None:
    """The number of plural forms that a header states; None if it states none."""
    match = PLURALS.search(header)
    return int(match[1][:9]) if match else None  # nine digits: a broken header may have thousands
