"""Estimate in one pass over the tags of a page what building its tree would cost, before any parser builds it.

An element costs its ancestors, since parsers and extractors look at them; an attribute costs the element's others; and
formatting that is never closed is made anew in every block after it. All three let a page of a few kilobytes take
minutes and gigabytes. What counts here follows the standard's tree construction (WHATWG HTML, 13.2.6) as far as it
matters: what closes what, what an end tag out of place does not close, and what is made anew (13.2.4.3).
"""

import re
from functools import lru_cache

from emma.collect.formats.text_builder import split_names

MAX_DEPTH = 512
"""Elements that may be inside one another: as many as Blink nests before it puts the next beside the last."""
MAX_ATTRIBUTES = 1_000
"""Attributes that one element may have."""
MAX_OPTIONS = 5_000
"""`option` elements that a page may have, since parsers compare each with all."""
BYTES_PER_COPY, MIN_COPIES = 2, 4_096
"""Formatting elements that may be made anew: one for so many bytes of the page, and so many in any page."""
SMALL_TAGS = 600
"""Tags with which no page can cost too much, its attributes aside."""
LONG_TAG_CHARS = 4_000
"""Characters of a tag from which its attributes are counted."""

TAG = re.compile(r"<(?:(/?)([a-zA-Z][^\s/>]*)|!--)")
LONG_TAG = re.compile(rf"<[a-zA-Z][^>]{{{LONG_TAG_CHARS}}}")
ATTRIBUTE = re.compile(r"[\s/]+[^\s/>=]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]*))?")
VOID = split_names("area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr")
RAW_TEXT = split_names("iframe noembed noframes plaintext script style textarea title xmp")
"""Elements whose content is no markup."""
ONCE = split_names("html head body")
"""Elements that a page has once; the attributes of further tags are added to the first."""
FORMATTING = split_names("a b big code em font i nobr s small strike strong tt u")
FOREIGN = split_names("svg math")
"""Elements in which a tag may close itself."""
SCOPES = split_names("applet caption marquee object table td template th")
"""Elements out of which no end tag closes anything, and no formatting leads."""
ROWS = split_names("tbody td tfoot th thead tr table caption")
HEADINGS = split_names("h1 h2 h3 h4 h5 h6")
BLOCKS = HEADINGS | split_names(
    "address article aside blockquote center details dialog dir div dl dd dt fieldset figcaption figure footer form "
    "header hgroup li listing main menu nav ol p pre search section summary ul"
)
SPECIAL = BLOCKS | SCOPES | ROWS | split_names("button select")
RUBY = split_names("rb rp rt rtc")
IN_TABLE = split_names("table template")


