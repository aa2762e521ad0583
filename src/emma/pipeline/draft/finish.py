"""What follows once the language of a source is settled: name, licence, domain, short texts, and what is lost."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath
from statistics import median

from emma.collect.config import is_spdx
from emma.collect.files.compression import without_suffix
from emma.pipeline.draft.credits import keep_credits
from emma.pipeline.draft.groups import Group
from emma.pipeline.draft.licences import count_stated, find_licence
from emma.pipeline.draft.names import find_split
from emma.pipeline.draft.places import Place
from emma.pipeline.draft.sources import DraftSource, Sample
from emma.wording import spell_name

SHORT_BYTES, GROUP_BYTES = 250, 600
"""Median UTF-8 bytes of texts below which neighbours are joined, and the bytes that they are joined to."""
MIN_NAMED = 0.5
"""Share of the texts of a source whose language must be known for the recipe to read it."""
BEFORE_TRAINING = "set it before you train"
NOT_PASSED_ON = "A change makes every stage anew, and until it is set, the text counts as not to be passed on."
NOT_SPDX = (
    "no SPDX name. Write the one that is meant, with the version that its source says, such as CC-BY-4.0, before you "
    "train: a change makes every stage anew, and as it stands, the text counts as not to be passed on."
)
MAX_STATED = 4
"""Licences that are listed."""
MAX_REJECT = 0.05
"""The share of a source that may be lost unless it says more (`collect.max_reject`)."""


def finish_source(source: DraftSource, place: Place) -> None:
    """What follows once the language is settled: licence, domain, short texts, losses, and whether it can be read."""
    sample = source.sample
    _find_licence(source, place)
    keep_credits(source, place.root)
    if domain := find_domain(source.config.reader, source.group):
        source.change("by the format or the names", domain=domain)
    _join_short_texts(source)
    _allow_losses(source)
    source.is_ready = bool(sample.named) and len(sample.named) >= MIN_NAMED * len(sample.rows)
    if not sample.rows:
        source.doubt("reader", f"Nothing could be read of it. The first reject: {sample.first_loss or 'none'}.")


def _find_licence(source: DraftSource, place: Place) -> None:
    """What all texts or files say of themselves, else what files beside them say."""
    of_rows = Counter(row.licence for row in source.sample.rows)
    what, stated = ("texts", of_rows) if any(of_rows) else ("files", count_stated(place, source.group.files))
    beside, where = find_licence(place.about, source.group.folder)
    if len(stated) == 1 and (inside := next(iter(stated))):
        source.change(f"each of its {what} that was looked at says so", licence=inside)
        if beside not in ("", inside):
            source.doubt("licence", f"Its {what} say {inside} of themselves, and {where} says {beside}.")
        if not is_spdx(inside):
            source.doubt("licence", f"Its {what} say {inside}, {NOT_SPDX}")
        return
    if beside:
        source.change(f"by {where}", licence=beside)
    else:
        told = f"{where}; which one holds here must be said" if where else "no file beside it names one"
        source.reasons["licence"] = f"{told}; {BEFORE_TRAINING}"
        source.doubt("licence", f"It is not known: {told}; {BEFORE_TRAINING}. {NOT_PASSED_ON}")
    if any(stated):
        seen = ", ".join(f"{count:,} say {name or 'nothing'}" for name, count in stated.most_common(MAX_STATED))
        source.doubt("licence", f"Of its {what} that were looked at {seen}. A source has one licence: make several.")


def _join_short_texts(source: DraftSource) -> None:
    sizes = [len(row.text.encode()) for row in source.sample.rows]
    # only neighbours in one file are joined
    has_neighbours = len(sizes) > 2 * len({row.file for row in source.sample.rows})
    if len(sizes) > 10 and has_neighbours and median(sizes) < SHORT_BYTES and not source.is_benchmark:
        reason = f"its texts are short ({median(sizes):.0f} bytes in the middle), so neighbours are joined"
        source.change(reason, group_bytes=GROUP_BYTES)


def _allow_losses(source: DraftSource) -> None:
    """Where more is lost than a run allows, say so, and let it go on."""
    sample = source.sample
    unnamed = (len(sample.rows) - len(sample.named)) / max(1, len(sample.rows))
    lost = sample.share_lost + (1 - sample.share_lost) * unnamed
    if not sample.named or lost <= MAX_REJECT:
        return
    if source.is_benchmark:
        source.change("some of its rows cannot be read", allow_unread=True)
        return
    share = min(1.0, round(lost * 1.2 + 0.05, 2))
    source.change(f"in the sample {100 * lost:.0f} % of its texts are lost", max_reject=share)
    source.doubt("max_reject", f"{100 * lost:.0f} % of the texts in the sample are lost. {_explain_loss(sample)}")


def _explain_loss(sample: Sample) -> str:
    why = f"The first: {sample.first_loss}." if sample.first_loss else ""
    if sample.unknown:
        codes = ", ".join(repr(code) if code else "none" for code, _ in sample.unknown.most_common(5))
        why += f" Languages that are not known: {codes}. Say in `codes` what they stand for."
    return why.strip()


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
        base = place.root.name  # and no folder above it: that may be the name of a person
    name = spell_name(group.config or base) or "text"
    if group.split:
        name = f"{name}-test"
    if name in taken:
        name = f"{name}-{group.guess.readers[0]}"
    number, unique = 1, name
    while unique in taken:
        number, unique = number + 1, f"{name}-{number + 1}"
    return unique
