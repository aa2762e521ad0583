"""`emma remove`: note what must not be trained on, and say which runs and models of the home have it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from emma.errors import RecipeError
from emma.inspect.ledger.models import RunMatch, match_runs
from emma.pipeline.home import Home
from emma.pipeline.removals import REMOVED_FILE, read_removals, write_removals
from emma.store import shards
from emma.ui.numerals import format_count
from emma.ui.terminal import format_table
from emma.wording import suggest
from emma.work.removal.rules import Removal


@dataclass(frozen=True)
class RemovalAnswer:
    """What was noted or taken back, and what of it the runs have."""

    by: str
    """source, id or url."""
    name: str
    copies: bool
    path: str
    """The list."""
    is_new: bool
    runs: Sequence[RunMatch]
    had_copies: bool | None = None
    """Whether it was in the list with its copies before; None where it was not there."""


def add_removal(home: Home, removal: Removal) -> RemovalAnswer:
    """Note a removal in the home's list; one that names the same takes the place of the earlier.

    Raises RecipeError for a source or id that no run of the home knows, where there are runs that could.
    """
    return add_removals(home, [removal])[0]


def add_removals(home: Home, removals: Sequence[Removal]) -> list[RemovalAnswer]:
    """Note several, all or none: what `add_removal` refuses of one is refused of all before anything is written."""
    found = match_runs(home, removals)
    for removal, runs in zip(removals, found, strict=True):
        if removal.url is None and runs and not any(match.collected or match.unknown for match in runs):
            raise RecipeError(refuse_unknown(home, removal))
    before = read_removals(home)
    earlier, now = {other.key: other.copies for other in before}, {removal.key for removal in removals}
    path = str(write_removals(home, [*(other for other in before if other.key not in now), *removals]))
    return [
        RemovalAnswer(*removal.key, removal.copies, path, removal.key not in earlier, runs, earlier.get(removal.key))
        for removal, runs in zip(removals, found, strict=True)
    ]


def read_ids(path: Path) -> list[str]:
    """The ids in a file, one a line, each once; what is empty or behind a `#` at a line's beginning is passed over, and
    so is a document whose whole file is in the list.

    Raises RecipeError for a file without any.
    """
    lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    if not (ids := list(dict.fromkeys(line for line in lines if line and not line.startswith("#")))):
        raise RecipeError(f"{path} has no ids: write one a line, source:file#row, or source:file for all of a file.")
    files = {one for one in ids if "#" not in one}
    return [one for one in ids if one in files or one.rpartition("#")[0] not in files]


def undo_removal(home: Home, removal: Removal) -> RemovalAnswer:
    """Take a removal out of the home's list. Raises RecipeError where none names that, with those there are."""
    before = read_removals(home)
    if all(other.key != removal.key for other in before):
        listed = "; ".join(describe_removal(other) for other in before) or "nothing"
        raise RecipeError(
            f"{home.path / REMOVED_FILE} has no removal of {describe_removal(removal)}. It has: {listed}."
        )
    path = write_removals(home, [other for other in before if other.key != removal.key])
    return RemovalAnswer(*removal.key, removal.copies, str(path), False, match_runs(home, [removal])[0])


def refuse_unknown(home: Home, removal: Removal) -> str:
    """What to say of a source or an id that no run has."""
    name = removal.key[1]
    sources = sorted({source for run in home.list_runs() for source in list_sources(home, run.name)})
    source = name.partition(":")[0]
    if source in sources:
        return (
            f"No run in {home.path} has a document '{name}'. `emma why {name}` says what comes near. Short texts that "
            "were joined have the id of their first; nothing was noted."
        )
    return (
        f"No run in {home.path} has a source '{source}'. {suggest(source, sources)} Nothing was noted. What a recipe "
        "has that has not run yet is left out by a table of its own, [[curate.removed]]."
    )


def list_sources(home: Home, run: str) -> list[str]:
    """The sources of a run."""
    collect = home.run(run).artifact("collect") if "collect" in home.run(run).addresses else None
    table = None if collect is None else shards.read(collect.file("sources.parquet"), ["source"])
    return [] if table is None else list(table["source"].to_pylist())