def describe_excess(html: str) -> str:
    """Describe what a page has too much of; empty where building it takes time and memory in proportion to its size."""
    # nearly all pages end here, without a regular expression's look at every tag
    if html.count("<") <= SMALL_TAGS and html.count("=") <= MAX_ATTRIBUTES and not LONG_TAG.search(html):
        return ""
    tree, end, place, shared = _OpenElements(MIN_COPIES + len(html) // BYTES_PER_COPY), 0, 0, 0
    while match := TAG.search(html, place):
        closing, name = match.groups()
        place = match.end()
        if name is None:
            if (place := html.find("-->", match.start() + 2)) < 0:  # `<!-->` is a whole comment
                break
            continue
        name = name.lower()
        if closing:
            tree.close(name)
            continue
        if end <= place and (end := html.find(">", place)) < 0:
            break
        # attributes are looked at one by one only where it matters: they take most of the time
        if end - place > LONG_TAG_CHARS or name in ONCE or _is_in_quotes(html, place, end):
            count, place = _count_attributes(html, place)
            shared = shared + count if name in ONCE else shared  # those of further tags join the first's
            if max(count, shared) > MAX_ATTRIBUTES:
                return f"more than {MAX_ATTRIBUTES} attributes of one element"
        if name in RAW_TEXT:
            # nothing ends plaintext, and an unclosed script takes the rest of the page
            if name == "plaintext" or not (after := _end_tag(name).search(html, end)):
                break
            place = after.end()
            continue
        tree.open(name, html[match.start() : min(end, match.start() + LONG_TAG_CHARS)])
        if excess := tree.describe_excess():
            return excess
    return ""


def _is_in_quotes(html: str, place: int, end: int) -> bool:
    """Whether what looks like the end of a tag stands in quotes."""
    return bool(html.count('"', place, end) % 2 or html.count("'", place, end) % 2)


def _count_attributes(html: str, place: int) -> tuple[int, int]:
    """Count the attributes that follow, up to one too many; returns where they end too."""
    count = 0
    while count <= MAX_ATTRIBUTES and (match := ATTRIBUTE.match(html, place)):
        count, place = count + 1, match.end()
    return count, place


@lru_cache
def _end_tag(name: str) -> re.Pattern[str]:
    """The pattern that ends an element whose content is no markup."""
    return re.compile(f"</{name}", re.IGNORECASE)


class _OpenElements:
    """The elements that are open, as the standard's stack of open elements and list of active formatting elements."""

    def __init__(self, most_copies: int) -> None:
        self.stack: list[str] = []
        self._most_copies = most_copies
        self._copies = self._options = 0
        self._formats: list[tuple[str, str]] = []
        """Formatting elements that were not closed, with their tags: they hold for all text that follows."""
        self._off = 0
        """How many of these are not on the stack, since a block around them was closed; always the last ones."""
        self._outer: list[tuple[list[tuple[str, str]], int]] = []
        """Both of these, outside of each scope that is open."""

    def describe_excess(self) -> str:
        """Describe what there is too much of; empty if nothing."""
        if len(self.stack) > MAX_DEPTH:
            return f"more than {MAX_DEPTH} elements inside one another"
        if self._copies > self._most_copies:
            return f"formatting that is never closed and would be made anew {self._most_copies} times"
        return f"more than {MAX_OPTIONS} options" if self._options > MAX_OPTIONS else ""

    def open(self, name: str, tag: str) -> None:
        """Take a start tag."""
        self._options += name == "option"
        if name in ONCE:
            return
        # rb, rt and the like close one another only inside of ruby
        if name in CLOSED and (name not in RUBY or "ruby" in self.stack):
            for closed, stop in CLOSED[name]:
                self._pop(self._reach(closed, stop))
        # formatting goes on inside of a block, so it is made anew after the block's own element
        if name in BLOCKS or name in ROWS:
            self._push(name)
            self._remake_formats()
            return
        self._remake_formats()
        if name in FORMATTING:
            self._format(name, tag)
        # in HTML `<p/>` closes nothing; in SVG and MathML it does
        if name not in VOID and not (tag.endswith("/") and not FOREIGN.isdisjoint(self.stack)):
            self._push(name)

    def close(self, name: str) -> None:
        """Take an end tag."""
        if self.stack and self.stack[-1] == name and name not in SCOPES and name not in FORMATTING:
            self.stack.pop()  # the common case, with no search
        elif name in FORMATTING:
            self._unformat(name)
        elif name in ROWS:
            self._pop(self._reach({name}, IN_TABLE - {name}))
        elif name in SPECIAL:
            self._pop(self._reach({name}, SCOPES - {name}))
        else:
            self._pop(self._reach({name}, SPECIAL))

    def _reach(self, names: frozenset[str] | set[str], stop: frozenset[str]) -> int:
        """The place on the stack of the nearest element of `names`; -1 if there is none, or one of `stop` is nearer."""
        for place in range(len(self.stack) - 1, -1, -1):
            if self.stack[place] in names:
                return place
            if self.stack[place] in stop:
                break
        return -1

    def _push(self, name: str) -> None:
        """Put an element on the stack; a scope begins with no formatting."""
        self.stack.append(name)
        if name in SCOPES:
            self._outer.append((self._formats, self._off))
            self._formats, self._off = [], 0

    def _pop(self, place: int) -> None:
        """Close the element at a place of the stack, and all in it; nothing for -1."""
        while 0 <= place < len(self.stack):
            name = self.stack.pop()
            if name in SCOPES:
                self._formats, self._off = self._outer.pop()
            elif name in FORMATTING and self._off < len(self._formats):
                self._off += 1  # its block closed it, so it is still to be made anew

    def _remake_formats(self) -> None:
        """Make formatting elements anew that were closed with a block (13.2.4.3)."""
        if self._off:
            self._copies += self._off
            self.stack += [name for name, _ in self._formats[-self._off :]]
            self._off = 0

    def _format(self, name: str, tag: str) -> None:
        """Remember a formatting element; of equal ones three (13.2.4.3), of `a` and `nobr` only one."""
        most = 1 if name in ("a", "nobr") else 3
        alike = [entry for entry in self._formats if entry[0] == name and (most == 1 or entry[1] == tag)]
        if len(alike) >= most:
            self._formats.remove(alike[0])  # the earliest, as the standard's Noah's Ark clause has it
        if most == 1 and (place := self._reach({name}, SCOPES)) >= 0:
            del self.stack[place]  # a link cannot hold a link
        self._formats.append((name, tag))

    def _unformat(self, name: str) -> None:
        """Close a formatting element and forget it."""
        places = [place for place, entry in enumerate(self._formats) if entry[0] == name]
        if places:
            del self._formats[places[-1]]
        if (place := self._reach({name}, SCOPES)) >= 0:
            del self.stack[place]
        else:
            self._off = min(self._off, len(self._formats))


_P = (frozenset({"p"}), SCOPES | {"button"})
_PLAIN = split_names("address div p")
CLOSED = {
    **dict.fromkeys(BLOCKS, (_P,)),
    "table": (_P,),
    "li": ((frozenset({"li"}), SPECIAL - _PLAIN), _P),
    **dict.fromkeys(("dd", "dt"), ((frozenset({"dd", "dt"}), SPECIAL - _PLAIN), _P)),
    **dict.fromkeys(("td", "th"), ((frozenset({"td", "th", "caption"}), IN_TABLE),)),
    "tr": ((frozenset({"tr", "caption"}), IN_TABLE),),
    **dict.fromkeys(("tbody", "thead", "tfoot"), ((frozenset({"tbody", "thead", "tfoot", "caption"}), IN_TABLE),)),
    "option": ((frozenset({"option"}), SPECIAL),),
    "button": ((frozenset({"button"}), SCOPES),),
    "select": ((frozenset({"select"}), SCOPES),),
    **dict.fromkeys(RUBY, ((RUBY, SPECIAL | {"ruby"}),)),
}
"""Elements that each start tag closes: the nearest of the first elements, unless one of the second is nearer."""
