"""Who needs what of a store: what runs name, what that was made from, and what nobody points to any more.

A run names the artifact of each stage, done or begun. What these were made from is needed too, whichever run made it:
so the training of a base, and the corpus of a model whose run has curated anew since. The outputs of tasks belong to an
artifact as its parts, or are results on the way to it, which spare work where a setting changes.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path

from emma.evaluate.engine.answers import FOLDER as ANSWERS
from emma.pipeline.home import Home, Run
from emma.pipeline.recipe import INPUTS
from emma.pipeline.record import BEGUN, LOCK
from emma.pipeline.storage.folders import StoredFolder, StoreFolders, count_bytes
from emma.store.hold import list_leftovers
from emma.train.begun import NOTE_FILE, read_note
from emma.work.work import SCRATCH


@dataclass(frozen=True)
class StageSize:
    """What a run holds of a stage."""

    run: str
    stage: str
    bytes: int
    shared: int
    """Bytes of it that another run names as well."""


@dataclass(frozen=True)
class Leftover:
    """A folder that nobody needs, and why it is there."""

    place: str
    """Below the store."""
    bytes: int
    why: str


@dataclass
class Holdings:
    """What a home holds, in bytes on this disk."""

    home: str
    url: str | None
    """The object store of which the home's is the cache, if there is one; nothing is ever deleted there."""
    stages: list[StageSize] = field(default_factory=list)
    named: int = 0
    """What runs name, each folder once."""
    inputs: int = 0
    """What that was made from, and no run names itself."""
    under_way: int = 0
    """Checkpoints and tasks of stages that have begun and are not done."""
    answers: int = 0
    """Answers of models to benchmarks, which the next evaluation finds."""
    intermediate: list[Leftover] = field(default_factory=list)
    """Results on the way to what runs name."""
    unneeded: list[Leftover] = field(default_factory=list)
    """What may go without a loss."""

    def leftovers(self, *, intermediate: bool = False) -> list[Leftover]:
        """What goes; results on the way too, where they are asked for."""
        return [*self.unneeded, *(self.intermediate if intermediate else ())]


def take_stock(home: Home) -> Holdings:
    """Look through a home. Raises ArtifactError for a damaged manifest of what a run names: its parts are not known."""
    folders = StoreFolders(home)
    runs = list_every_run(home)
    own = {run.name: list_own(run, folders) for run in runs}
    named = {place: folder for places in own.values() for place, folder in places.items()}
    needed = named | follow_inputs(named.values(), folders)
    done = list_keys(named)
    begun = {(stage, key) for run in runs for stage, key in run.begun.items() if key not in done}
    holdings = Holdings(str(home.path), home.url, list(size_stages(own)))
    holdings.named = sum(folder.bytes for folder in named.values())
    holdings.inputs = sum(needed[place].bytes for place in needed.keys() - named.keys())
    holdings.answers = count_bytes(home.store / ANSWERS)
    sort_scratch(home, begun, holdings)
    sort_folders(folders, needed, {stage for stage, _ in begun}, holdings)
    holdings.unneeded += list_half_written(home)
    return holdings


def list_every_run(home: Home) -> list[Run]:
    """Every run, also one that was stopped in its first stage."""
    names = {path.parent.name for file in (LOCK, BEGUN) for path in home.path.glob(f"*/{file}")}
    return [home.run(name) for name in sorted(names)]


def list_keys(places: Iterable[str]) -> set[str]:
    """The addresses of these places."""
    return {place.rpartition("/")[2] for place in places}


def list_own(run: Run, folders: StoreFolders) -> dict[str, StoredFolder]:
    """What a run names, with the parts of it, by place; also what a training that it has begun starts from."""
    keys = {*run.addresses.values(), *run.begun.values(), *list_starts(run)}
    own: dict[str, StoredFolder] = {}
    for place in sorted(folders.artifacts[key] for key in keys if key in folders.artifacts):
        own[place] = folders.read(place)
        own |= {part: folders.read(part) for part in own[place].parts}
    return own


def sum_own(run: Run, folders: StoreFolders) -> int:
    """The bytes of what a run names."""
    return sum(folder.bytes for folder in list_own(run, folders).values())


def list_starts(run: Run) -> Iterator[str]:
    """Addresses that the note beside the checkpoints of a begun training tells."""
    key = run.begun.get("train")
    scratch = run.home.store / SCRATCH / f"train-{key}"
    if key is not None and (scratch / NOTE_FILE).is_file():
        note = read_note(scratch)
        yield from Path(note["model"]).parts  # names of folders, the address among them
        if (start := note["started_from"]) is not None:
            yield start["artifact"]