def describe_removal(removal: Removal | RemovalAnswer) -> str:
    """What a removal names, in words."""
    kind, name = removal.key if isinstance(removal, Removal) else (removal.by, removal.name)
    words = {"source": "the source", "id": "the document" if "#" in name else "the file", "url": "the address"}
    return f"{words[kind]} {name}"


def render_added(answer: RemovalAnswer) -> Iterator[str]:
    """What was noted, and what follows."""
    copies = ", with its copies" if answer.copies else ""
    what = describe_removal(answer)
    yield f"{what[0].upper()}{what[1:]}{copies} is in {answer.path}: no run of this home will train on it again."
    if answer.had_copies is not None:
        words = {True: "with its copies", False: "without its copies"}
        now = f"; now it is {words[answer.copies]}" if answer.copies != answer.had_copies else ""
        yield f"It was there before, {words[answer.had_copies]}{now}."
    yield from render_runs(answer.runs)


def render_runs(runs: Sequence[RunMatch]) -> Iterator[str]:
    """Who has it, and what to do next."""
    has_any = [match for match in runs if match.collected or match.has_seen or match.unknown]
    if not has_any:
        yield "No run here has such a document, so nothing changes for those that are done."
        return
    yield ""
    yield from render_matches(has_any)
    yield ""
    yield from (f"What {match.run} has cannot be told whole: {match.unknown}" for match in has_any if match.unknown)
    seen = [match.run for match in has_any if match.has_seen]
    if seen:
        yield f"These models have seen it, and keep what they learnt until they are trained anew: {', '.join(seen)}."
    if any(match.kept or match.trained for match in has_any):
        yield "Run each recipe again (emma run RECIPE): corpus, model and release are then made without it."
    yield "The text itself stays in the store, where the stage collect read it, until its source goes from the recipe."


def render_several(answers: Sequence[RemovalAnswer]) -> Iterator[str]:
    """What was noted of a file of ids, and what each run has of all of them together."""
    copies = ", with their copies" if answers[0].copies else ""
    number, path = format_count(len(answers)), answers[0].path
    yield f"{number} ids{copies} are in {path}: no run of this home will train on them again."
    yield from render_runs(sum_matches(answers))


def sum_matches(answers: Sequence[RemovalAnswer]) -> list[RunMatch]:
    """What each run has of the documents that several removals name."""
    total: dict[str, RunMatch] = {}
    for match in (match for answer in answers for match in answer.runs):
        so_far = total.get(match.run, RunMatch(match.run, 0, 0, 0))
        came_from = tuple(dict.fromkeys([*so_far.came_from, *match.came_from]))
        total[match.run] = RunMatch(
            match.run,
            so_far.collected + match.collected,
            so_far.kept + match.kept,
            so_far.trained + match.trained,
            came_from,
            so_far.unknown or match.unknown,
        )
    return list(total.values())


def render_matches(matches: Sequence[RunMatch]) -> Iterator[str]:
    """A line for each run."""
    rows: list[tuple[str, ...]] = [("run", "collected", "kept", "trained", "its model")]
    for match in matches:
        state = "has seen it" if match.trained else "not known" if match.unknown else "has not seen it"
        if match.came_from and not match.trained:
            state = f"began as one that has: {', '.join(match.came_from)}"
        rows.append((match.run, *(format_count(n) for n in (match.collected, match.kept, match.trained)), state))
    yield from format_table(rows, right=(1, 2, 3))


def render_undone(answer: RemovalAnswer) -> Iterator[str]:
    """What was taken back."""
    what = describe_removal(answer)
    yield f"{what[0].upper()}{what[1:]} is no longer in {answer.path}: the next run has it again."


def render_list(home: Home, removals: Sequence[Removal]) -> Iterator[str]:
    """The removals of a home, a line each."""
    if not removals:
        yield f"Nothing is removed in {home.path}."
        return
    rows = [("what", "name", "copies", "since", "reason")]
    rows += [(*one.key, "too" if one.copies else "", one.date, one.reason) for one in removals]
    yield from format_table(rows)
