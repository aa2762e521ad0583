"""Deleting what nobody needs from a home's store: nothing that a run names, and nothing in an object store."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from emma.errors import ArtifactError
from emma.pipeline.home import Home
from emma.pipeline.storage.holdings import Holdings, Leftover, StageSize, take_stock
from emma.ui.numerals import format_bytes
from emma.ui.terminal import format_table
from emma.wording import plural

ASIDE = ".clean.tmp"
"""End of the name of a folder that is being deleted; what a kill leaves of it, the next run or cleaning removes."""


def refuse_no_store(home: Home) -> None:
    """ArtifactError where there is no store: a mistyped --home is not an empty one."""
    if not home.store.is_dir():
        raise ArtifactError(f"There is no store in {home.path}: no recipe was run there. Name a home with --home.")


def clean_home(home: Home, *, intermediate: bool = False) -> Holdings:
    """Delete what may go, alone in the home, and return what there was. ArtifactError where a run is using it."""
    refuse_no_store(home)
    with home.locked():
        # Looked at once more: a run may have begun since it was shown.
        holdings = take_stock(home)
        for leftover in holdings.leftovers(intermediate=intermediate):
            delete_folder(home.store / leftover.place)
    return holdings


def delete_folder(path: Path) -> None:
    """Delete a folder of the store, and the one above where it was the last there."""
    # Under another name first: a folder of which a part is gone would be taken for a damaged artifact.
    aside = path.with_name(f"{path.name}{ASIDE}")
    if path.exists():
        path.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)
    if not any(path.parent.iterdir()):
        path.parent.rmdir()


def render_holdings(holdings: Holdings, *, intermediate: bool = False) -> Iterator[str]:
    """What a home holds by run and stage, and what of it may go."""
    yield holdings.home
    if holdings.stages:
        rows = [(each.run, each.stage, format_bytes(each.bytes), describe_shared(each)) for each in holdings.stages]
        yield from format_table([("run", "stage", "size", ""), *rows], right=(2,))
        yield ""
    yield from format_table(list(list_totals(holdings)), right=(0,))
    if leftovers := holdings.leftovers(intermediate=intermediate):
        yield from ("", "may go")
        yield from format_table(list(sum_leftovers(leftovers)), right=(1, 2))
    if holdings.url is not None:
        yield f"Nothing is ever deleted in {holdings.url}: other homes may use what is there."


def describe_shared(size: StageSize) -> str:
    """How much of it other runs have too."""
    if not size.shared:
        return ""
    return (
        "another run has the same"
        if size.shared == size.bytes
        else f"{format_bytes(size.shared)} of it another run has too"
    )


def list_totals(holdings: Holdings) -> Iterator[tuple[str, str]]:
    """The bytes of everything, and whether it stays; lines without any are left out, but for the last."""
    rows = {
        "named by runs: stays": holdings.named,
        "what that was made from: stays": holdings.inputs,
        "of stages that a run has begun: stays, the run goes on from there": holdings.under_way,
        "answers of models to benchmarks: stays, the next evaluation finds them": holdings.answers,
        "results on the way: spare work where a setting changes, go with --intermediate": sum_bytes(
            holdings.intermediate
        ),
    }
    yield from ((format_bytes(size), what) for what, size in rows.items() if size)
    yield format_bytes(sum_bytes(holdings.unneeded)), "nobody needs: goes"


def sum_bytes(leftovers: Iterable[Leftover]) -> int:
    """The bytes of all."""
    return sum(each.bytes for each in leftovers)


def sum_leftovers(leftovers: Sequence[Leftover]) -> Iterator[tuple[str, str, str, str]]:
    """Rows of what goes, by where it lies."""
    yield "in the store", "folders", "size", "what it is"
    rows = [(each.place.rpartition("/")[0], each.why, each) for each in leftovers]
    kind = itemgetter(0, 1)
    for (above, why), group in groupby(sorted(rows, key=kind), key=kind):
        gone = [each for *_, each in group]
        yield above, f"{len(gone):,}", format_bytes(sum_bytes(gone)), why


def describe_cleaned(holdings: Holdings, *, intermediate: bool) -> str:
    """Say what was deleted."""
    gone = holdings.leftovers(intermediate=intermediate)
    return f"Deleted {plural(len(gone), 'folder')}, {format_bytes(sum_bytes(gone))}."
