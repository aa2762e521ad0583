"""Token files in megatron-core: lengths of documents, and some documents."""

import hashlib
import json
import sys
from importlib.metadata import version
from pathlib import Path

from megatron.core.datasets.indexed_dataset import IndexedDataset

question = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
found = []
for file in question["files"]:
    read = IndexedDataset(file["path"])
    found.append(
        {
            "documents": len(read),
            "tokens": int(read.sequence_lengths.sum()),
            "lengths": hashlib.sha256(read.sequence_lengths.astype("<i8").tobytes()).hexdigest(),
            "ids": [read[number].tolist() for number in file["numbers"]],
        }
    )
Path(sys.argv[2]).write_text(json.dumps({"version": version("megatron-core"), "files": found}), encoding="utf-8")
