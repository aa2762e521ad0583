"""The removals of a home: a list that a person can read and commit, and what it leaves out of every run there.

The list is `removed.toml` in the home. Curate's address has which documents fall under it, and not the list itself: a
removal that is about nothing in a corpus makes nothing anew.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from emma.annotate.config import AnnotateConfig, LidConfig
from emma.annotate.inputs import resolve_model
from emma.config.explain import explain_error
from emma.config.section import Settings
from emma.curate.config import CurateConfig
from emma.errors import ArtifactError, RecipeError
from emma.pipeline.home import Home
from emma.pipeline.recipe import Recipe
from emma.store.address import address
from emma.store.artifact import Artifact
from emma.store.files import read_json, replace_file, write_json
from emma.work.graph import Raw
from emma.work.removal.rules import Removal, Withdrawals, read_domains

REMOVED_FILE = "removed.toml"
"""Name of the list in a home."""
CACHE = "withdrawn.json"
"""Name of the file in the store's root with what a list leaves out of a corpus, by the address of both."""
HEADER = """\
# What must not be trained on: `emma remove` writes this list, and every run of this home obeys it.
# Without a table here again, what it named comes back with the next run (`emma remove --undo`).
"""


class RemovalList(Settings):
    """The contents of `removed.toml`."""

    removed: tuple[Removal, ...] = ()
    """A table for each removal."""


def read_removals(home: Home) -> tuple[Removal, ...]:
    """The removals of a home. Raises RecipeError for a list that cannot be read."""
    path = home.path / REMOVED_FILE
    if not path.exists():
        return ()
    table: dict[str, object] = {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        return RemovalList.model_validate(_with_text_dates(table)).removed
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path} is not valid TOML: {error}. Mend it by hand; nothing was run.") from None
    except ValidationError as error:
        raise RecipeError(
            f"{path}: {explain_error(error, table, RemovalList)} Mend it by hand; nothing was run."
        ) from None


def _with_text_dates(table: Mapping[str, object]) -> dict[str, object]:
    """The table with dates as text: by hand they are written without quotes."""
    rows = table.get("removed")
    if not isinstance(rows, list):
        return dict(table)
    plain = [{**row, "date": str(row["date"])} if isinstance(row, dict) and "date" in row else row for row in rows]
    return {**table, "removed": plain}


def write_removals(home: Home, removals: Sequence[Removal]) -> Path:
    """Write the list of a home in one step; returns its path."""
    home.path.mkdir(parents=True, exist_ok=True)
    with replace_file(home.path / REMOVED_FILE) as path:
        path.write_text(HEADER + "".join(map(format_removal, removals)), encoding="utf-8")
    return home.path / REMOVED_FILE


def format_removal(removal: Removal) -> str:
    """A removal as a table of TOML."""
    values = {name: value for name, value in removal if value}
    # JSON's strings are TOML's too, but for one control character.
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}\n".replace("\x7f", "\\u007F")
             for name, value in values.items()]  # fmt: skip
    return "\n[[removed]]\n" + "".join(lines)


def list_withdrawals(recipe: Recipe, home: Home) -> Withdrawals:
    """The removals of a recipe and its home, and all domains that opted out."""
    domains = read_domains(recipe.curate.opt_out, Path(recipe.data))
    return Withdrawals(removals=(*recipe.curate.removed, *read_removals(home)), domains=domains)


def withdraw_documents(recipe: Recipe, home: Home) -> tuple[CurateConfig, Raw]:
    """Curate's section with all that is withdrawn, and how its address tells which documents these are."""
    every = list_withdrawals(recipe, home)
    section = recipe.curate.model_copy(update={"removed": every.removals, "opt_out": every.domains})
    return section, (lambda inputs: digest_withdrawals(section, inputs["collect"], home.store)) if every else None


def withdraw_lessons(lid: LidConfig, recipe: Recipe, home: Home) -> LidConfig:
    """The settings of language identification without what a model that is trained here must not learn from.

    Raises RecipeError where it would be trained from a source that is removed.
    """
    every = list_withdrawals(recipe, home)
    if removed := sorted({removal.source for removal in every.removals if removal.source} & {*lid.train}):
        raise RecipeError(
            f"annotate.lid.train names the source '{removed[0]}', which was removed (`emma remove --list`). Take it "
            "out there: what is removed must train no model."
        )
    mine = tuple(removal for removal in every.removals if removal.source is None and removal.concerns(lid.train))
    return lid.model_copy(update={"withdrawn": Withdrawals(removals=mine, domains=every.domains)})


def resolve_identification(recipe: Recipe, home: Home, root: Path, cache: Path) -> tuple[AnnotateConfig, Raw]:
    """Annotate's section with its model of language identification, and how its address tells what that is."""
    lid = recipe.annotate.lid
    if lid is None or not lid.train:
        return resolve_model(recipe.annotate, root, cache)
    lid = withdraw_lessons(lid, recipe, home)
    section = CurateConfig(removed=lid.withdrawn.removals, opt_out=lid.withdrawn.domains)
    raw = (
        (lambda inputs: digest_withdrawals(section, inputs["collect"], home.store, lid.train))
        if lid.withdrawn
        else None
    )
    return recipe.annotate.model_copy(update={"lid": lid}), raw


def digest_withdrawals(
    section: CurateConfig, collect: Artifact, store: Path, only: Sequence[str] | None = None
) -> dict[str, object]:
    """What an address says of documents that are left out, of some sources or all: a digest of which they are, or
    nothing.

    Remembered in the store, since it takes a look at the address of every document.
    """
    from emma.curate.withdraw import Wishes, digest_withdrawn
    from emma.store import shards

    sources = shards.read(collect.file("sources.parquet"), ["source"])["source"].to_pylist()
    wishes = Wishes.of(section, sources)
    if not wishes.sources and not wishes.rules:
        return {}
    key = address(collect.key, sorted(wishes.sources), wishes.rules.model_dump(mode="json"), *([only] if only else []))
    path = store / CACHE
    known = _read_known(path)
    if key not in known:
        documents = [
            part
            for part in collect.parts["documents"]
            if only is None or shards.source_of(part.file("documents.parquet")) in only
        ]
        known[key] = digest_withdrawn(documents, wishes)
        with replace_file(path) as temporary:
            write_json(temporary, known, sort_keys=True)
    return {"withdrawn": known[key]} if known[key] else {}


def _read_known(path: Path) -> dict[str, str | None]:
    """Digests by address; empty for a cache that is missing or damaged, which costs time and nothing else."""
    try:
        known = read_json(path)
    except (OSError, ArtifactError):
        return {}
    return known if isinstance(known, dict) else {}
