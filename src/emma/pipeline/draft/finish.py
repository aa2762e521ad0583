"""What follows once the language of a source is settled: licence, domain, short texts, and what is lost."""

from statistics import median

from emma.pipeline.draft.licences import find_licence
from emma.pipeline.draft.names import find_domain
from emma.pipeline.draft.places import Place
from emma.pipeline.draft.samples import Sample
from emma.pipeline.draft.sources import DraftSource

SHORT_BYTES, GROUP_BYTES = 250, 600
"""Median UTF-8 bytes of texts below which neighbours are joined, and the bytes that they are joined to."""
MIN_NAMED = 0.5
"""Share of the texts of a source whose language must be known for the recipe to read it."""
MAX_REJECT = 0.05
"""The share of a source that may be lost unless it says more (`collect.max_reject`)."""


def finish_source(source: DraftSource, place: Place) -> None:
    """What follows once the language is settled: licence, domain, short texts, losses, and whether it can be read."""
    sample = source.sample
    licence, where = find_licence(place.about, source.group.folder)
    if licence:
        source.change(f"by {where}", licence=licence)
    else:
        told = f"{where}; which one holds here must be said" if where else "no file beside it names one"
        source.reasons["licence"] = told
        source.doubt("licence", f"It is not known: {told}. Until it is, the text counts as not to be passed on.")
    if domain := find_domain(source.config.reader, source.group):
        source.change("by the format or the names", domain=domain)
    _join_short_texts(source)
    _allow_losses(source)
    source.is_ready = bool(sample.named) and len(sample.named) >= MIN_NAMED * len(sample.rows)
    if not sample.rows:
        source.doubt("reader", f"Nothing could be read of it. The first reject: {sample.first_loss or 'none'}.")


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
