"""Names and domains of sources, by their folders and formats."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from emma.collect.files.compression import without_suffix
from emma.pipeline.draft.groups import Group, find_split
from emma.pipeline.draft.places import Place

DOMAINS = {
    "android": "interface",
    "ces": "religion",
    "code": "code",
    "conllu": "treebank",
    "docstrings": "manual",
    "epub": "books",
    "gettext": "interface",
    "html": "web",
    "jats": "papers",
    "mediawiki_dump": "encyclopedia",
    "mediawiki_json": "interface",
    "messages_json": "interface",
    "moses": "bitext",
    "osis": "religion",
    "storybook": "story",
    "tei": "books",
    "tmx": "bitext",
    "udhr": "law",
    "usfx": "religion",
    "warc": "web",
    "xhtml": "books",
}
"""Domains by reader."""
WORDS = (
    ("bible|scripture|quran|testament|church|jw300|tanzil", "religion"),
    ("news|newspaper|press|gazette", "news"),
    ("wiki|encyclop", "encyclopedia"),
    ("subtitle|dialog|chat|speech|transcript", "speech"),
    ("law|legal|court|parliament|europarl", "law"),
    ("stor(y|ies)|tales|folk", "story"),
    ("book|novel|gutenberg", "books"),
    ("crawl|web|oscar|cc100|hplt|madlad", "web"),
    ("health|medic|covid|tico", "health"),
    ("instruct|alpaca|dolly", "instructions"),
    ("swadesh|lexicon|wordlist|dictionary", "lexicon"),
    ("paper|abstract|science", "papers"),
    ("bitext|parallel|tatoeba|opus", "bitext"),
    ("math|gsm", "mathematics"),
)
"""Words in names of files and folders, and the domains that they mean."""


VAGUE = frozenset({"all", "corpus", "data", "examples", "sample", "samples", "sentences", "text", "texts", "train"})
"""Names of files that say nothing of what is in them."""


def find_domain(reader: str, group: Group) -> str:
    """The domain of a group; empty where nothing says it."""
    if domain := DOMAINS.get(reader):
        return domain
    name = group.names[0].lower()
    return next((domain for words, domain in WORDS if re.search(words, name)), "")


def make_name(place: Place, group: Group, taken: Sequence[str]) -> str:
    """A name for a source that none of those `taken` has: its folder's, its archive's, or its file's."""
    if group.folder:
        base = without_suffix(PurePosixPath(group.folder).name).as_posix()
        base = re.sub(r"\.(tar|zip)$", "", base, flags=re.IGNORECASE)
    else:
        base = PurePosixPath(group.files[0].name).name.split(".")[0] if len(group.files) == 1 else ""
    if not base or base.lower() in VAGUE or (not group.folder and find_split(group.files[0].name)):
        base = next((name for name in (place.root.name, place.root.parent.name) if name.lower() not in VAGUE), "text")
    name = re.sub(r"[^\w.]+", "-", base).strip("-.") or "text"
    if group.config:
        name = re.sub(r"[^\w.]+", "-", group.config)
    if group.split:
        name = f"{name}-test"
    if name in taken:
        name = f"{name}-{group.guess.readers[0]}"
    number, unique = 1, name
    while unique in taken:
        number, unique = number + 1, f"{name}-{number + 1}"
    return unique
