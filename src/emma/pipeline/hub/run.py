"""`emma release RUN --push OWNER/NAME` and `Run.push`: data sets and model of a finished run, one after the other."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

from emma.config.extras import need
from emma.errors import RecipeError
from emma.pipeline.home import Run
from emma.pipeline.hub.push import Pushed, Pusher, without_bars
from emma.pipeline.hub.uploads import Destination, Upload, stage_uploads
from emma.pipeline.released import Folder, Released, read_release
from emma.wording import plural


@dataclass(frozen=True)
class Push:
    """What of a release goes to the hub, what stays, and what was done."""

    release: Released
    private: bool
    uploads: tuple[Upload, ...]
    """What goes, in order; `folder` is that of the release."""
    pushed: tuple[Pushed, ...] = ()
    """The repositories afterwards, in the same order; none where nothing was to be sent (`dry_run`)."""
    only: Folder | None = None


def push_release(
    run: Run,
    destination: Destination,
    *,
    force: bool = False,
    dry_run: bool = False,
    quiet: bool = False,
    say: Callable[[str], None] = print,
) -> Push:
    """Send the folders of a run's release; with `dry_run`, say what would go and ask nobody.

    Raises as `Pusher.push` does, and RecipeError where there is no release or nothing to send.
    """
    release = read_release(run)
    with stage_uploads(release, destination) as uploads, without_bars(quiet or not sys.stderr.isatty()):
        refuse_nothing(uploads, release, destination)
        pusher = Pusher(need("huggingface_hub", "hub").HfApi(), say, destination.private, force)
        pushed = () if dry_run else tuple(_push_one(pusher, upload) for upload in uploads)
    named = tuple(replace(upload, folder=release.path / upload.folder.name) for upload in uploads)
    return Push(release, destination.private, named, pushed, destination.only)


def _push_one(pusher: Pusher, upload: Upload) -> Pushed:
    pusher.say(f"{upload.kind} {upload.repository}: {plural(len(upload.files), 'file')}")
    return pusher.push(upload)


def refuse_nothing(uploads: list[Upload], release: Released, destination: Destination) -> None:
    """RecipeError where nothing is left to send."""
    if not uploads and destination.only:
        there = " or ".join(f"--only {name}" for name in release.folders)
        raise RecipeError(
            f"There is no {destination.only} to send: {release.absent[destination.only]}. Leave --only out, or say "
            f"{there}."
        )
