"""The folder that an export is written to: never over what somebody else has put there, and never half a result.

All is made in a hidden folder inside, from which a stopped export goes on; then the files take their places, and the
record of them comes last.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emma.errors import ArtifactError, RecipeError
from emma.store.files import join_inside, read_json, replace_file, write_json

RECORD = "export.json"
"""Name of the file that says what was exported, with the name of each file."""
HIDDEN = ".emma-export"
"""Name of the folder, inside, in which an export is made."""


@dataclass(frozen=True)
class ExportFolder:
    """A folder to export to."""

    path: Path

    @property
    def hidden(self) -> Path:
        """Where the export is made."""
        return self.path.absolute() / HIDDEN

    @property
    def record(self) -> dict[str, Any] | None:
        """The record of the export that is there; None where there is none."""
        path = self.path / RECORD
        return read_json(path) if path.is_file() else None

    def prepare(self, *, force: bool) -> None:
        """Make the folder. RecipeError where it has anything but a stopped export, unless `force` is given."""
        if self.path.exists() and not self.path.is_dir():
            raise RecipeError(f"{self.path} is a file; name a folder to export to.")
        others = sorted(path.name for path in self.path.iterdir() if path.name != HIDDEN) if self.path.exists() else []
        if others and not force:
            what = "an earlier export" if RECORD in others else f"'{others[0]}' in it"
            raise RecipeError(
                f"{self.path} is not empty: it has {what}. Name another folder, or give --force: the files of an "
                "earlier export are then replaced, and nothing else is touched."
            )
        try:
            self.hidden.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ArtifactError(f"{self.path} cannot be made ({error.strerror}). Name another folder.") from None

    def take_over(self, made: Path, record: dict[str, Any]) -> None:
        """Give all files in `made` their places, in place of those of an earlier export, and write the record."""
        files = sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file())
        self._remove_earlier(set(files))
        for name in files:
            (self.path / name).parent.mkdir(parents=True, exist_ok=True)
            (made / name).replace(self.path / name)
        with replace_file(self.path / RECORD) as path:
            write_json(path, {**record, "files": files})
        self.clear()

    def clear(self) -> None:
        """Remove what a stopped export has left, also one that was stopped while it did this."""
        shutil.rmtree(self.hidden, ignore_errors=True)

    def _remove_earlier(self, but: set[str]) -> None:
        """Remove the files of an earlier export that the new one does not replace, then folders that are empty."""
        for name in (self.record or {}).get("files", ()):
            path = join_inside(self.path, name, self.path / RECORD)
            if name not in but:
                path.unlink(missing_ok=True)
                if path.parent != self.path and path.parent.is_dir() and not any(path.parent.iterdir()):
                    path.parent.rmdir()
