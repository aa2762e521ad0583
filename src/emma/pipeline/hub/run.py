"""`emma release RUN --push OWNER/NAME`: model and data set of a finished run, one after the other."""

import sys
from collections.abc import Callable

from emma.config.extras import need
from emma.errors import RecipeError
from emma.pipeline.home import Run
from emma.pipeline.hub.push import Pushed, Pusher, without_bars
from emma.pipeline.hub.uploads import Destination, Upload, stage_uploads


def push_release(
    run: Run, destination: Destination, *, force: bool = False, quiet: bool = False, say: Callable[[str], None] = print
) -> list[Pushed]:
    """Send the folders of a run's release. Raises as `Pusher.push` does, and RecipeError where there is no release."""
    api = need("huggingface_hub", "hub").HfApi()
    pusher = Pusher(api, say, destination.private, force)
    with stage_uploads(run, destination) as uploads, without_bars(quiet or not sys.stderr.isatty()):
        refuse_nothing(uploads)
        return [_push_one(pusher, upload) for upload in uploads]


def _push_one(pusher: Pusher, upload: Upload) -> Pushed:
    pusher.say(f"{upload.kind} {upload.repository}: {len(upload.files):,} files")
    return pusher.push(upload)


def refuse_nothing(uploads: list[Upload]) -> None:
    """RecipeError where nothing is left to send."""
    if not uploads:
        raise RecipeError(
            "There is no text to send: no source of this run may be redistributed. Leave --only out, or say --only "
            "model."
        )
