"""Every file of artifacts read again, and compared with what their manifests say: what a disk has changed since."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from emma.errors import ArtifactError
from emma.pipeline.home import Home
from emma.store import manifest as manifests
from emma.store.address import address, file_digest
from emma.store.files import join_inside
from emma.store.manifest import MANIFEST, FileFacts
from emma.wording import plural
from emma.work.progress import Reporter


@dataclass(frozen=True)
class Damage:
    """A file that is not what was written."""

    stage: str
    """The stage that it is of, or whose task made it."""
    artifact: Path
    """The folder that is to be made again."""
    name: str
    what: str


@dataclass
class Verification:
    """The files that were read, and those of them that are damaged."""

    artifacts: int = 0
    files: int = 0
    bytes: int = 0
    without_hash: int = 0
    """Files of which the manifest has the size only."""
    elsewhere: int = 0
    """Files that are in the object store alone; they are compared when they come."""
    damaged: list[Damage] = field(default_factory=list)


def verify_files(home: Home, run: str | None, reporter: Reporter) -> Verification:
    """Read the artifacts of a run, or all of a home, with all of their parts."""
    verification = Verification()
    folders = list(_run_folders(home, run) if run else _store_folders(home))
    with reporter.track("verify", len(folders)) as track:
        for folder in folders:
            _verify_artifact(folder, home, verification)
            track.advance()
    return verification


def _store_folders(home: Home) -> Iterator[Path]:
    for depth in ("*/*", "*/*/*"):
        yield from (path.parent for path in sorted(home.store.glob(f"{depth}/{MANIFEST}")))


def _run_folders(home: Home, run: str) -> Iterator[Path]:
    """The artifacts that a run recorded, and those that are parts of them."""
    waiting = [home.store / stage / key for stage, key in home.choose_run(run).addresses.items()]
    listed = set[Path]()
    while waiting:
        folder = waiting.pop(0)
        if folder not in listed:
            listed.add(folder)
            yield folder
            waiting += _part_folders(folder, home)


def _part_folders(folder: Path, home: Home) -> list[Path]:
    try:
        manifest = manifests.read(folder)
    except ArtifactError:
        return []
    every = manifest["parts"].values() if manifest is not None else ()
    return [home.store / part["path"] for parts in every for part in parts]


def _verify_artifact(folder: Path, home: Home, verification: Verification) -> None:
    verification.artifacts += 1
    stage = folder.relative_to(home.store).parts[0]

    def damaged(name: str, what: str) -> None:
        verification.damaged.append(Damage(stage, folder, name, what))

    try:
        manifest = manifests.read(folder)
    except ArtifactError as error:
        damaged(MANIFEST, str(error))
        return
    if manifest is None:
        if home.url is None:
            damaged(MANIFEST, "it is missing")
        return
    # The address is a hash of what made the artifact, so the manifest checks itself.
    if manifest["key"] != folder.name or address(manifest["made_by"]) != folder.name:
        damaged(MANIFEST, "it does not say what was made here")
    for name, facts in manifest["files"].items():
        if what := _describe_damage(folder, name, facts, home, verification):
            damaged(name, what)


def _describe_damage(folder: Path, name: str, facts: FileFacts, home: Home, verification: Verification) -> str:
    """Describe what is wrong with a file, in words; empty if nothing is."""
    try:
        return _compare_file(join_inside(folder, name, folder / MANIFEST), facts, home, verification)
    except (ArtifactError, OSError) as error:  # a link that leads out, or a disk that does not give what it has
        return str(error)


def _compare_file(path: Path, facts: FileFacts, home: Home, verification: Verification) -> str:
    if not path.is_file():
        verification.elsewhere += home.url is not None
        return "" if home.url is not None else "it is missing"
    verification.files, verification.bytes = verification.files + 1, verification.bytes + path.stat().st_size
    if path.stat().st_size != facts["bytes"]:
        return f"it has {path.stat().st_size} bytes, its manifest says {facts['bytes']}"
    if "sha256" not in facts:
        verification.without_hash += 1
        return ""
    return "" if file_digest(path) == facts["sha256"] else "its SHA-256 is not what its manifest says"


def render_text(verification: Verification, recipe: Path | None) -> Iterator[str]:
    """Render what is damaged, and what to do about it."""
    for damage in verification.damaged:
        yield f"damaged: {damage.stage}: {damage.artifact / damage.name}: {damage.what}"
    sizes = verification.without_hash
    kept = f"; of {sizes} of them no hash is kept, only the size" if sizes else ""
    away = f" {verification.elsewhere} more are in the object store alone." if verification.elsewhere else ""
    yield (
        f"read: {plural(verification.files, 'file')} ({verification.bytes / 1e6:,.1f} MB) of "
        f"{plural(verification.artifacts, 'artifact')}, {len(verification.damaged) or 'none'} damaged{kept}.{away}"
    )
    if verification.damaged:
        yield "To have what is damaged made again, from what it was made of before:"
        yield from (f"    rm -r {folder}" for folder in sorted({damage.artifact for damage in verification.damaged}))
        yield f"    emma run {recipe or 'RECIPE'}"
