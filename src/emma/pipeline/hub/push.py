"""Send a release to the Hugging Face hub by its own client, and look afterwards whether all of it is there.

A push that was stopped goes on when it is asked for again: the client sends no file that is there already, and a
large one is kept by the hub once it has come whole, though nothing was committed yet.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from emma.config.extras import need
from emma.errors import ArtifactError, RecipeError
from emma.pipeline.hub.answers import TOKENS, WAITS, ask_patiently, explain_refusals
from emma.pipeline.hub.compare import Difference, compare_repository, find_overwritten
from emma.pipeline.hub.uploads import Upload
from emma.pipeline.released import CARD
from emma.wording import plural

MESSAGE = "Release by EMMA"


@dataclass(frozen=True)
class Pushed:
    """A repository that has all of a folder, looked up afterwards."""

    repository: str
    kind: str
    address: str
    revision: str
    """The commit that was looked at."""
    files: int
    bytes: int
    sent: tuple[str, ...]
    """Files that were new or had changed."""
    deleted: tuple[str, ...]
    left: tuple[str, ...]
    """Files of the owner's own, not touched."""


@dataclass(frozen=True)
class Pusher:
    """The client, and how it is used."""

    api: Any
    """A `huggingface_hub.HfApi`: its token and address are its own affair."""
    say: Callable[[str], None]
    private: bool = False
    force: bool = False
    """Write over files that no release has written."""
    waits: tuple[float, ...] = WAITS

    def push(self, upload: Upload) -> Pushed:
        """Send a folder, and verify it.

        Raises RecipeError where the hub refuses, or something of others would be written over; ArtifactError where the
        repository is not whole afterwards.
        """
        with explain_refusals(upload.repository, self.api.whoami):
            self._refuse_nobody()
            address = self._ask(lambda: self._create(upload))
            before = self._ask(lambda: self._list(upload))
            difference = compare_repository(upload, before)
            self._refuse_overwriting(upload, difference, before)
            if difference.send or difference.delete:
                self._ask(lambda: self._send(upload, difference))
            revision = self._ask(lambda: self._info(upload)).sha
            self._verify(upload, self._ask(lambda: self._list(upload, revision)))
        return Pushed(
            upload.repository,
            upload.kind,
            str(address),
            revision,
            files=len(upload.files),
            bytes=sum(upload.files.values()),
            sent=difference.send,
            deleted=difference.delete,
            left=difference.leave,
        )

    def _ask(self, ask: Callable[[], Any]) -> Any:
        return ask_patiently(ask, self.say, self.waits)

    def _refuse_nobody(self) -> None:
        """RecipeError where the client finds no token: the hub itself would only say that it knows none."""
        if self.api.token is None and need("huggingface_hub", "hub").get_token() is None:
            raise RecipeError(f"The hub asks who you are, and there is no token here. {TOKENS}")

    def _create(self, upload: Upload) -> Any:
        """Make the repository where there is none; one that all can read is not taken for a private one."""
        address = self.api.create_repo(
            upload.repository, repo_type=upload.kind, private=self.private or None, exist_ok=True
        )
        if self.private and not self._info(upload).private:
            raise RecipeError(
                f"{upload.repository} is there already and everybody can read it, though you said --private. Make it "
                "private in its settings on the hub, choose another name, or leave --private out."
            )
        return address

    def _info(self, upload: Upload) -> Any:
        return self.api.repo_info(upload.repository, repo_type=upload.kind)

    def _list(self, upload: Upload, revision: str | None = None) -> dict[str, Any]:
        """The files of the repository, by path."""
        entries = self.api.list_repo_tree(
            upload.repository, recursive=True, repo_type=upload.kind, revision=revision
        )  # fmt: skip
        return {entry.path: entry for entry in entries if hasattr(entry, "blob_id")}

    def _refuse_overwriting(self, upload: Upload, difference: Difference, before: Mapping[str, Any]) -> None:
        """RecipeError where files would go that no release has written: a name may have been mistyped."""
        tags = self._read_tags(upload) if CARD in before and not self.force else ()
        theirs = [] if self.force else find_overwritten(difference, before, tags)
        if theirs:
            raise RecipeError(
                f"{upload.repository} has files that no release of EMMA wrote, and this one would replace or delete: "
                f"{', '.join(theirs[:5])}{' …' if len(theirs) > 5 else ''}. Choose another name, or say --force."
            )

    def _read_tags(self, upload: Upload) -> list[str]:
        """The tags of the repository's card."""
        with tempfile.TemporaryDirectory(prefix="emma-") as folder:
            path = self.api.hf_hub_download(upload.repository, CARD, repo_type=upload.kind, local_dir=folder)
            front = need("huggingface_hub", "hub").metadata_load(path) or {}
        return list(front.get("tags") or ())

    def _send(self, upload: Upload, difference: Difference) -> None:
        """Send what differs: by Xet where the client has it and the server too, else by LFS."""
        try:
            self._upload(upload, difference)
        except ConnectionError as error:
            if not lacks_xet(error):
                raise
            self.say("  this server has no Xet: large files go by LFS")
            with without_xet():
                self._upload(upload, difference)

    def _upload(self, upload: Upload, difference: Difference) -> None:
        # The client compares anew, so that this may be asked again after it stopped in the middle.
        self.api.upload_folder(
            repo_id=upload.repository,
            repo_type=upload.kind,
            folder_path=upload.folder,
            delete_patterns=[escape(path) for path in difference.delete] or None,
            commit_message=MESSAGE,
        )

    def _verify(self, upload: Upload, after: Mapping[str, Any]) -> None:
        """ArtifactError unless every file is there with its bytes, and none of an earlier release."""
        difference = compare_repository(upload, after)
        if wrong := [*difference.send, *difference.delete]:
            raise ArtifactError(
                f"{upload.repository} was sent, and is not what the release is in {plural(len(wrong), 'file')}: "
                f"{', '.join(wrong[:5])}. Somebody may have written to it meanwhile: run the same command again."
            )


def lacks_xet(error: ConnectionError) -> bool:
    """Whether an error of the client says that the server gives out no tokens of Xet, as mirrors of the hub do not."""
    return "xet-write-token" in str(error) and "404" in str(error)


@contextmanager
def without_xet() -> Iterator[None]:
    """No Xet inside: the client takes it wherever its package is installed, and looks for no other way by itself."""
    constants: Any = need("huggingface_hub.constants", "hub")
    had, constants.HF_HUB_DISABLE_XET = constants.HF_HUB_DISABLE_XET, True
    try:
        yield
    finally:
        constants.HF_HUB_DISABLE_XET = had


def escape(path: str) -> str:
    """A path as a pattern that only it matches."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in path)


@contextmanager
def without_bars(quiet: bool) -> Iterator[None]:
    """No progress bars of the client inside, where nobody watches them."""
    utils = need("huggingface_hub.utils", "hub")
    had = not utils.are_progress_bars_disabled()
    if quiet:
        utils.disable_progress_bars()
    try:
        yield
    finally:
        if quiet and had:
            utils.enable_progress_bars()
