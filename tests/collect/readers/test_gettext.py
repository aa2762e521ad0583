"""Translations in gettext: their forms, their language, and what is broken in them."""

import pytest

from emma.collect.records import Reject
from tests.collect.given import code_of, outcomes, read, rows

PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8"

msgid "one"
msgstr "جديد %(name)s"

msgid "none"
msgstr ""

msgid "numbers only"
msgstr "%(count)d / {} $1"

#, fuzzy
msgid "two"
msgstr "غامض"

msgid "day"
msgid_plural "days"
msgstr[0] "يوم"
msgstr[1] "يومان"
msgstr[2] "أيام"

#~ msgid "old"
#~ msgstr "قديم"
"""


def test_gettext() -> None:
    found = read("gettext", PO, "django/conf/locale/ar_DZ/LC_MESSAGES/django.po")
    assert outcomes(found) == [
        "جديد %(name)s",
        "only placeholders",
        "fuzzy translation",
        "يوم",
        "يومان",
        "أيام",
        "obsolete message",
    ]
    assert len(set(rows(found))) == len(found)
    assert code_of(found) == {"ar_DZ"}
    assert code_of(read("gettext", PO, "po/sr@latin.po")) == {"sr@latin"}


@pytest.mark.parametrize(
    ("content", "kind"), [('msgid "a"\nmsgstr "b" c\n', "broken gettext"), (b"\xff\xfe", "invalid UTF-8")]
)
def test_broken_gettext(content: str | bytes, kind: str) -> None:
    (found,) = read("gettext", content)
    assert isinstance(found, Reject) and (found.row, found.kind) == (1, kind)
