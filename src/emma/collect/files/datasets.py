"""Data sets of the Hugging Face hub, streamed: a shard of a split is a file, and its commit tells what is in it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from emma.config.extras import need
from emma.errors import EmmaError, SourceError
from emma.store.address import address

PREFIX = "hub:"
PATH = re.compile(r"hub:(?P<name>[\w.-]+/[\w.-]+)@(?P<revision>[\w./-]+)")
COMMIT = re.compile(r"[0-9a-f]{40}")


def is_hub(path: str) -> bool:
    """Whether a path names a data set of the hub."""
    return path.startswith(PREFIX)


def found(source: str, path: str, options: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Name, location and mark of each shard of the split. SourceError where the hub does not have it."""
    if not (match := PATH.fullmatch(path)):
        raise SourceError(f"Source '{source}': write '{path}' as hub:owner/name@revision, best with a commit.")
    name, revision = match["name"], match["revision"]
    try:
        commit = revision if COMMIT.fullmatch(revision) else _commit(name, revision)
        facts = {"name": name, "commit": commit, "config": options.get("config", ""), "split": _split(options)}
        count = _stream(facts).num_shards
    except EmmaError:
        raise
    except Exception as error:
        raise SourceError(
            f"Source '{source}': {path} could not be listed ({type(error).__name__}: {error}). Check the name, the "
            "options `config` and `split`, the network, and your hub token if the data set asks for one; or download "
            "it and give the folder's path."
        ) from error
    place = "/".join(filter(None, (f"{name}@{revision}", str(facts["config"]), str(facts["split"]))))
    return [_shard(f"{place}/{index:05}", {**facts, "index": index, "of": count}) for index in range(count)]


def _split(options: Mapping[str, Any]) -> Any:
    return options.get("split", "train")


def _shard(name: str, facts: Mapping[str, Any]) -> tuple[str, str, str]:
    return name, PREFIX + urlencode(facts), address(facts)


def _commit(name: str, revision: str) -> str:
    api = need("huggingface_hub", "train").HfApi()
    return str(api.dataset_info(name, revision=revision).sha)


def _stream(facts: Mapping[str, Any]) -> Any:
    """The split as an iterable of rows, of which nothing is loaded yet."""
    load = need("datasets", "train").load_dataset
    config = facts["config"] or None
    return load(facts["name"], config, split=facts["split"], revision=facts["commit"], streaming=True)


def rows(location: str) -> Iterator[dict[str, Any]]:
    """The rows of a shard, in order. What goes wrong stops the run: SourceError."""
    facts = dict(parse_qsl(location.removeprefix(PREFIX), keep_blank_values=True))
    try:
        yield from _stream(facts).shard(num_shards=int(facts["of"]), index=int(facts["index"]))
    except Exception as error:
        raise SourceError(
            f"The data set {facts['name']} of the hub, shard {facts['index']}, could not be read "
            f"({type(error).__name__}: {error}). What is done is kept; the same command goes on where it stopped."
        ) from error
