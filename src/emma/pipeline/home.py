"""A home: the folder that holds the store and, for each recipe run in it, a run's record and links to its results.

Its store may be the cache of one in an object store, which it remembers.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from emma.errors import ArtifactError, RecipeError
from emma.pipeline.record import LOCK, Record
from emma.store import remote
from emma.store.address import CACHE, Fingerprints
from emma.store.artifact import Artifact, load
from emma.store.hold import REMOTE, hold_store
from emma.wording import suggest
from emma.work.work import SCRATCH

if TYPE_CHECKING:
    import pyarrow as pa

    from emma.lang.language import Lang
    from emma.pipeline.export.counts import Exported
    from emma.pipeline.hub.run import Push
    from emma.pipeline.released import Folder, Released
    from emma.pipeline.samples import SampleDataset


@dataclass(frozen=True)
class Home:
    """`path` holds `store/` and a folder for each run."""

    path: Path
    requested_url: str | None = None
    """URL of the object store to use; None: the one used before, if any."""

    @property
    def store(self) -> Path:
        """The root of the store."""
        return self.path.absolute() / "store"

    @property
    def url(self) -> str | None:
        """The object store of which the store is the cache, if there is one.

        Raises ArtifactError when it is another than the one used before.
        """
        path = self.store / REMOTE
        before = path.read_text(encoding="utf-8").strip() if path.exists() else None
        requested = self.requested_url.rstrip("/") if self.requested_url else None
        if before and requested and before != requested:
            raise ArtifactError(
                f"{self.store} is the cache of {before}, not of {requested}. Use another --home for that --store."
            )
        return requested or before

    def load(self, stage: str, key: str) -> Artifact | None:
        """The artifact of a stage with this address, or None when it has to be made."""
        return load(self.store / stage / key, remote.join_url(self.url, stage, key), self.store)

    def fingerprints(self) -> Fingerprints:
        """Hashes of raw files, remembered between runs."""
        return Fingerprints(self.store / CACHE)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the store for one run at a time, and clear what a killed run left half-written.

        Raises ArtifactError when another run holds it, or it cannot be written.
        """
        with hold_store(self.store, self.url):
            yield

    def list_unfinished(self) -> list[tuple[Path, int]]:
        """The scratch folders of stages that were stopped, with their bytes; the stage itself deletes its own."""
        return [
            (path, sum(file.stat().st_size for file in path.rglob("*") if file.is_file()))
            for path in sorted((self.store / SCRATCH).glob("*-*"))
        ]

    def run(self, name: str) -> "Run":
        """The record of the run called `name`."""
        return Run(self, name)

    def list_runs(self) -> list["Run"]:
        """Every run with a record, by name."""
        return [Run(self, path.parent.name) for path in sorted(self.path.glob(f"*/{LOCK}"))]

    def choose_run(self, name: str | None = None, how: str = "--run RUN") -> "Run":
        """The run called `name`, the run of any home whose folder `name` is, or the only run there is.

        Raises RecipeError otherwise, with what may be meant; `how` is how a run is named where there are several.
        """
        names = [run.name for run in self.list_runs()]
        if name in names or (name is None and len(names) == 1):
            return self.run(name or names[0])
        if name is not None and (Path(name) / LOCK).exists():
            return Home(Path(name).parent).run(Path(name).name)
        if not names:
            raise RecipeError(f"There is no run in {self.path} yet: `emma run RECIPE` makes one, --home names another.")
        if name is not None:
            hint = suggest(name, names, "`emma status` lists them all.")
            raise RecipeError(f"There is no run '{name}' in {self.path}. {hint} --home names another home.")
        raise RecipeError(
            f"Which run? {self.path} has: {', '.join(names)}. Name one, as in {how.replace('RUN', names[0])}."
        )


