"""Data sets of the library `datasets`: streamed from the Hugging Face hub, or in folders that it saved.

On the hub a shard of a split is a file, and its commit tells what is in it. In folders, as `save_to_disk` writes them
or as they lie on the hub, the name of a file or of its folder says which split it is of:
`train-00000-of-00002.parquet`, `train.parquet`, or `train/0000.parquet`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

import orjson

from emma.collect.config import SourceConfig
from emma.collect.files.compression import without_suffix
from emma.collect.files.locations import UNKNOWN_BYTES, SourceFile
from emma.config.extras import need
from emma.errors import EmmaError, SourceError
from emma.store.address import address
from emma.store.files import join_inside

HUB = "hub:"
HUB_PATH = re.compile(r"hub:(?P<name>[\w.-]+/[\w.-]+)@(?P<revision>[\w./-]+)")
COMMIT = re.compile(r"[0-9a-f]{40}")
OTHER_DATA = frozenset({".csv", ".json", ".jsonl", ".ndjson", ".tsv", ".txt", ".xml"})
SHARD = re.compile(r"(?P<name>.+?)(?:[-_]\d+)?(?:-of-\d+)?")
"""The name of a file before its suffix: that of its split, and its number."""
File = TypeVar("File")


def is_on_hub(path: str) -> bool:
    """Whether a path names a data set of the hub."""
    return path.startswith(HUB)


def list_hub_shards(source: SourceConfig, path: str) -> list[SourceFile]:
    """List the shards of the split that a source asks for. SourceError where the hub does not have it."""
    if not (match := HUB_PATH.fullmatch(path)):
        raise SourceError(f"Source '{source.name}': write '{path}' as hub:owner/name@revision, best with a commit.")
    name, revision = match["name"], match["revision"]
    config, split = source.options.get("config", ""), source.options.get("split", "train")
    try:
        # A branch or tag moves: its commit, which does not, is what the address depends on.
        commit = revision if COMMIT.fullmatch(revision) else _find_commit(name, revision)
        facts: dict[str, object] = {"name": name, "commit": commit, "config": config, "split": split}
        count = _stream_split(facts).num_shards
    except EmmaError:
        raise
    except Exception as error:  # the libraries of the hub raise errors of their own
        raise SourceError(
            f"Source '{source.name}': {path} could not be listed ({type(error).__name__}: {error}). Check the name, "
            "the options `config` and `split`, the network, and your hub token if the data set asks for one; or "
            "download it and give the folder's path."
        ) from error
    place = "/".join(filter(None, (f"{name}@{revision}", str(config), str(split))))
    return [_hub_shard(f"{place}/{index:05}", {**facts, "index": index, "of": count}) for index in range(count)]


def _hub_shard(name: str, facts: Mapping[str, object]) -> SourceFile:
    return SourceFile(name, HUB + urlencode(facts), UNKNOWN_BYTES, address(facts))


def _find_commit(name: str, revision: str) -> str:
    api = need("huggingface_hub", "train").HfApi()
    return str(api.dataset_info(name, revision=revision).sha)


def _stream_split(facts: Mapping[str, object]) -> Any:
    """The split as an iterable of rows, of which nothing is loaded yet."""
    load = need("datasets", "train").load_dataset
    config = facts["config"] or None
    return load(facts["name"], config, split=facts["split"], revision=facts["commit"], streaming=True)


def read_hub_rows(location: str) -> Iterator[dict[str, Any]]:
    """Read the rows of a shard, in order. What goes wrong stops the run: SourceError."""
    facts = dict(parse_qsl(location.removeprefix(HUB), keep_blank_values=True))
    try:
        yield from _stream_split(facts).shard(num_shards=int(facts["of"]), index=int(facts["index"]))
    except Exception as error:  # as above
        raise SourceError(
            f"The data set {facts['name']} of the hub, shard {facts['index']}, could not be read "
            f"({type(error).__name__}: {error}). What is done is kept; the same command goes on where it stopped."
        ) from error


def list_saved_files(folder: Path, source: SourceConfig) -> list[Path]:
    """List the data of a folder that `save_to_disk` wrote, as its state tells; else the Parquet files of a folder.

    Only those of the source's options `config` and `split`. Raises SourceError where there are none.
    """
    named: dict[Path, PurePath] = {}
    for path in sorted(folder.rglob("state.json")):
        split, names = _read_state(path)
        for name in names:
            file = join_inside(path.parent, name, path, error=SourceError)
            named[file] = path.parent.relative_to(folder) / split / name
    named = named or {path: path.relative_to(folder) for path in sorted(folder.rglob("*.parquet"))}
    return select_split(named, source)


def _read_state(path: Path) -> tuple[str, list[str]]:
    """The split that the state of a saved data set names, and its files."""
    try:
        state = orjson.loads(path.read_bytes())
        return str(state.get("_split") or ""), [str(file["filename"]) for file in state.get("_data_files", ())]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise SourceError(f"{path} is damaged ({error}); save the data set again.") from None


def list_other_data(paths: Iterable[Path]) -> str:
    """List the kinds of other data in folders, by their suffixes: `.csv, .jsonl`."""
    files = (file for path in paths if path.is_dir() for file in path.rglob("*") if file.is_file())
    return ", ".join(sorted({without_suffix(file.name).suffix for file in files} & OTHER_DATA))


def select_split(names: Mapping[File, PurePath], source: SourceConfig) -> list[File]:
    """Select the files, given with their names, of the configuration and split that the source asks for.

    All if it asks for none. Raises SourceError where there are none, or where it asks for those inside of an archive.
    """
    files = list(names)
    for option in ("config", "split"):
        if value := source.options.get(option):
            if source.member is not None:
                raise SourceError(f"Source '{source.name}': `member` chooses files of an archive, not `{option}`.")
            parts = {file: set(_parts_of(names[file], option)) for file in files}
            files = [file for file in files if value in parts[file]]
            if names and not files:
                known = ", ".join(sorted(set().union(*parts.values()))) or "none"
                raise SourceError(
                    f"Source '{source.name}': no file is of the {option} '{value}'. Names found: {known}. Correct "
                    f"the option `{option}`, or leave it out and choose the files with `path`."
                )
    return files


def _parts_of(path: PurePath, option: str) -> list[str]:
    """Names of configurations or splits that a file may be of: its folders, and for a split its name without number."""
    name = SHARD.fullmatch(path.stem)
    return [*path.parts[:-1], *([name["name"]] if name and option == "split" else [])]
