"""A data set of the Hugging Face hub at one commit: what it holds, and its files fetched, by the hub's own client."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from shutil import disk_usage
from typing import Any

from emma.config.extras import need
from emma.errors import EmmaError, SourceError
from emma.pipeline.draft.forms import NO_TEXT_SUFFIXES
from emma.pipeline.draft.places import suffix_of
from emma.pipeline.hub.answers import ask_patiently, describe, is_passing, status_of
from emma.ui.numerals import format_bytes

MEDIA_SUFFIXES = frozenset({
    ".avi", ".bmp", ".flac", ".gif", ".jpeg", ".jpg", ".m4a", ".mkv", ".mp3", ".mp4", ".ogg", ".opus", ".png", ".tif",
    ".tiff", ".wav", ".webm", ".webp",
})  # fmt: skip
CARD = "README.md"
TRANSFERS, MAX_KINDS = 8, 5
"""Files that are fetched at a time, and kinds of files that are listed."""
WAITS = (1.0, 4.0)
"""Seconds between the times that the hub is asked again, when it failed on its side."""
ROOM = 1.1
"""The free space on disk that is asked for, as many times what is fetched."""


@dataclass(frozen=True)
class HubData:
    """A data set at one commit."""

    name: str
    commit: str
    files: Mapping[str, int]
    """Bytes by path, of what may be text."""
    left_out: Mapping[str, int]
    """Bytes of what is no text: sound, pictures, models, programs."""
    card: str
    api: Any
    """A `huggingface_hub.HfApi`: its token and address are its own affair."""

    @property
    def origin(self) -> str:
        """Its address."""
        return f"https://huggingface.co/datasets/{self.name}/tree/{self.commit}"


def look_up(name: str, revision: str = "", api: Any = None) -> HubData:
    """Ask the hub what a data set holds. SourceError where it has none of this name, or shows it to others only."""
    api = api or need("huggingface_hub", "hub").HfApi()
    with explain_refusals(name, api):
        info = _ask(lambda: api.dataset_info(name, revision=revision or None))
        tree = _ask(lambda: list(api.list_repo_tree(name, repo_type="dataset", revision=info.sha, recursive=True)))
        sizes = {entry.path: entry.size for entry in tree if hasattr(entry, "blob_id")}
        sizes = {path: size for path, size in sizes.items() if not path.startswith(".")}
        card = ""
        if CARD in sizes:
            address = {"repo_type": "dataset", "revision": info.sha}
            card = Path(api.hf_hub_download(name, CARD, **address)).read_text("utf-8", "replace")
    texts = {path: size for path, size in sizes.items() if _may_be_text(path, name)}
    if not set(texts) - {CARD}:
        raise SourceError(f"The data set {name} of the hub has no files of text: {_list_kinds(sizes)}.")
    return HubData(name, info.sha, texts, {path: sizes[path] for path in sizes.keys() - texts.keys()}, card, api)


def _ask(ask: Callable[[], Any]) -> Any:
    return ask_patiently(ask, lambda _: None, WAITS)


def _may_be_text(path: str, name: str) -> bool:
    """Whether a file may be text: no sound or picture, and not the program by which `datasets` once read the rest."""
    return suffix_of(path) not in MEDIA_SUFFIXES | NO_TEXT_SUFFIXES and path != f"{name.split('/')[1]}.py"


def _list_kinds(sizes: Mapping[str, int]) -> str:
    kinds = Counter(suffix_of(path) or PurePosixPath(path).name for path in sizes)
    return ", ".join(f"{count} of {kind}" for kind, count in kinds.most_common(MAX_KINDS)) or "it is empty"


def fetch_files(data: HubData, chosen: Mapping[str, int], folder: Path) -> None:
    """Fetch files into a folder; those that are there already are not fetched again. SourceError where that fails, or
    where the folder holds something else, which would be taken for a part of the data set."""
    inside = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    if others := sorted(path.as_posix() for path in inside if path.parts[0] != ".cache" and not _is_of(data, path)):
        raise SourceError(f"{folder} holds other files, such as {others[0]}. Name a folder of its own with --download.")
    above = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.is_dir())
    needed = sum(size for path, size in chosen.items() if not (folder / path).is_file())
    if (free := disk_usage(above).free) < ROOM * needed:
        raise SourceError(
            f"{folder}: {format_bytes(needed)} are to be fetched, and {format_bytes(free)} are free on its disk. Name "
            "a folder on another disk with --download, or fewer languages with --goal."
        )
    address = {"repo_type": "dataset", "revision": data.commit, "local_dir": folder}
    with explain_refusals(data.name, data.api), ThreadPoolExecutor(TRANSFERS) as pool:
        list(pool.map(lambda path: data.api.hf_hub_download(data.name, path, **address), chosen))


def _is_of(data: HubData, path: Path) -> bool:
    return path.as_posix() in data.files


@contextmanager
def explain_refusals(name: str, api: Any) -> Iterator[None]:
    """Raise what the hub's client raises as SourceError that says what to do."""
    errors = need("huggingface_hub.errors", "hub")
    try:
        yield
    except EmmaError:
        raise
    except errors.OfflineModeIsEnabled:
        raise SourceError(f"HF_HUB_OFFLINE is set, so the hub is not asked for {name}. Unset it.") from None
    except errors.GatedRepoError:
        raise SourceError(
            f"{name} is shown to those only who agreed to its terms: do so on {api.endpoint}/datasets/{name}, then "
            "say who you are with `hf auth login`, or by HF_TOKEN."
        ) from None
    except errors.RevisionNotFoundError:
        raise SourceError(f"{name} has no such revision on the hub. Leave it out for the newest.") from None
    except errors.RepositoryNotFoundError:
        raise SourceError(_explain_missing(name, api)) from None
    except Exception as error:
        said = getattr(error, "server_message", None) or describe(error)
        if is_passing(error) and status_of(error) is None:
            said = f"it cannot be reached ({said}). Look after the connection, and after HF_ENDPOINT if that is set"
        raise SourceError(f"The hub gave no {name}: {said}. The same command goes on where it stopped.") from error


def _explain_missing(name: str, api: Any) -> str:
    """There is no such path and no such data set; it may be a model, or a private one."""
    with suppress(Exception):  # it only helps to understand another error
        if api.repo_exists(name, repo_type="model"):
            return f"{name} is a model on the hub, and no data set. A model to adapt is named by --base."
    return (
        f"There is no path {name} here, and no data set of this name on the hub, or none that you may see. Correct it; "
        "for a private one say who you are with `hf auth login`, or by HF_TOKEN."
    )