@dataclass(frozen=True)
class Run(Record):
    """One recipe's run: its record, and all that can be read of what it made."""

    home: Home
    name: str

    @property
    def path(self) -> Path:
        """The run's folder."""
        return self.home.path / self.name

    def artifact(self, stage: str) -> Artifact:
        """The artifact of a stage. Raises RecipeError when this run has not come that far."""
        key = self.addresses.get(stage)
        artifact = self.home.load(stage, key) if key else None
        if artifact is None:
            raise RecipeError(
                f"The run '{self.name}' in {self.home.path} has no result of {stage} yet: `emma status RECIPE` shows "
                f"how far it is, `emma {stage} RECIPE` goes on with it."
            )
        return artifact

    def table(self, stage: str, name: str) -> "pa.Table":
        """A table that a stage has made, such as `run.table("curate", "limits")`.

        Raises RecipeError when this run has not come that far, ArtifactError naming the tables there are.
        """
        from emma.pipeline.contents import read_table
        from emma.pipeline.recipe import INPUTS

        if stage not in INPUTS:
            raise RecipeError(f"There is no stage '{stage}'. {suggest(stage, INPUTS)}")
        return read_table(self.artifact(stage), name)

    @property
    def languages(self) -> "pa.Table":
        """A row for each language that was collected: documents, bytes, splits, tier, and drops by reason."""
        from emma.pipeline.contents import tabulate_languages

        return tabulate_languages(self)

    def documents(
        self, lang: "Lang | str | None" = None, split: str | None = None, columns: Sequence[str] | None = None
    ) -> "Iterator[pa.RecordBatch]":
        """Stream the kept documents in Arrow record batches, of one language and one split where they are named."""
        from emma.pipeline.contents import read_documents

        return read_documents(self, lang, split, columns)

    def export(
        self,
        to: Path | str,
        *,
        langs: "Sequence[Lang | str] | None" = None,
        splits: Sequence[str] | None = None,
        sources: Sequence[str] | None = None,
        kind: str = "parquet",
        annotations: Sequence[str] = (),
        mask: Sequence[str] = (),
        force: bool = False,
        workers: int | None = None,
    ) -> "Exported":
        """Write the kept texts as a data set that `datasets.load_dataset(to, "swh_Latn")` opens; see `emma export`."""
        from emma.pipeline.export.choose import Request
        from emma.pipeline.export.run import export_corpus

        labels = None if langs is None else [lang if isinstance(lang, str) else lang.label for lang in langs]
        request = Request(labels, splits, sources, kind, annotations, mask)
        return export_corpus(self, to, request, force=force, workers=workers)

    @property
    def release(self) -> "Released":
        """The finished release: its folders, the sources it withholds, what its cards leave open.

        Raises RecipeError when there is none yet.
        """
        from emma.pipeline.released import read_release

        return read_release(self)

    def push(
        self,
        name: str,
        *,
        corpus: str | None = None,
        only: "Folder | None" = None,
        private: bool = False,
        force: bool = False,
        dry_run: bool = False,
    ) -> "Push":
        """Send the release to `name` on the Hugging Face hub, or with `dry_run` say what would go; see
        `emma release --push`."""
        from emma.pipeline.hub.run import push_release
        from emma.pipeline.hub.uploads import Destination

        destination = Destination.parse(name, corpus, only, private)
        return push_release(self, destination, force=force, dry_run=dry_run, quiet=True, say=lambda _: None)

    def samples(self) -> "SampleDataset":
        """The training samples in planned order, as a torch Dataset. Raises RecipeError when there is no mix yet."""
        from emma.config.extras import need
        from emma.pipeline.samples import open_samples

        need("torch", "train")
        return open_samples(self)


def open_run(path: Path | str, store: str | None = None) -> Run:
    """The run whose folder this is (`emma-runs/demo`), or the only run of a home (`emma-runs`).

    `store` is the URL of the object store behind it, where it has one that was not used here before. Raises
    RecipeError, with the runs there are, when it is neither.
    """
    path = Path(path)
    if (path / LOCK).exists():
        return Home(path.parent, store).run(path.name)
    names = [run.name for run in Home(path, store).list_runs()]
    if len(names) == 1:
        return Home(path, store).run(names[0])
    if names:
        raise RecipeError(f"{path} has several runs: {', '.join(names)}. Open one by its folder: '{path / names[0]}'.")
    raise RecipeError(f"{path} is neither the folder of a run, such as emma-runs/demo, nor a home with one.")
