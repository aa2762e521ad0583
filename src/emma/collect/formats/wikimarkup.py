"""Wikitext read from left to right, once: what is open stands on a stack, and what is never closed is still text.

Comments, and tags whose content is no prose, are skipped as a whole; of links, templates and language variants that
are closed, `wikiwords` says what they show. No construct is tried twice, so the time is proportional to the length.
"""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from emma.collect.formats.text_builder import split_names
from emma.collect.formats.wikiwords import MEDIA_FILES, show_external_link, show_link, show_template, show_variant
from emma.lang.scripts import strip_markup, written_in

SKIPPED = split_names(
    "ref references gallery math ce chem score timeline syntaxhighlight source pre code imagemap hiero graph mapframe "
    "maplink templatestyles templatedata style script inputbox indicator categorytree includeonly rt rp nowiki"
)
"""Tags whose content is no prose, and `nowiki`, whose content is no markup."""
BREAKS = split_names("br p div blockquote li dd dt hr h1 h2 h3 h4 h5 h6 poem center td th tr caption ul ol dl")
KNOWN = (
    SKIPPED
    | BREAKS
    | split_names(
        "a abbr b bdi bdo big cite del dfn em font i ins kbd mark nobr noinclude onlyinclude q ruby s samp section "
        "small span strike strong sub sup table tbody thead tfoot translate tt tvar u var wbr languages"
    )
)
"""Tags of MediaWiki and of HTML; other words between angle brackets are tags only where they look like nothing else."""
_NAMES = "|".join(sorted(KNOWN, key=lambda name: (-len(name), name)))
_VALUE = r"""(?:"[^"<\n]*+"|'[^'<\n]*+'|[^\s"'<>]++)"""
TOKEN = re.compile(
    rf"""\{{\{{++ | \}}\}}++ | -\{{(?!\{{) | \}}- | \[\[ | \]\] | \[(?=(?:[A-Za-z][A-Za-z0-9+.-]{{1,20}}:)?//|mailto:)
    | (?P<lone>\[) | \] | \|
    | (?<=>)\{{\|(?!\}}) | \n[ \t:*]*+(?:\{{\|(?!\}}) | \|\}}(?!\}})) | \n(?:(?=[ \t]*+\n)|(?==))? | <!--
    | &(?:\#[0-9]{{1,8}}|\#[xX][0-9a-fA-F]{{1,7}}|[A-Za-z][A-Za-z0-9]{{1,31}});
    | </?(?P<name>[A-Za-z][A-Za-z0-9]*+)(?P<facts>[^<>]*+)>
    | </?(?P<cut>{_NAMES})\b(?:[ \t]++[\w:-]++=(?:{_VALUE}|"[^<>=\s]*+)?+)*+[ \t]*+/?+
    """,
    re.VERBOSE,
)
PICTURES = re.compile(
    rf"(?:[ \t]*+\n?[^\n|<]*?\.(?:{'|'.join(sorted(MEDIA_FILES))})[ \t]*+(?:\|[^\n]*+)?+(?=\n|$))*+", re.IGNORECASE
)
"""The lines of a gallery, each a picture and its caption."""
VARIANT = re.compile(r"-\{[^{}]*+\}-")
END_TAGS = {name: re.compile(f"</{name}[ \t\n]*+>", re.IGNORECASE) for name in SKIPPED}


MAX_OPEN = 100
"""Constructs that may be open at once; MediaWiki itself expands templates in forty."""
LITERAL, SEAM = "\x01", "\x02"
"""An apostrophe that is no markup, and a place where two runs of them do not touch; XML cannot hold either."""


@dataclass(slots=True)
class OpenMarkup:
    """A link, template, table or variant that is open."""

    kind: str
    parts: list[list[str]] = field(default_factory=lambda: [[]])
    """Its text so far, in parts between vertical bars."""

    def texts(self) -> list[str]:
        """The parts as texts."""
        return ["".join(part) for part in self.parts]


