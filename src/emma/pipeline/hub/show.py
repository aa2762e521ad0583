"""A push in the terminal: what would go, and what went."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from emma.pipeline.hub.push import Pushed
from emma.pipeline.hub.uploads import Upload
from emma.ui.numerals import format_bytes
from emma.ui.terminal import WIDTH, fold_line, format_table


def render_preview(
    uploads: Sequence[Upload], withheld: Sequence[tuple[str, str]], gaps: Sequence[str], private: bool
) -> Iterator[str]:
    """What a push would send; files of one folder are one line."""
    for upload in uploads:
        who = "only you could read it" if private else "everybody could read it"
        size = format_bytes(sum(upload.files.values()))
        yield f"{upload.kind} {upload.repository}: {len(upload.files):,} files, {size}; {who}"
        yield from (f"  {line}" for line in format_table(list_folders(upload.files), right=(1, 2)))
        yield ""
    yield from describe_withheld(withheld)
    if gaps:
        yield f"The cards say nothing of: {', '.join(gaps)}. These are settings of the recipe's [release]."
    yield "Nothing was sent, and the hub was not asked. Without --dry-run it goes."


def list_folders(files: Mapping[str, int]) -> list[tuple[str, str, str]]:
    """A row for each file at the top, and for each folder there with all that is in it."""
    totals: dict[str, tuple[int, int]] = {}
    for path, size in files.items():
        parts = PurePosixPath(path).parts
        name = path if len(parts) == 1 else f"{parts[0]}/"
        count, total = totals.get(name, (0, 0))
        totals[name] = (count + 1, total + size)
    return [(name, f"{count:,}", format_bytes(total)) for name, (count, total) in sorted(totals.items())]


def describe_withheld(withheld: Sequence[tuple[str, str]]) -> Iterator[str]:
    """The sources whose text stays, if any."""
    if withheld:
        listed = ", ".join(f"{source} ({licence})" for source, licence in withheld)
        yield from fold_line(f"Withheld, as these sources may not be given on: {listed}.", WIDTH)


def render_pushed(pushed: Sequence[Pushed], withheld: Sequence[tuple[str, str]]) -> Iterator[str]:
    """What went, and where it is."""
    for each in pushed:
        sent = (
            f"{len(each.sent):,} of {each.files:,} files sent" if each.sent else f"all {each.files:,} files were there"
        )
        deleted = f", {len(each.deleted):,} of an earlier release deleted" if each.deleted else ""
        yield f"{each.kind} {each.repository}: {sent}{deleted}; {format_bytes(each.bytes)}, verified by size and hash."
        yield f"  {each.address} at {each.revision[:12]}"
        if each.left:
            yield from fold_line(f"Left as they were: {', '.join(each.left)}.", WIDTH)
    yield from describe_withheld(withheld)
