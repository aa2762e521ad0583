"""Names of files as text: those that are not UTF-8 are escaped so that any table can hold them, and back.

Python holds a byte that is not UTF-8 as a lone surrogate, which no Parquet file and no terminal takes. Here it is
U+FFFD and two hexadecimal digits; U+FFFD itself is doubled, so that no two names are escaped alike.
"""

import re

STAND_IN = "\ufffd"
_BYTE = re.compile("[\udc80-\udcff]")
_ESCAPED = re.compile(f"{STAND_IN}({STAND_IN}|[0-9A-F]{{2}})")


def escaped(name: str) -> str:
    """A name as the file system or an archive gives it, in valid Unicode."""
    if name.isascii():
        return name
    doubled = name.replace(STAND_IN, STAND_IN * 2)
    return _BYTE.sub(lambda found: f"{STAND_IN}{ord(found[0]) - 0xDC00:02X}", doubled)


def unescaped(name: str) -> str:
    """The name as the file system has it."""
    if STAND_IN not in name:
        return name
    return _ESCAPED.sub(lambda found: STAND_IN if found[1] == STAND_IN else chr(0xDC00 + int(found[1], 16)), name)
