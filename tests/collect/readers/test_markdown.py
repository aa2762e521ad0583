"""Markdown and stories: metadata, what is shown, and the block of facts about a story."""

import pytest

from emma.collect.records import RawDocument
from tests.collect.given import kinds, read, units
from tests.conftest import TEXTS

STORY = """# Ágʉ̀pɨ́ ɨ́zʉ̀ rɨ́

##
When Simbegwire's mother died,
she was very sad.

"Where are you?"

##
{text}

##
* License: [CC-BY]
* Text: Cornelius Gulere
* Language: lgg
"""


@pytest.mark.parametrize("label", TEXTS)
def test_storybook(label: str) -> None:
    (found,) = read("storybook", STORY.format(text=TEXTS[label]), "a.tar.zst/lgg-official/0001_agupi.md")
    pages = ["Ágʉ̀pɨ́ ɨ́zʉ̀ rɨ́", 'When Simbegwire\'s mother died, she was very sad.\n"Where are you?"', TEXTS[label]]
    assert found == RawDocument(1, "\n\n".join(pages), "lgg", alone=True), "the story's own word before the folder's"


MARKDOWN = """---
title: "ተረት"
Lang: am
tags: [a, b]
---
# ርዕስ

አንድ *ሁለት* [ሦስት](http://x)
አራት `code`\\
አምስት ![no](y.png) <b>ስድስት</b>

```python
no()
```
- ሰባት
- ስምንት

| ሀ | ለ |
|---|---|
| ሐ | መ |
<div>no</div>
"""


def test_markdown() -> None:
    text = "ተረት\nርዕስ\nአንድ ሁለት ሦስት አራት code\nአምስት ስድስት\nሰባት\nስምንት\nሀ\nለ\nሐ\nመ"
    assert read("markdown", MARKDOWN.replace("\n", "\r\n")) == [RawDocument(1, text, "am", alone=True)]
    assert read("markdown", "人人生而\n自由\n\n---\nlang: am\n") == [
        RawDocument(1, "人人生而自由\nlang: am", "", alone=True)
    ]
    assert kinds(read("markdown", b"\xff")) == ["invalid UTF-8"]


@pytest.mark.parametrize("reader", ["markdown", "storybook"])
def test_the_block_about_a_story_is_no_part_of_it(reader: str) -> None:
    told = "## \n* License: [CC-BY]\n* Text: Jali\nMa Bori\n\n* Language: adh\n"
    (found,) = units(read(reader, f"# ߓߏߟߏ\n\n##\nKweri: swa.\n\n{told}"))
    assert found[1].split() == ["ߓߏߟߏ", "Kweri:", "swa."]
    (found,) = units(read(reader, "# A\n\n* Mama: habari\n* Text: no block\n"))
    assert "habari" in found[1] and "no block" in found[1]


def test_metadata_takes_no_longer_than_it_is() -> None:
    (found,) = units(read("markdown", f"---\nlang: am\ntitle: a{' ' * 50_000}x\n---\nb", max_row_bytes=1 << 20))
    assert found == ("am", f"a{' ' * 50_000}x\nb")