class MarkupReader:
    """Reads the wikitext of one article, once, from left to right."""

    def __init__(self, wikitext: str, hidden_prefixes: Iterable[str]) -> None:
        self._text = f"\n{wikitext}"  # so that a table or heading at the very beginning is after a line end too
        self._hidden_prefixes = frozenset(hidden_prefixes)
        # only articles with variants ask for their script, since finding it reads all of their text
        self._script = written_in(strip_markup(VARIANT.sub("", wikitext))) if "-{" in wikitext else ""
        self._stack = [OpenMarkup("")]
        self._unclosed_tags: set[str] = set()
        """Tags that the rest of the article does not close, so that nobody looks for their end again."""
        self._open_brackets = 0
        """Square brackets of the line that are text and not closed yet."""

    def read_prose(self) -> str:
        """The article's text, with the marks of lists, headings, italics and bold. Raises RecursionError."""
        at, text = 0, self._text
        while match := TOKEN.search(text, at):
            self._write(text[at : match.start()])
            at = self._take(match)
        self._write(text[at:])
        while len(self._stack) > 1:
            self._end_unclosed()
        return "".join(self._stack[0].texts())

    def _take(self, match: re.Match[str]) -> int:
        """Take a token; returns the place after it, or after what it skips."""
        token, end = match[0], match.end()
        first, last = token[0], token[-1]
        if first == "\n":
            self._end_line(is_paragraph=end < len(self._text) and self._text[end] in "\n =\t")
            self._write("\n")
            if last == "|":
                self._open("{|")
            elif last == "}":
                self._close("{|")
        elif match["lone"]:
            self._write("[")
            self._open_brackets += 1
        elif token in ("[[", "[", "-{", "{|"):
            self._open(token)
        elif first == "{":
            self._open_braces(len(token))
        elif first == "}":
            # the `-` of `}-` is text unless a variant is open
            return self._close_braces(len(token.rstrip("-")), end - token.count("-"))
        elif first == "]":
            return end - self._close_brackets(token)
        elif first == "|":
            self._start_part()
        elif first == "&":
            # `&#39;&#39;` is two apostrophes, and not italics
            self._write(html.unescape(token).replace("'", LITERAL))
        elif token == "<!--":
            closing = self._text.find("-->", end)
            return len(self._text) if closing < 0 else closing + 3
        else:
            return self._take_tag(match)
        return end

    def _write(self, text: str) -> None:
        """Add text to what is open."""
        if text:
            self._stack[-1].parts[-1].append(text)

    def _open(self, kind: str) -> None:
        """Open a construct. Raises RecursionError if more are open than any article needs."""
        if kind in ("[", "[[") and ((top := self._stack[-1]).kind == "[" or (top.kind == "[[" and len(top.parts) == 1)):
            self._end_unclosed()  # no address holds a link
        if len(self._stack) > MAX_OPEN:
            raise RecursionError(f"more than {MAX_OPEN} links, templates and tables are open at once")
        self._stack.append(OpenMarkup(kind))

    def _is_open(self, *kinds: str) -> str:
        """Which of these kinds was opened last; empty if none is open."""
        return next((frame.kind for frame in reversed(self._stack) if frame.kind in kinds), "")

    def _close(self, kind: str) -> None:
        """End the last of a kind, and what was opened in it and not closed."""
        if not self._is_open(kind):
            return
        while self._stack[-1].kind != kind:
            self._end_unclosed()
        self._write(self._show(self._stack.pop()))

    def _show(self, frame: OpenMarkup) -> str:
        """The text that a closed construct shows."""
        match frame.kind:
            case "[[":
                return show_link(frame.texts(), self._hidden_prefixes)
            case "[":
                return show_external_link("".join(frame.texts()))
            case "{{":
                return show_template(frame.texts()) or SEAM  # ''{{x}}'' is no run of four apostrophes
            case "-{":
                return show_variant(frame.texts(), self._script)
        return ""

    def _end_unclosed(self) -> None:
        """End what was never closed: a link shows its words, others the lines that are no rows or parameters."""
        frame = self._stack.pop()
        if frame.kind in ("[[", "["):
            shown = self._show(frame)
            self._write("".join(frame.parts[0]) if shown and len(frame.parts) == 1 and frame.kind == "[[" else shown)
        elif frame.kind == "<table":  # all text of the article may be in a table that nobody closed
            self._write("|".join(frame.texts()))
        elif frame.kind == "-{":
            self._write(frame.texts()[-1])  # without its flags
        else:
            self._write("\n" + "\n".join(_lines_outside_rows("|".join(frame.texts()), frame.kind)))

    def _end_line(self, is_paragraph: bool) -> None:
        """Links do not go beyond their line, nor captions beyond their paragraph."""
        self._open_brackets = 0
        while (top := self._stack[-1]).kind == "[" or (top.kind == "[[" and (is_paragraph or len(top.parts) == 1)):
            self._close(top.kind)

    def _start_part(self) -> None:
        """Begin the next part of what is open; elsewhere a bar is text."""
        if (top := self._stack[-1]).kind in ("[[", "{{", "{{{", "-{"):
            top.parts.append([])
        else:
            self._write("|")

    def _open_braces(self, count: int) -> None:
        """Open templates, two braces each; where their number is odd, three open a parameter last."""
        for _ in range((count - count % 2 * 3) // 2):
            self._open("{{")
        if count % 2:
            self._open("{{{")

    def _close_braces(self, count: int, end: int) -> int:
        """Close templates and parameters, and a variant with the last brace; returns the place after it."""
        while count >= 2 and (kind := self._is_open("{{", "{{{")):
            self._close(kind)
            count -= min(count, len(kind))
        if count == 1 and self._text[end : end + 1] == "-" and self._is_open("-{"):
            self._close("-{")
            return end + 1
        return end

    def _close_brackets(self, token: str) -> int:
        """End a link; returns how many of the brackets are still to be read."""
        if token == "]]" and self._is_open("[[", "[") == "[[":
            self._close("[[")
        # a bracket that is text and still open takes the next one
        elif self._open_brackets or not (self._is_open("[") or token == "]]"):
            self._write("]")
            self._open_brackets = max(0, self._open_brackets - 1)
            return len(token) - 1
        elif self._is_open("["):
            self._close("[")
            return len(token) - 1
        return 0

    def _take_tag(self, match: re.Match[str]) -> int:
        """Skip a tag, with its content where that is no prose; returns the place after it."""
        name, facts = (match["name"] or match["cut"]).lower(), match["facts"] or ""
        if name not in KNOWN and facts.strip(" /") and "=" not in facts:
            self._write("<")  # `a <b and c>` is text
            return match.start() + 1
        is_end, is_whole = match[0][1] == "/", match[0].endswith("/>")
        if name == "table":
            (self._close if is_end else self._open)("<table")
        elif name in SKIPPED and not is_end and not is_whole and match["cut"] is None:
            return self._skip_content(name, match.end())
        elif name in SKIPPED:
            self._write(" " if match["cut"] else SEAM)  # a tag without its `>` parts words
        elif name in BREAKS:
            self._write("\n")
        return match.end()

    def _skip_content(self, name: str, start: int) -> int:
        """Skip the content of a tag; where no end tag follows it is text. Returns the place after it."""
        end_tag = None if name in self._unclosed_tags else END_TAGS[name].search(self._text, start)
        if end_tag is None:
            self._unclosed_tags.add(name)  # else a page of unclosed tags would be searched to its end for each
            self._write(" ")
            # the pictures of a gallery are never prose, closed or not
            return end_tag.end() if name == "gallery" and (end_tag := PICTURES.match(self._text, start)) else start
        if name == "nowiki":
            self._write(SEAM + html.unescape(self._text[start : end_tag.start()]).replace("'", LITERAL) + SEAM)
        return end_tag.end()


def _lines_outside_rows(text: str, kind: str) -> Sequence[str]:
    """The lines after the first that are no rows or cells of an open table, and no parameters of a template."""
    marks = ("|", "!", "{|") if kind == "{|" else ("|", "}}")
    return [line for line in text.split("\n")[1:] if not line.lstrip(" \t").startswith(marks)]
