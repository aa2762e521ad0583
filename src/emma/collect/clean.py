"""Repair of Unicode text, and nothing else: what a text says and how it is spelled stay as they were.

Joiners (ZWJ, ZWNJ) carry meaning in Indic scripts and Persian and are kept. NFC is Python's: pyarrow's
`utf8_normalize` decomposes (arrow issue 51225).
"""

import re
import unicodedata

LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
"""Control characters other than newline and tab, byte-order marks, non-characters."""
SURROGATES = re.compile("[\ud800-\udfff]")


def repair(text: str) -> str:
    """NFC; line ends as newline; control characters and byte-order marks gone; no white space around.

    Lone surrogates, which no UTF-8 can hold, become U+FFFD.
    """
    text = UNWANTED.sub("", LINE_ENDS.sub("\n", text)).strip()
    return text if text.isascii() else unicodedata.normalize("NFC", SURROGATES.sub("\ufffd", text))