def follow_inputs(named: Iterable[StoredFolder], folders: StoreFolders) -> dict[str, StoredFolder]:
    """What stages' artifacts were made from, and what that was made from, with all parts, by place."""
    # Of a task only the output is a part of anything; what it read besides was a result on the way.
    waiting = [folder for folder in named if folder.function is None]
    found: dict[str, StoredFolder] = {}
    while waiting:
        for key in sorted(waiting.pop().mentions & folders.artifacts.keys()):
            if (place := folders.artifacts[key]) not in found:
                found[place] = folders.read(place)
                found |= {part: folders.read(part) for part in found[place].parts}
                waiting.append(found[place])
    return found


def size_stages(own: Mapping[str, Mapping[str, StoredFolder]]) -> Iterator[StageSize]:
    """The bytes of every run and stage, in the order of a run."""
    for run, places in own.items():
        others = {place for other, theirs in own.items() if other != run for place in theirs}
        for stage in order_stages(folder.stage for folder in places.values()):
            of_stage = [folder for folder in places.values() if folder.stage == stage]
            shared = sum(folder.bytes for folder in of_stage if folder.place in others)
            yield StageSize(run, stage, sum(folder.bytes for folder in of_stage), shared)


def order_stages(stages: Iterable[str]) -> list[str]:
    """Stages as they follow each other; what is none, such as a base that was converted, at the end."""
    order = {stage: number for number, stage in enumerate(INPUTS)}
    return sorted({*stages}, key=lambda stage: (order.get(stage, len(order)), stage))


def sort_scratch(home: Home, begun: Set[tuple[str, str]], holdings: Holdings) -> None:
    """Tell the scratch folders that a run goes on from apart from those that none comes back to."""
    kept = {f"{stage}-{key}" for stage, key in begun}
    for path, size in home.list_unfinished():
        if path.name in kept:
            holdings.under_way += size
        else:
            why = "what a stage had done when it was stopped, and no run goes on from"
            holdings.unneeded.append(Leftover(f"{SCRATCH}/{path.name}", size, why))


def sort_folders(
    folders: StoreFolders, needed: Mapping[str, StoredFolder], begun_stages: Set[str], holdings: Holdings
) -> None:
    """Tell results on the way apart from what nobody needs, among the folders that are not needed."""
    artifacts = {place: folders.read_any(place) for place in folders.artifacts.values() if place not in needed}
    tasks = {place: folders.read_any(place) for place in folders.tasks if place not in needed}
    every = [*needed.values(), *artifacts.values()]
    functions = {part.rpartition("/")[0] for folder in every for part in folder.parts}
    stages = {folder.stage for folder in needed.values()}
    gone, live = list_keys(artifacts), list_keys(needed)
    for place in order_by_inputs(tasks):
        task = tasks[place]
        if task.stage in begun_stages:
            holdings.under_way += task.bytes
        elif task.function in functions or task.mentions & gone or not (task.stage in stages or task.mentions & live):
            gone.add(task.key)
            holdings.unneeded.append(Leftover(place, task.bytes, "of settings or text that no run has now"))
        else:
            live.add(task.key)
            holdings.intermediate.append(Leftover(place, task.bytes, "a result on the way to what a run names"))
    holdings.unneeded += [
        Leftover(place, folder.bytes, "of settings or text that no run has now") for place, folder in artifacts.items()
    ]


def order_by_inputs(tasks: Mapping[str, StoredFolder]) -> list[str]:
    """Places of tasks so that each comes after those it was made from."""
    by_key = {task.key: place for place, task in tasks.items()}
    graph = {place: [by_key[key] for key in sorted(task.mentions & by_key.keys())] for place, task in tasks.items()}
    return list(TopologicalSorter(graph).static_order())


def list_half_written(home: Home) -> list[Leftover]:
    """What was being written when a process was killed, but in scratch folders, whose bytes are counted already."""
    scratch = home.store / SCRATCH
    paths = [path for path in list_leftovers(home.store) if not path.is_relative_to(scratch)]
    return [
        Leftover(
            path.relative_to(home.store).as_posix(),
            count_bytes(path) if path.is_dir() else path.stat().st_size,
            "half written when a process was killed",
        )
        for path in paths
    ]
