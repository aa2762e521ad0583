"""megatron-core: the packed documents, by the reader of Megatron-LM and NeMo."""

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from emma.inspect.clients.checks import Opened, SkippedError, compare_lists
from emma.inspect.clients.process import ask_script
from emma.inspect.clients.released import Released
from emma.schemas import Row
from emma.store import shards
from emma.store.artifact import Artifact
from emma.tokens.files import TokenFile, bin_path, find_token_file, idx_path

READ_DOCUMENTS = 20
"""Documents of a file that are compared token by token; of all of them, the lengths."""


def verify_megatron(released: Released, scratch: Path) -> Opened:
    """Read every packed file. Raises SkippedError without megatron-core, ClientError where it stops."""
    if find_spec("megatron") is None:
        raise SkippedError("The Python package 'megatron-core' is not installed.")
    rows = shards.read(released.pack.file("index.parquet")).to_pylist()
    paths = [find_path(released.pack, row) for row in rows]
    ours = [describe_file(TokenFile(path), row) for path, row in zip(paths, rows, strict=True)]
    files = [{"path": str(path), "numbers": own["numbers"]} for path, own in zip(paths, ours, strict=True)]
    answer = ask_script("with_megatron", {"files": files}, scratch).fields
    names = [f"{row['lang']} {row['domain']} {row['split']}" for row in rows]
    compared = {
        "documents": f"numbers of documents of {len(rows)} files",
        "tokens": "numbers of tokens",
        "lengths": "lengths of all documents",
        "ids": f"token ids of {sum(len(own['numbers']) for own in ours)} documents",
    }
    return Opened(
        answer["version"],
        [
            compare_lists(what, [own[key] for own in ours], [each[key] for each in answer["files"]], names)
            for key, what in compared.items()
        ],
    )


def find_path(pack: Artifact, row: Row) -> Path:
    """A packed file of the index, without suffix."""
    return find_token_file(pack.parts["packed"][row["part"]], row["path"], bin_path, idx_path)


def describe_file(file: TokenFile, row: Row) -> dict[str, Any]:
    """A packed file as the script describes it: counts by the index, ids of documents all over it by our reader."""
    numbers = np.unique(np.linspace(0, len(file) - 1, min(READ_DOCUMENTS, len(file)), dtype=int)).tolist()
    return {
        "documents": row["documents"],
        "tokens": row["tokens"],
        "lengths": hashlib.sha256(file.lengths.astype("<i8").tobytes()).hexdigest(),
        "numbers": numbers,
        "ids": [file.document(number).tolist() for number in numbers],
    }
