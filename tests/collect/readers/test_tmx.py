"""Translation memories: which pairs an entry gives."""

import pytest

from emma.collect.records import Reject
from tests.collect.given import kinds, pairs, read

TMX = """<?xml version="1.0"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header srclang="{srclang}"/><body>
<tu><tuv xml:lang="am"><seg>ውሻ</seg></tuv><tuv xml:lang="en-GB"><seg>the
 <bpt i="1">&lt;b&gt;</bpt>dog<ept i="1">&lt;/b&gt;</ept></seg></tuv><tuv lang="th"><seg>หมา</seg></tuv></tu>
<tu><note>n</note><tuv xml:lang="en"><seg>cat &amp; mouse</seg></tuv></tu>
<tu><tuv xml:lang="en"><prop>p</prop><seg>cow</seg></tuv><tuv xml:lang="sw"><seg>ng'<hi>ombe</hi></seg></tuv></tu>
</body></tmx>"""


@pytest.mark.parametrize("option", ["all", "source"])
def test_an_entry_of_a_translation_memory_has_no_more_segments_than_there_are_languages(option: str) -> None:
    entry = "<tu>" + "".join(f'<tuv xml:lang="x-{at}"><seg>ⵣ</seg></tuv>' for at in range(1_001)) + "</tu>"
    found = read("tmx", TMX.format(srclang="en").replace("</body>", f"{entry}</body>"), options={"pairs": option})
    assert kinds(found)[-1:] == ["too many segments"] and len(found) < 10


def test_memories_from_their_source_language() -> None:
    found = read("tmx", TMX.format(srclang="EN"))
    assert pairs(found) == [
        ("en-GB", "the dog", "am", "ውሻ"),
        ("en-GB", "the dog", "th", "หมา"),
        ("en", "cow", "sw", "ng'ombe"),
    ]
    assert [each.row for each in found] == [1, 2, 3, 4]
    (bad,) = [each for each in found if isinstance(each, Reject)]
    assert (bad.row, bad.kind, bad.raw) == (3, "no counterpart", b"en: cat & mouse")


def test_memories_without_a_source_language() -> None:
    assert [each[::2] for each in pairs(read("tmx", TMX.format(srclang="*all*")))] == [
        ("am", "en-GB"),
        ("am", "th"),
        ("en", "sw"),
    ]
    every = read("tmx", TMX.format(srclang="en"), options={"pairs": "all"})
    assert [each[::2] for each in pairs(every)] == [("am", "en-GB"), ("am", "th"), ("en-GB", "th"), ("en", "sw")]
    assert kinds(read("tmx", TMX.format(srclang="fr"))) == ["no counterpart"] * 3


def test_memories_that_break_off() -> None:
    whole = TMX.format(srclang="en")
    found = read("tmx", whole[: whole.index("cow")])
    assert len(pairs(found)) == 2 and kinds(found) == ["no counterpart", "broken XML"]
