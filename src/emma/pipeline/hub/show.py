"""A push in the terminal: what would go, and what went."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from emma.pipeline.hub.push import Pushed
from emma.pipeline.hub.run import Push
from emma.pipeline.hub.uploads import Upload
from emma.pipeline.released import Released
from emma.ui.numerals import format_bytes
from emma.ui.terminal import WIDTH, fold_line, format_table
from emma.wording import plural


def render_push(push: Push) -> Iterator[str]:
    """What went and where it is, or what would go; then what stays."""
    for pushed in push.pushed:
        yield from render_pushed(pushed)
    for upload in () if push.pushed else push.uploads:
        yield from render_upload(upload, push.private)
    yield from describe_rest(push)
    if not push.pushed:
        if push.release.gaps:
            listed = ", ".join(push.release.gaps)
            yield f"The cards say nothing of: {listed}. These are settings of the recipe's [release]."
        yield "Nothing was sent, and the hub was not asked. Without --dry-run it goes."


def render_upload(upload: Upload, private: bool) -> Iterator[str]:
    """What would be sent; files of one folder are one line."""
    who = "only you could read it" if private else "everybody could read it"
    size = format_bytes(sum(upload.files.values()))
    yield f"{upload.kind} {upload.repository}: {plural(len(upload.files), 'file')}, {size}; {who}"
    yield from (f"  {line}" for line in format_table(list_folders(upload.files), right=(1, 2)))
    yield ""


def list_folders(files: Mapping[str, int]) -> list[tuple[str, str, str]]:
    """A row for each file at the top, and for each folder there with all that is in it."""
    totals: dict[str, tuple[int, int]] = {}
    for path, size in files.items():
        parts = PurePosixPath(path).parts
        name = path if len(parts) == 1 else f"{parts[0]}/"
        count, total = totals.get(name, (0, 0))
        totals[name] = (count + 1, total + size)
    return [(name, f"{count:,}", format_bytes(total)) for name, (count, total) in sorted(totals.items())]


def describe_rest(push: Push) -> Iterator[str]:
    """The folders that are not there, and the sources whose text stays; of a model alone, nothing."""
    if push.only is None:
        for folder, why in push.release.absent.items():
            yield from fold_line(f"No {folder} goes: {why}.", WIDTH)
    if push.only != "model":
        yield from describe_withheld(push.release)


def describe_withheld(release: Released) -> Iterator[str]:
    """The sources whose text stays, if any."""
    if release.withheld:
        listed = ", ".join(
            f"{each.source} ({each.licence}; {plural(each.documents, 'document')})" for each in release.withheld
        )
        yield from fold_line(f"Withheld, as these sources may not be given on: {listed}.", WIDTH)


def render_pushed(pushed: Pushed) -> Iterator[str]:
    """What went into one repository, and where it is."""
    sent = (
        f"{len(pushed.sent):,} of {plural(pushed.files, 'file')} sent"
        if pushed.sent
        else f"{plural(pushed.files, 'file')} there already, and none sent"
    )
    deleted = f", {len(pushed.deleted):,} of an earlier release deleted" if pushed.deleted else ""
    size = format_bytes(pushed.bytes)
    yield f"{pushed.kind} {pushed.repository}: {sent}{deleted}; {size}, verified by size and hash."
    yield f"  {pushed.address} at {pushed.revision[:12]}"
    if pushed.left:
        yield from fold_line(f"Left as they were: {', '.join(pushed.left)}.", WIDTH)
